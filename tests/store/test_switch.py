"""The off switch: every process that shares the store obeys it, people are told why, and its use is kept."""

from __future__ import annotations

from pathlib import Path

from talk import NOON

from adapters.bootstrap import Library, make_advisor
from bot.model import Operator, Outcome, Utterance, UtteranceKind
from bot.options import encode
from bot.store.store import open_store


def utterance(number: int, words: str, kind: UtteranceKind = UtteranceKind.TEXT) -> Utterance:
    return Utterance(kind, words, f"m{number}", "ann", "c", "test", NOON)


async def test_while_it_is_off_people_are_told_why_and_crisis_privacy_and_erasure_still_work(
    database: str, tmp_path: Path, shipped: Library
) -> None:
    async with open_store(database, tmp_path / "s", lambda: NOON) as store:
        advisor = make_advisor(shipped, store.log, operator=Operator("Anytown CVS", "help@anytown.example"))
        shown = await advisor.answer(utterance(1, "what is TUPE"))
        async with open_store(database, tmp_path / "s2", lambda: NOON) as another:
            await another.switch_off("We are mending an answer.")
        off = await advisor.answer(utterance(2, "what is TUPE"))
        assert (off.outcome, off.parts) == (Outcome.HELP, ())
        assert "We are mending an answer." in off.lead
        assert "help@anytown.example" in off.lead
        tapped = await advisor.answer(utterance(3, encode(shown.options[0]), UtteranceKind.CHOICE))
        assert tapped.parts == ()
        assert (await advisor.answer(utterance(4, "I want to kill myself"))).outcome is Outcome.SIGNPOSTED
        assert "erase" in (await advisor.answer(utterance(5, "/forget", UtteranceKind.COMMAND))).lead
        assert (await advisor.answer(utterance(6, "c:forget-now", UtteranceKind.CHOICE))).lead.startswith("Done.")
        assert await store.log.export("ann") == {}
        await store.switch_off("")
        assert (await advisor.answer(utterance(7, "what is TUPE"))).outcome is Outcome.ANSWERED
