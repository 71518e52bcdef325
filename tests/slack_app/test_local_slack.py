"""End to end against local-slack, a Slack-compatible server that is not ours, in both modes: on what was really sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_peer import CHANNEL, DIRECT, OTHER, Peer, free_port, local_slack
from slack_strict import problems, words
from slack_world import ANN, BEN, library, running, served

from adapters.bootstrap import Library
from adapters.slack_app.app import PATH
from bot.model import Nation

MODES = ["socket", "http"]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("known") / "knowledge")


@pytest.fixture(scope="module", params=MODES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Peer, int]]:
    """One server a mode, told to forget between tests; and the port on which we serve, in HTTP mode."""
    port = free_port() if request.param == "http" else 0
    url = f"http://127.0.0.1:{port}{PATH}" if port else ""
    with local_slack(tmp_path_factory.mktemp("peer"), url) as peer:
        yield peer, port


@pytest.fixture
async def peer(server: tuple[Peer, int], known: Library, tmp_path: Path) -> AsyncIterator[Peer]:
    """The server with our channel connected."""
    peer, port = server
    await peer.post("reset")
    async with running(known, tmp_path, peer.api_url, http=bool(port), channel_nations={OTHER: Nation.WALES}) as world:
        if not port:
            yield peer
            return
        async with served(world, port):
            yield peer


def well(messages: list[dict[str, Any]]) -> None:
    assert [problems({"text": m["text"], "blocks": m["blocks"]}) for m in messages] == [[] for _ in messages]


async def test_a_mention_is_answered_in_its_thread_for_all_short_with_its_source(peer: Peer) -> None:
    await peer.mention("what is an asset lock?")
    (answer,) = await peer.said()
    asked = (await peer.get(f"messages/{CHANNEL}"))["messages"][0]
    assert answer["thread_ts"] == asked["ts"]
    assert "subtype" not in answer
    assert "*It keeps what the body owns for the community.*" in words(answer["blocks"])
    assert "Three points." in words(answer["blocks"])
    assert "Four points." not in answer["text"]
    assert "<https://locks.example/?a=1&amp;b=2|Locks &amp; keys>" in words(answer["blocks"])
    well([answer])


async def test_the_channels_default_nation_holds_and_choices_are_the_askers_alone(peer: Peer) -> None:
    await peer.mention("when must a buyer consider community benefits", OTHER)
    (welsh,) = await peer.said(OTHER)
    assert "Wales: There is a policy" in words(welsh["blocks"])
    await peer.mention("when must a buyer consider community benefits")
    (fork,) = await peer.said()
    assert (fork["subtype"], fork["ephemeral_to"]) == ("ephemeral", ANN)
    await peer.tap(fork, "Scotland")
    settled, answer = await peer.said(count=2)
    assert "You chose: Scotland" in words(settled["blocks"])
    assert not [block for block in settled["blocks"] if block["type"] == "actions"]
    assert "Scotland: At four million pounds or more." in words(answer["blocks"])
    assert (answer["thread_ts"], answer.get("subtype")) == (fork["thread_ts"], None)
    await peer.tap(fork, "Scotland")  # a stale tap of the same choice does no harm
    well([fork, settled, answer])


async def test_show_all_and_another_persons_tap_are_for_that_person_alone(peer: Peer) -> None:
    await peer.mention("what is an asset lock?")
    (answer,) = await peer.said()
    await peer.tap(answer, "Show all", user=BEN)
    _, whole = await peer.said(count=2)
    assert (whole["ephemeral_to"], whole["thread_ts"]) == (BEN, answer["thread_ts"])
    for expected in ("Five points.", "2. Have it checked.", "```The company shall not"):
        assert expected in words(whole["blocks"])
    await peer.tap(answer, "Simpler", user=ANN)
    simple = (await peer.said(count=3))[2]
    assert simple["ephemeral_to"] == ANN
    assert "It keeps things for the community." in words(simple["blocks"])
    well([whole, simple])


async def test_a_direct_message_is_greeted_once_and_a_choice_is_followed(peer: Peer) -> None:
    await peer.say("will I lose my pension", DIRECT)
    (asked,) = await peer.said(DIRECT)
    assert words(asked["blocks"]).startswith("Hello. Anytown CVS runs me.")
    assert "thread_ts" not in asked
    await peer.tap(asked, "NHS", channel=DIRECT)
    settled, answer = await peer.said(DIRECT, count=2)
    assert "You chose: NHS" in words(settled["blocks"])
    assert "Usually yes if you are moved." in words(answer["blocks"])
    assert "Hello" not in answer["text"]
    await peer.say("tell me more", DIRECT)
    (*_, more) = await peer.said(DIRECT, count=3)
    assert "Usually yes if you are moved." in words(more["blocks"])
    well([asked, settled, answer, more])


async def test_a_direct_message_in_a_thread_is_answered_there_and_show_all_replaces_nothing_else(peer: Peer) -> None:
    first = (await peer.say("what is an asset lock", DIRECT))["message"]
    await peer.said(DIRECT)
    await peer.say("what is an asset lock", DIRECT, thread=first["ts"])
    answers = await peer.said(DIRECT, count=2)
    assert [a.get("thread_ts") for a in answers] == [None, first["ts"]]
    await peer.tap(answers[1], "When must a buyer consider community benefits?", channel=DIRECT)
    fork = (await peer.said(DIRECT, count=3))[2]
    assert fork["thread_ts"] == first["ts"]
    assert "You chose: When must a buyer consider community benefits?" in words(fork["blocks"])


async def test_the_command_is_answered_privately_and_unknown_questions_are_too(peer: Peer) -> None:
    await peer.command("what is an asset lock")
    (answer,) = await peer.said()
    assert answer["ephemeral_to"] == ANN
    assert "Share" in words(answer["blocks"])
    await peer.command("")
    help_ = (await peer.said(count=2))[1]
    assert "Ask in your own words" in help_["text"]
    await peer.command("settings")
    settings = (await peer.said(count=3))[2]
    await peer.tap(settings, "Scotland")
    done = (await peer.said(count=4))[3]
    assert "I'll answer for Scotland from now on" in done["text"]
    assert done["ephemeral_to"] == ANN
    await peer.command("when must a buyer consider community benefits")
    assert "Scotland: At four million" in (await peer.said(count=5))[4]["text"]


async def test_crisis_small_talk_and_what_it_does_not_know_go_to_the_asker_alone(peer: Peer) -> None:
    for number, text in enumerate(("I want to die", "qwerty planning permission for a shed", "help"), start=1):
        await peer.mention(text)
        assert (await peer.said(count=number))[-1]["ephemeral_to"] == ANN
    crisis = (await peer.said(count=3))[0]
    assert "116 123" in words(crisis["blocks"])
    assert {block["type"] for block in crisis["blocks"]} <= {"section", "context"}


async def test_nothing_is_said_unless_it_is_spoken_to(peer: Peer) -> None:
    await peer.say("what is an asset lock?")
    own = (await peer.say("what is an asset lock?", DIRECT))["message"]
    await peer.said(DIRECT)
    await peer.post("edit-message", channel=DIRECT, ts=own["ts"], user=ANN, text="what is an asset lock, then?")
    await peer.post("delete-message", channel=DIRECT, ts=own["ts"], user=ANN)
    await peer.mention("what is an asset lock?", user=BEN)
    assert len(await peer.said()) == 1
    assert len(await peer.said(DIRECT)) == 1


async def test_thumbs_are_thanked_alone_and_a_thumb_down_asks_why(peer: Peer) -> None:
    await peer.mention("what is an asset lock?")
    (answer,) = await peer.said()
    await peer.tap(answer, "Not helpful")
    thanks = (await peer.said(count=2))[1]
    assert thanks["ephemeral_to"] == ANN
    assert "You chose" not in thanks["text"]
    log = [entry for entry in await log_of(peer) if "views.open" in str(entry)]
    assert log
    await peer.tap(answer, "Helpful", user=BEN)
    theirs = (await peer.said(count=3))[2]
    assert "only they can rate it" in theirs["text"]


async def log_of(peer: Peer) -> list[dict[str, Any]]:
    found = await peer.get("log")
    return list(found["log"] if isinstance(found, dict) else found)


async def test_the_home_tab_is_published_and_settings_made_there_are_shown_there(peer: Peer) -> None:
    await peer.post("open-home", user=ANN)
    published: list[dict[str, Any]] = []

    async def seen() -> list[dict[str, Any]]:
        return [e for e in await log_of(peer) if "views.publish" in str(e.get("summary"))]

    while not published:
        published = await seen()
    assert "Legal forms" in str(published[0])


async def test_what_is_kept_is_shown_as_text_in_the_direct_message(peer: Peer) -> None:
    await peer.say("what is an asset lock?", DIRECT)
    await peer.said(DIRECT)
    await peer.say("my data", DIRECT)
    kept = (await peer.said(DIRECT, count=2))[1]
    assert "asset lock" in words(kept["blocks"])
    assert words(kept["blocks"]).startswith("```{")
    await peer.say("forget me", DIRECT)
    sure = (await peer.said(DIRECT, count=3))[2]
    await peer.tap(sure, "Yes, erase it all", channel=DIRECT)
    assert "I have erased what I kept of you" in (await peer.said(DIRECT, count=4))[3]["text"]


async def test_every_acknowledgement_arrived(peer: Peer) -> None:
    await peer.mention("what is an asset lock?")
    await peer.command("what is an asset lock")
    await peer.said(count=2)
    failed = [e for e in await log_of(peer) if any(w in str(e.get("summary")) for w in ("timeout", "no ack", "failed"))]
    assert failed == []
