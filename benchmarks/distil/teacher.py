"""The teacher: a sentence encoder read from a folder, mean of its last layer, length 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel

BATCH = 128
LONGEST = 48  # pieces of a text that are read
Floats = NDArray[np.float32]


def _encode(model: torch.nn.Module, rows: Sequence[Sequence[int]]) -> Floats:
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
    out = np.zeros((len(rows), model.config.hidden_size), np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            width = max(len(rows[number]) for number in chosen)
            ids, mask = torch.zeros(len(chosen), width, dtype=torch.long), torch.zeros(len(chosen), width)
            for at, number in enumerate(chosen):
                ids[at, : len(rows[number])] = torch.tensor(rows[number])
                mask[at, : len(rows[number])] = 1
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            out[chosen] = torch.nn.functional.normalize(mean, dim=1).numpy()
    return out


def teach(folder: Path, texts: Sequence[str], pieces: int) -> tuple[Floats, Floats]:
    """(a vector for each text, a vector for each word piece alone)."""
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    start, end = (tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
    alone = _encode(model, [(start, piece, end) for piece in range(pieces)])
    return _encode(model, [row.ids for row in tokenizer.encode_batch(list(texts))]), alone
