"""Glossary terms become entries with phrasings of their own."""

from __future__ import annotations

from datetime import date

from bot.knowledge.schema import Entry, Source, Term
from bot.knowledge.terms import entries_of, words_of

SOURCE = Source.model_validate({"title": "Guild", "url": "https://guild.example/"})


def term(word: str, means: str = "A thing.", **more: object) -> Term:
    row = {"term": word, "means": means, "nations": ["uk"], "sources": [SOURCE], "known_to": "2026-06", **more}
    return Term.model_validate(row)


def made(*terms: Term) -> dict[str, Entry]:
    return {entry.id: entry for word in words_of(terms) for entry in entries_of(word)}


def test_a_term_is_found_by_its_name_and_its_other_names() -> None:
    entry = made(term("CBC", "A clause.", also=["community benefit clause"], see=["what-is-cbc"]))["term-cbc"]
    assert {"what is CBC", "define community benefit clause", "community benefit clause"} <= set(entry.phrasings)
    assert (entry.answers[0].lead, entry.see_also) == ("A clause.", ("what-is-cbc",))


def test_one_word_in_two_nations_is_one_entry_with_the_other_names_of_both() -> None:
    terms = (
        term("board", nations=["wales"], also=["bwrdd"]),
        term("Board", "B.", nations=["scotland"], also=["panel"]),
    )
    (entry,) = made(*terms).values()
    assert [variant.nations for variant in entry.answers] == [("wales",), ("scotland",)]
    assert {"what is bwrdd", "what is panel"} <= set(entry.phrasings)


def test_two_meanings_are_offered_and_each_is_reached_by_its_own_name() -> None:
    entries = made(
        term("PSP", "A partnership of public bodies.", also=["public social partnership", "P.S.P."]),
        term("PSP", "A pension scheme for police.", also=["police pension", "P.S.P."]),
    )
    choice = entries["term-psp"].choice
    assert choice is not None
    assert [(o.label, o.entry) for o in choice.options] == [
        ("A partnership of public bodies.", "term-psp-1"), ("A pension scheme for police.", "term-psp-2"),
    ]  # fmt: skip
    assert "what is police pension" in entries["term-psp-2"].phrasings
    assert {"what is PSP", "what is P.S.P."} <= set(entries["term-psp"].phrasings)
    asked = [text for entry in entries.values() for text in (entry.question, *entry.phrasings)]
    assert len(asked) == len(set(asked))


def test_meanings_that_begin_alike_have_labels_that_differ() -> None:
    start = "The value at which a buyer has to advertise the contract, "
    choice = made(term("line", start + "in law."), term("line", start + "by habit."))["term-line"].choice
    assert choice is not None
    labels = [option.label for option in choice.options]
    assert len(set(labels)) == 2
    assert max(map(len, labels)) <= 60


def test_long_words_that_begin_alike_keep_ids_of_their_own() -> None:
    ids = list(made(*(term(f"Public Contracts (Scotland) Regulations {year}") for year in (2012, 2015))))
    assert len(set(ids)) == 2
    assert max(map(len, ids)) <= 40


def test_a_review_nobody_did_is_not_claimed() -> None:
    rows = [
        term("board", nations=["wales"], reviewed="2026-11-01", known_to=None),
        term("board", nations=["scotland"], reviewed="2026-10-01", known_to=None),
        term("board", nations=["england"], known_to=None),
    ]
    assert made(*rows[:2])["term-board"].reviewed == date(2026, 10, 1)
    assert made(*rows)["term-board"].reviewed is None
