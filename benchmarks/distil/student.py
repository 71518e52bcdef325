"""The student: a bag of word-piece vectors and one small hidden layer, trained to see texts as near as its teacher does.

For each text of a batch the teacher's nearness to the others, as a distribution, is what the student's must equal
(Kullback-Leibler). It starts from the teacher's vectors of single pieces, rotated to their main directions, the
commoner a piece the shorter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.distil.corpus import ORDINARY
from benchmarks.distil.teacher import Floats

SIZE, HIDDEN = 96, 256
EPOCHS, BATCH, RATE = 5, 512, 2e-3
SOFTNESS = 0.07  # of the nearness distributions
SEED = 0


class Student(nn.Module):
    """Sum of piece vectors, its length to the square root, plus what the hidden layer adds; brought to length 1."""

    def __init__(self, start: Floats) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag.from_pretrained(torch.tensor(start), freeze=False, mode="sum")
        self.inner = nn.Linear(SIZE, HIDDEN)
        self.outer = nn.Linear(HIDDEN, SIZE, bias=False)
        nn.init.zeros_(self.outer.weight)

    def forward(self, flat: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        """Vectors of texts given as their pieces one after the other, and where each text starts."""
        bag = self.table(flat, starts)
        bag = bag / (1e-6 + bag.norm(dim=1, keepdim=True)).sqrt()
        return functional.normalize(bag + self.outer(functional.relu(self.inner(bag))), dim=1)


def _start(alone: Floats, centred: Floats, numbers: Sequence[int]) -> Floats:
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :SIZE]
    rarity = 1e-3 / (1e-3 + 1 / (np.maximum(np.array(numbers) - ORDINARY + 5, 1) + 2.7))
    kept = alone[list(numbers)]
    return np.asarray((kept - kept.mean(0)) @ directions * rarity[:, None] * 3, np.float32)


def train(rows: Sequence[Sequence[int]], taught: Floats, alone: Floats, numbers: Sequence[int]) -> Student:
    """A student of texts given as pieces. `numbers` are the kept pieces' numbers in the teacher's vocabulary."""
    torch.manual_seed(SEED)
    centred = taught - taught.mean(0)
    student = Student(_start(alone, centred, numbers))
    target = functional.normalize(torch.tensor(centred), dim=1)
    used = [number for number, row in enumerate(rows) if row]
    steps = len(used) // BATCH
    optimiser = torch.optim.Adam(student.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * steps, pct_start=0.1)
    order = torch.Generator().manual_seed(SEED + 1)
    itself = torch.eye(BATCH) * 1e4  # a text is not compared with itself
    for epoch in range(EPOCHS):
        shuffled = torch.randperm(len(used), generator=order).tolist()
        total = 0.0
        for step in range(steps):
            chosen = [used[at] for at in shuffled[step * BATCH : (step + 1) * BATCH]]
            starts = np.cumsum([0, *(len(rows[number]) for number in chosen[:-1])])
            flat = torch.tensor([piece for number in chosen for piece in rows[number]])
            found = student(flat, torch.tensor(starts))
            own, its = found @ found.T, target[chosen] @ target[chosen].T
            loss = functional.kl_div(
                torch.log_softmax(own / SOFTNESS - itself, 1),
                torch.softmax(its / SOFTNESS - itself, 1),
                reduction="batchmean",
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: {total / steps:.4f}", flush=True)
    return student
