"""Normalising: what does not change the question is removed, and nothing anybody types can break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.text import fold, stem, tokens


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("What's a CIC?", ["whats", "a", "cic"]),
        ("Café—NAÏVE", ["cafe", "naive"]),
        ("can’t we…", ["cant", "we"]),
        ("zero\u200bwidth \U000e0041tag", ["zerowidth", "tag"]),
        ("lone \ud800 surrogate", ["lone", "surrogate"]),
        ("\x00\x07bell\tand\nline", ["bell", "and", "line"]),
        ("£4m", ["4000000", "pounds"]),
        ("£4 million", ["4000000", "pounds"]),
        ("£4,000,000", ["4000000", "pounds"]),
        ("50k or £50k", ["50k", "or", "50000", "pounds"]),
        ("مرحبا", ["مرحبا"]),
        ("?!...", []),
    ],
)
def test_a_text_becomes_these_words(typed: str, words: list[str]) -> None:
    assert tokens(typed) == words


@pytest.mark.parametrize(
    ("forms", "root"),
    [
        (("pension", "pensions"), "pension"),
        (("transfer", "transferred", "transferring"), "transfer"),
        (("tender", "tendering", "tenders"), "tender"),
        (("charity", "charities"), "charity"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...], root: str) -> None:
    assert {stem(form) for form in forms} == {stem(root)}


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_no_text_breaks_it_and_no_word_holds_a_space(text: str) -> None:
    assert all(word and " " not in word for word in tokens(text))
