"""Word knowledge: the shipped table is small, cuts any word, and brings words of one meaning together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching import vectors
from bot.matching.vectors import Pieces, shipped


def alike(a: str, b: str) -> float:
    table = shipped()
    return float(table.direction(a.split()) @ table.direction(b.split()))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("locate my card", "find my card", "close my account"),
        ("dismiss a worker", "sack an employee", "hire a hall"),
        ("buy a building", "purchase premises", "sing a song"),
    ],
)
def test_texts_that_mean_alike_point_alike(text: str, near: str, far: str) -> None:
    assert alike(text, near) > alike(text, far) + 0.2


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    pieces = Pieces(["play", "##list", "p", "##lay", "##l", "x"])
    assert [pieces.names[n] for n in pieces.of("playlist")] == ["play", "##list"]
    assert pieces.of("é") == []


def test_the_table_stays_under_two_megabytes_and_carries_its_licence() -> None:
    folder = Path(vectors.__file__).parent
    assert (folder / "vectors.npz").stat().st_size < 2_000_000
    assert "Apache-2.0" in (folder / "vectors.md").read_text()


@settings(max_examples=100, deadline=None)
@given(words=st.lists(st.text(max_size=30), max_size=20))
def test_a_direction_has_length_one_or_is_nothing(words: list[str]) -> None:
    found = shipped().direction(words)
    assert found.shape == (shipped().size,)
    assert np.isclose(found @ found, 1, atol=1e-4) or not found.any()
