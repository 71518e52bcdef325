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
    """The table. Immutable, shared by every matcher."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as found:
            self.pieces = Pieces(found["pieces"].tobytes().decode().split("\n"))
            self._table = found["table"]
            self._scale = found["table_scale"].astype(np.float32)
            self._inner = (found["inner"] * found["inner_scale"].astype(np.float32)).T.copy()
            self._bias = found["inner_bias"].astype(np.float32)
            self._outer = (found["outer"] * found["outer_scale"].astype(np.float32)).T.copy()

        whole = [name for name in self.pieces.names if len(name) > 1 and name.isalpha()]
        self.common = {name: rank for rank, name in enumerate(whole)}  # plain English words, the commonest first

    @property
    def size(self) -> int:
        """How many numbers a direction has."""
        return int(self._table.shape[1])

    def direction(self, words: Iterable[str]) -> Floats:
        """The direction of a text, of length 1; all zero where no word is known."""
        pieces = self.pieces.of_all(words)
        if not pieces:
            return np.zeros(self.size, np.float32)
        bag = (self._table[pieces] * self._scale[pieces]).sum(0)
        bag /= np.sqrt(1e-6 + np.sqrt(bag @ bag))
        bag = bag + np.maximum(bag @ self._inner + self._bias, 0) @ self._outer
        return np.asarray(bag / max(float(np.sqrt(bag @ bag)), 1e-9), np.float32)


@lru_cache(maxsize=1)
def shipped() -> Vectors:
    """The table that comes with the bot."""
    return Vectors(Path(__file__).parent / "vectors.npz")
