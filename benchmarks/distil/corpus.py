"""Texts on which the student imitates its teacher: dictionary examples, short definitions, made questions, our answers.

The dictionary is WordNet 3.0 (Debian: `wordnet-base`). The made questions put its words into the frames below, half of
them words that stand together in one of its sentences. No benchmark's text and no question file is among them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from bot.knowledge.load import default_folder, load

SEED = 7
MADE = 150_000  # questions made from frames
ORDINARY = 1995  # word pieces before this number are marks, digits and single letters
TELLING = 2300  # commoner words than this do not make a pair of words that belong together
PARTS = {"n": "noun", "v": "verb", "a": "adj"}
FRAMES = (
    "how do i {v} {n}", "how can i {v} my {n}", "can you {v} the {n}", "what is {n}", "what is the {n} of {m}",
    "i want to {v} a {n}", "where can i {v} {n}", "when does the {n} {v}", "do we have to {v} the {n}",
    "is it possible to {v} {n} with {m}", "my {n} is {a}", "please {v} the {n}", "tell me about {a} {n}",
    "i cannot {v} {n}", "does the {n} need {a} {m}", "{v} {n}", "{n} {m}", "{a} {n}", "why is my {n} {a}",
    "who can {v} our {n}", "what happens to the {n} if we {v}", "should i {v} before {n}", "i need help with {n}",
    "how much {n} for {m}", "which {n} can {v} {m}", "what do you mean by {a} {n}", "are there {n} that {v}",
    "{v} my {n} and {m}",
)  # fmt: skip


def _lemmas(folder: Path, rank: dict[str, int]) -> dict[str, list[str]]:
    """Single words of each part of speech that are word pieces too, the commonest first."""
    found: dict[str, list[str]] = {}
    for part, name in PARTS.items():
        with (folder / f"index.{name}").open(encoding="latin1") as lines:
            words = [line.split(" ", 1)[0] for line in lines if not line.startswith(" ")]
        found[part] = sorted((w for w in words if rank.get(w, 0) > ORDINARY and len(w) > 2), key=rank.__getitem__)
    return found


def _sentences(folder: Path, rank: dict[str, int]) -> tuple[list[str], list[str]]:
    """(examples, definitions) of every sense."""
    examples: list[str] = []
    definitions: list[str] = []
    for name in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{name}").read_text(encoding="latin1").splitlines():
            if line.startswith("  "):
                continue  # the licence at the head of the file
            head, gloss = line.rstrip().split(" | ", 1)
            fields = head.split(" ")
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*\)", "", fields[4 + 2 * n].replace("_", " ")) for n in range(count)]
            lower = [word for word in words if word.islower()]
            examples += [text for text in re.findall(r'"([^"]+)"', gloss) if len(text.split()) > 2]
            if lower and all(word in rank for word in lower[0].split()):
                meaning = re.sub(r';? *"[^"]*"', "", gloss).strip(" ;")
                definitions.append(f"{', '.join(lower[:3])}: {meaning}"[:160])
    return examples, definitions


def _made(lemmas: dict[str, list[str]], texts: Sequence[str], rank: dict[str, int], rng: random.Random) -> list[str]:
    """Questions from frames; common words come oftener."""
    weights = {
        part: list(accumulate(1 / (n + 150) ** 0.8 for n in range(len(words)))) for part, words in lemmas.items()
    }
    members = {part: set(words) for part, words in lemmas.items()}

    def any_of(part: str) -> str:
        return rng.choices(lemmas[part], cum_weights=weights[part])[0]

    together = []
    for text in texts:
        words = [word for word in re.findall("[a-z]+", text.lower()) if rank.get(word, 0) > TELLING]
        by_part = {part: [word for word in words if word in members[part]] for part in PARTS}
        if len(by_part["n"]) > 1:
            together.append(by_part)
    made: dict[str, None] = {}
    while len(made) < MADE:
        frame = rng.choice(FRAMES)
        if rng.random() < 0.5:
            group = rng.choice(together)
            n, m = rng.sample(group["n"], 2)
            v, a = (rng.choice(group[part]) if group[part] else any_of(part) for part in "va")
        else:
            n, m, v, a = any_of("n"), any_of("n"), any_of("v"), any_of("a")
        made[frame.format(n=n, m=m, v=v, a=a)] = None
    return list(made)


def _ours() -> list[str]:
    """Our own questions, phrasings and answers."""
    texts: list[str] = []
    for entry in load(default_folder()).entries.values():
        texts += [entry.question, *entry.phrasings]
        texts += [text for variant in entry.answers for text in (variant.lead, *variant.points)]
    return texts


def texts(wordnet: Path, pieces: Sequence[str]) -> list[str]:
    """Every text, in a fixed order."""
    rank = {piece: number for number, piece in enumerate(pieces)}
    rng = random.Random(SEED)  # noqa: S311
    examples, definitions = _sentences(wordnet, rank)
    rng.shuffle(definitions)
    made = _made(_lemmas(wordnet, rank), examples + definitions, rank, rng)
    words = [piece for piece in pieces if piece.isalpha() and piece.isascii() and rank[piece] > ORDINARY]
    return list(dict.fromkeys([*_ours(), *words, *examples, *made, *definitions]))
