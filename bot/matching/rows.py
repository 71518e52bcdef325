"""The learnt weights as a question needs them: a sparse row for each feature, one byte a weight.

Nine of ten weights are nothing: a feature tells few entries apart. Kept so, the rows of a large knowledge base take a
quarter of the memory, and adding some of them up touches only what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Ints
from bot.matching.vectors import Floats

PART = 2048  # features brought to bytes at once: some megabytes


@dataclass(frozen=True)
class Rows:
    """Row by row the targets that have a weight, and the weight in steps of the feature's `step`."""

    starts: NDArray[np.int64]  # where each feature's row begins, and the end of the last
    columns: NDArray[np.uint16] | NDArray[np.uint32]
    values: NDArray[np.int8]
    step: Floats
    targets: int

    @classmethod
    def of(cls, weights: Floats) -> Rows:
        """From weights [target, feature]. In bytes no public set loses more than 0.1 points."""
        targets, features = weights.shape
        peak = np.maximum(weights.max(axis=0, initial=0.0), -weights.min(axis=0, initial=0.0))
        step = (np.where(peak > 0, peak, 1) / 127).astype(np.float32)
        narrow = np.uint16 if targets <= 1 << 16 else np.uint32
        counts, columns, values = [np.zeros(1, np.int64)], [np.zeros(0, narrow)], [np.zeros(0, np.int8)]
        for start in range(0, features, PART):
            part = slice(start, start + PART)
            small = np.rint(weights[:, part] / step[part]).astype(np.int8).T
            row, column = np.nonzero(small)
            counts.append(np.bincount(row, minlength=len(small)))
            columns.append(column.astype(narrow))
            values.append(small[row, column])
        return cls(np.cumsum(np.concatenate(counts)), np.concatenate(columns), np.concatenate(values), step, targets)

    def sum(self, numbers: Ints, weights: Floats) -> Floats:
        """The weighted sum of some features' rows: one number for each target."""
        starts = self.starts[numbers]
        lengths = self.starts[numbers + 1] - starts
        ends = np.cumsum(lengths)
        at = np.repeat(starts - ends + lengths, lengths)
        at += np.arange(len(at))
        shares = self.values[at] * np.repeat(weights * self.step[numbers], lengths)
        return np.bincount(self.columns[at], shares, self.targets).astype(np.float32)

    def __getitem__(self, at: tuple[int, int]) -> float:
        """The weight of one feature for one target."""
        feature, target = at
        row = slice(int(self.starts[feature]), int(self.starts[feature + 1]))
        found = np.searchsorted(self.columns[row], target)
        if found == row.stop - row.start or self.columns[row][found] != target:
            return 0.0
        return float(self.values[row][found] * self.step[feature])
