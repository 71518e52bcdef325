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
    columns: NDArray[np.uint16 | np.uint32]
    values: NDArray[np.int8]
    step: Floats
    targets: int

    @classmethod
    def of(cls, weights: Floats) -> Rows:
        """From weights [target, feature]. In bytes no public set loses more than 0.1 points."""
        targets, features = weights.shape
        peak = np.maximum(weights.max(axis=0, initial=0.0), -weights.min(axis=0, initial=0.0))
        step = (np.where(peak > 0, peak, 1) / 127).astype(np.float32)
        narrow = _narrowest(targets)
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
        at = _spread(starts, lengths)
        shares = self.values[at] * np.repeat(weights * self.step[numbers], lengths)
        return np.bincount(self.columns[at], shares, self.targets).astype(np.float32)

    def of_targets(self, targets: Ints) -> Floats:
        """The weights of some targets, [target, feature]."""
        place = np.full(self.targets, -1, np.int64)
        place[targets] = np.arange(len(targets))
        at = np.flatnonzero(place[self.columns] >= 0)
        row = np.searchsorted(self.starts, at, side="right") - 1
        found = np.zeros((len(targets), len(self.step)), np.float32)
        found[place[self.columns[at]], row] = self.values[at] * self.step[row]
        return found

    def replaced(self, moved: Ints, targets: int, new: Ints, weights: Floats) -> Rows:
        """With other weights [target, feature] for the targets numbered `new`; there may be more features than before.

        `moved` is each old target's new number, or -1 where its weights are left out. A step grows where it must.
        """
        features, old = weights.shape[1], len(self.step)
        narrow = _narrowest(targets)
        stays = (moved >= 0)[self.columns]
        gone = np.searchsorted(self.starts, np.flatnonzero(~stays), side="right") - 1
        counts = np.zeros(features, np.int64)
        counts[:old] = np.diff(self.starts) - np.bincount(gone, minlength=old)
        values = self.values[stays]
        step = np.zeros(features, np.float32)
        step[:old] = self.step
        wider = np.maximum(step, np.abs(weights).max(axis=0, initial=0.0) / np.float32(127))
        wider[wider == 0] = 1 / 127
        grown = np.flatnonzero((wider > step) & (counts > 0))
        at = _spread(np.cumsum(counts)[grown] - counts[grown], counts[grown])
        shrunk = values[at] * np.repeat(step[grown] / wider[grown], counts[grown])
        values[at] = np.rint(shrunk).astype(np.int8)
        small = np.rint(weights / wider).astype(np.int8).T
        row, place = np.nonzero(small)
        more = np.bincount(row, minlength=features)
        free = np.arange(len(row)) + np.repeat(np.cumsum(counts), more)  # after those that stay in the same row
        kept = np.ones(len(values) + len(row), np.bool_)
        kept[free] = False
        columns, both = np.empty(len(kept), narrow), np.empty(len(kept), np.int8)
        columns[kept], both[kept] = moved.astype(narrow)[self.columns[stays]], values
        columns[free], both[free] = new[place], small[row, place]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts + more)])
        return Rows(starts, columns, both, wider, targets)

    def __getitem__(self, at: tuple[int, int]) -> float:
        """The weight of one feature for one target."""
        feature, target = at
        row = slice(int(self.starts[feature]), int(self.starts[feature + 1]))
        found = np.flatnonzero(self.columns[row] == target)
        return float(self.values[row][found[0]] * self.step[feature]) if len(found) else 0.0


def _spread(starts: Ints, lengths: Ints) -> Ints:
    """The places of stretches, one after the other."""
    ends = np.cumsum(lengths)
    at = np.repeat(starts - ends + lengths, lengths)
    at += np.arange(len(at))
    return at


def _narrowest(targets: int) -> type[np.uint16] | type[np.uint32]:
    return np.uint16 if targets <= 1 << 16 else np.uint32
