"""Word knowledge as numbers: a text becomes a direction, and texts that mean alike point alike ("locate" near "find").

`vectors.npz` was distilled from the sentence encoder all-MiniLM-L6-v2 (Apache-2.0) by `benchmarks/distil`; its licence and
its numbers stand in `vectors.md` beside it. It is a table of word pieces, one byte a number, and one hidden layer: a
look-up, a sum and two small products, no model at run time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MANY = 1024  # texts whose hidden layer is computed at once: some megabytes
WORDS = 4096  # words whose sum of pieces is remembered: 2 MB
INSIDE = "##"  # marks a piece that only stands inside a word


class Pieces:
    """Cuts words into known pieces, the longest first."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.number = {name: number for number, name in enumerate(names)}

    def of(self, word: str) -> list[int]:
        """The pieces of a word; letters that no piece has are left out."""
        whole = self.number.get(word)
        if whole is not None:
            return [whole]
        found = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.number.get((INSIDE if start else "") + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                start += 1
        return found

    def of_all(self, words: Iterable[str]) -> list[int]:
        """The pieces of several words, one after the other."""
        return [piece for word in words for piece in self.of(word)]


class Vectors:
    """The table, shared by every matcher. Safe between tasks: what is remembered never changes."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as found:
            self.pieces = Pieces(found["pieces"].tobytes().decode().split("\n"))
            self._table = found["table"]
            self._scale = found["table_scale"].astype(np.float32)
            self._inner = (found["inner"] * found["inner_scale"].astype(np.float32)).T.copy()
            self._bias = found["inner_bias"].astype(np.float32)
            self._outer = (found["outer"] * found["outer_scale"].astype(np.float32)).T.copy()

        self._bag = lru_cache(maxsize=WORDS)(self._bag_of)
        whole = [name for name in self.pieces.names if len(name) > 1 and name.isalpha()]
        self.common = {name: rank for rank, name in enumerate(whole)}  # plain English words, the commonest first

    @property
    def size(self) -> int:
        """How many numbers a direction has."""
        return int(self._table.shape[1])

    def _bag_of(self, word: str) -> Floats:
        own = self.pieces.of(word)
        bag = np.asarray((self._table[own] * self._scale[own]).sum(0), np.float32)
        bag.flags.writeable = False
        return bag

    def direction(self, words: Iterable[str]) -> Floats:
        """The direction of a text, of length 1; all zero where no word is known."""
        bags = [self._bag(word) for word in words]
        bag: Floats = np.add.reduce(bags) if bags else np.zeros(self.size, np.float32)
        square = float(bag @ bag)
        if not square:
            return np.zeros(self.size, np.float32)
        bag /= (1e-6 + square**0.5) ** 0.5
        hidden = bag @ self._inner
        hidden += self._bias
        bag += np.maximum(hidden, 0, out=hidden) @ self._outer
        bag /= max(float(bag @ bag) ** 0.5, 1e-9)
        return bag

    def directions(self, texts: Sequence[Sequence[str]]) -> Floats:
        """The direction of each text, one a row: many at once, each word cut and added up once."""
        number = {word: at for at, word in enumerate(dict.fromkeys(word for words in texts for word in words))}
        pieces = [self.pieces.of(word) for word in number]
        known = _sums(self._table.astype(np.float32) * self._scale, pieces)
        bags = np.zeros((len(texts), self.size), np.float32)
        for start in range(0, len(texts), MANY):
            part = bags[start : start + MANY]
            own = [[number[word] for word in words] for words in texts[start : start + MANY]]
            part[:] = _sums(known, own)
            part /= np.sqrt(1e-6 + _lengths(part))
            part += np.maximum(part @ self._inner + self._bias, 0) @ self._outer
            part[[not any(pieces[at] for at in words) for words in own]] = 0
        bags /= np.maximum(_lengths(bags), 1e-9)
        return bags


def _lengths(rows: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None], np.float32)


def _sums(rows: Floats, groups: Sequence[Sequence[int]]) -> Floats:
    """The sum of each group of rows; an empty group's is zero."""
    sums = np.zeros((len(groups), rows.shape[1]), np.float32)
    filled = [number for number, group in enumerate(groups) if group]
    if filled:
        lengths = [len(groups[number]) for number in filled]
        starts = np.cumsum([0, *lengths[:-1]])
        sums[filled] = np.add.reduceat(rows[[at for number in filled for at in groups[number]]], starts, axis=0)
    return sums


@lru_cache(maxsize=1)
def shipped() -> Vectors:
    """The table that comes with the bot."""
    return Vectors(Path(__file__).parent / "vectors.npz")
