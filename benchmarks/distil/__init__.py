"""Makes `bot/matching/vectors.npz`: a small table of word vectors that imitates a sentence encoder. Never run by the bot."""
