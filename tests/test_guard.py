"""Guards: the pattern language, and both kinds of examples of every shipped guard."""

from __future__ import annotations

import pytest
from talk import Talk

from adapters.bootstrap import Library
from bot.guard import as_line, compile_patterns
from bot.model import Outcome


@pytest.mark.parametrize(
    ("pattern", "text", "fires"),
    [
        ("kill myself", "I'd kill myself", True),
        ("kill myself", "skill myself", False),
        ("kill|hurt myself", "hurt MYSELF!", True),
        ("suicid*", "suicidal", True),
        ("should i ... pension", "should I really now take my pension", True),
        ("should i ... pension", "should I one two three four five six pension", False),
        ("^ hello $", "hello", True),
        ("^ hello $", "hello there", False),
        ("cant go on", "can't go on", True),
        ("(a+)+ b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", False),
    ],
)
def test_a_pattern_fires_on_whole_words_in_order(pattern: str, text: str, fires: bool) -> None:
    found = compile_patterns(["zzz", pattern])
    assert found is not None
    assert bool(found.search(as_line(text))) is fires


def test_a_pattern_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        compile_patterns(["^ ... $"])


async def test_every_shipped_guard_fires_and_keeps_still_as_its_examples_say(shipped: Library) -> None:
    wrong = []
    for guard in shipped.knowledge.guards:
        for text, fires in (*((t, True) for t in guard.fires), *((t, False) for t in guard.must_not_fire)):
            reply = await Talk(shipped).say(text)
            said = max(guard.says.lead.replace("}", "{").split("{")[::2], key=len)
            if (said in reply.lead) is not fires:
                wrong.append((guard.id, text, reply.outcome))
    assert wrong == []


async def test_danger_always_wins_and_is_never_kept(shipped: Library) -> None:
    for guard in shipped.knowledge.guards:
        if guard.always:
            assert not guard.keep_text, guard.id
            reply = await Talk(shipped).say(guard.fires[0] + " and what is an asset lock")
            assert (reply.outcome, reply.keep_text, reply.parts) == (Outcome.SIGNPOSTED, False, ())
