"""What is said on privacy is what is done, for the settings in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from talk import NOON

from adapters.bootstrap import Library, make_advisor
from bot.model import Operator, Retention, Utterance, UtteranceKind
from bot.store.store import open_store


def utterance(number: int, words: str, kind: UtteranceKind = UtteranceKind.TEXT) -> Utterance:
    return Utterance(kind, words, f"m{number}", "ann", "c", "test", NOON)


@pytest.mark.parametrize("retention", [Retention(), Retention(5, 9, 20, gaps_floor=2)])
async def test_the_words_name_the_days_and_a_purge_keeps_to_them(
    database: str, tmp_path: Path, shipped: Library, retention: Retention
) -> None:
    clock = [NOON]

    def now() -> datetime:
        return clock[0]

    async with open_store(database, tmp_path / "s", now, retention) as store:
        advisor = make_advisor(shipped, store.log, clock=now, operator=Operator("Anytown CVS"), retention=retention)
        said = (await advisor.answer(utterance(1, "/privacy", UtteranceKind.COMMAND))).lead
        assert (
            f"kept for {retention.answered_text_days} days and of other questions for {retention.other_text_days};"
            in said
        )
        assert f"the rest of the record for {retention.row_days} days" in said
        assert f"only if {retention.gaps_floor} people or more asked it" in said
        await advisor.answer(utterance(2, "what is TUPE"))
        await advisor.answer(utterance(3, "qwerty zzz"))
        kept = []
        for days in (retention.answered_text_days, retention.other_text_days, retention.row_days):
            for extra in (0, 1):
                clock[0] = NOON + timedelta(days=days, hours=extra)
                await store.log.purge()
                turns = (await store.log.export("ann")).get("turns", [])
                kept.append({turn["message"]: turn["text"] for turn in turns})
        texts = [(found.get("m2"), found.get("m3")) for found in kept]
        both, other = ("what is TUPE", "qwerty zzz"), (None, "qwerty zzz")
        assert texts == [both, other, other, (None, None), (None, None), (None, None)]
        assert [len(found) for found in kept] == [3, 3, 3, 3, 3, 0]


async def test_where_no_text_is_kept_none_is_stored_and_the_words_say_so(
    database: str, tmp_path: Path, shipped: Library
) -> None:
    retention = Retention(keep_text=False)
    async with open_store(database, tmp_path / "s", lambda: NOON, retention) as store:
        advisor = make_advisor(shipped, store.log, operator=Operator("Anytown CVS"), retention=retention)
        said = (await advisor.answer(utterance(1, "/privacy", UtteranceKind.COMMAND))).lead
        assert said.startswith("I keep no words of yours")
        reply = await advisor.answer(utterance(2, "what is TUPE"))
        await advisor.feedback(reply.turn, "ann", "down", "my own words")
        kept = await store.log.export("ann")
        assert [turn["text"] for turn in kept["turns"]] == [None, None]
        assert [found["reason"] for found in kept["feedback"]] == [""]
