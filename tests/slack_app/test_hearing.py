"""From what Slack delivers to utterances: whose they are, which talk they belong to, and that no raw id goes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_fake import FakeSlack, command, direct, home_tap, mention, shortcut, tap
from slack_world import ANN, BEN, BOT, TEAM
from talk import NOON

from adapters.slack_app.address import Address, Surface
from adapters.slack_app.hearing import Ear, Heard
from adapters.slack_app.tags import Origin, Tag, read
from adapters.slack_app.words import as_typed, command_in
from bot.model import Nation, UtteranceKind
from bot.store.keys import Pseudonyms

PSEUDONYMS = Pseudonyms(b"k" * 32)
EAR = Ear(PSEUDONYMS, lambda: NOON, Nation.ENGLAND, {"C2": Nation.WALES})
FAKE = FakeSlack(url="http://127.0.0.1:1")


def hear(body: dict[str, Any]) -> Heard:
    heard = EAR.hear(body)
    assert heard is not None
    return heard


def conversation(*parts: str) -> str:
    return PSEUDONYMS.conversation("slack", TEAM, *parts)


@pytest.mark.parametrize(
    ("raw", "typed"),
    [
        (f"<@{BOT}> what is a CIC?", "what is a CIC?"),
        (f"<@{BOT}>", ""),
        (f"what is <@{BOT}> a CIC <@U9|ben>?", "what is a CIC ?"),
        ("<!channel> <!here|here> <!subteam^S1|@buyers> go", "here @buyers go"),
        ("see <#C1|general> and <#C2>", "see #general and"),
        ("<https://x.example/?a=1&amp;b=2|this> and <https://y.example>", "this and https://y.example"),
        ("<mailto:a@x.example|a@x.example>", "a@x.example"),
        ("under £4m &amp; over &lt;2&gt;", "under £4m & over <2>"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_markup_comes_off_and_names_stay_outside(raw: str, typed: str) -> None:
    assert as_typed(raw) == typed


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_ones_id_is_left_in_any_text(before: str, after: str) -> None:
    assert "U0NOBODY" not in as_typed(f"{before}<@U0NOBODY>{after}")


@given(st.text(max_size=40))
def test_any_text_is_a_command_of_ours_or_none(text: str) -> None:
    assert command_in(text) in {"", "help", "topics", "settings", "privacy", "pause", "resume", "forget", "mydata"}


def test_ids_before_hashing_and_conversations_by_surface() -> None:
    cases = [
        (mention("hi", "1.1"), ("C1", "1.1")),
        (mention("hi", "1.2", thread_ts="1.1"), ("C1", "1.1")),
        (direct("hi", "1.3"), ("D1",)),
        (direct("hi", "1.4", thread_ts="1.3"), ("D1", "1.3")),
        (command(FAKE, "hi"), ("C1", ANN)),
        (shortcut(FAKE, "hi"), ("C1", ANN)),
    ]
    for body, parts in cases:
        utterance = hear(body).utterance
        assert utterance.conversation == conversation(*parts)
        assert utterance.person == PSEUDONYMS.person("slack", TEAM, ANN)
        assert utterance.workspace == TEAM
        text = json.dumps([utterance.text, utterance.message_id, utterance.person, utterance.conversation])
        assert not any(raw in text for raw in (ANN, BEN, "C1", "D1", "1.1"))
    assert hear(mention("hi", "1.1")).utterance.message_id == PSEUDONYMS.message("slack", TEAM, "C1", "1.1")


def test_a_direct_message_is_direct_and_nations_are_by_channel_then_workspace() -> None:
    assert hear(direct("hi", "1.1")).utterance.direct
    assert not hear(mention("hi", "1.1")).utterance.direct
    assert hear(mention("hi", "1.1", "C2")).utterance.default_nation is Nation.WALES
    assert hear(mention("hi", "1.1", "C1")).utterance.default_nation is Nation.ENGLAND


@pytest.mark.parametrize("text", ["help", "Help!", " my data ", "Forget me.", "privacy", "/topics"])
def test_commands_are_words_alone(text: str) -> None:
    for body in (direct(text, "1.1"), mention(text, "1.1"), command(FAKE, text)):
        assert hear(body).utterance.kind is UtteranceKind.COMMAND
    assert hear(shortcut(FAKE, text)).utterance.kind is UtteranceKind.TEXT
    assert hear(direct(f"please {text} with it", "1.1")).utterance.kind is UtteranceKind.TEXT


def test_what_is_kept_of_a_person_goes_to_their_direct_message_from_everywhere() -> None:
    for body, channel in (
        (direct("my data", "1.1"), "D1"),
        (mention("my data", "1.1"), ANN),
        (command(FAKE, "my data"), ANN),
    ):
        address = hear(body).address
        assert (address.surface, address.channel, address.thread) == (Surface.EXPORT, channel, "")


def button(tag: Tag, code: str = "e:asset-lock", action: str = "option-0") -> dict[str, Any]:
    return {
        "action_id": action,
        "block_id": tag.block_id("entry0x0"),
        "type": "button",
        "value": code,
        "text": {"text": "It"},
    }


@pytest.mark.parametrize(
    ("tag", "user", "surface", "where"),
    [
        (Tag(Origin.THREAD, "1.1", ANN, private=True, once=True), ANN, Surface.CHANNEL, ("C1", "1.1")),
        (Tag(Origin.THREAD, "1.1", ANN, private=True), ANN, Surface.ALONE, ("C1", "1.1")),
        (Tag(Origin.THREAD, "1.1", ANN), ANN, Surface.ALONE, ("C1", "1.1")),
        (Tag(Origin.THREAD, "1.1", ANN), BEN, Surface.ALONE, ("C1", "1.1", BEN)),
        (Tag(Origin.THREAD, "", ANN), BEN, Surface.ALONE, ("C1", "1.5", BEN)),
        (Tag(Origin.COMMAND, "", ANN, private=True), ANN, Surface.RESPONSE, ("C1", ANN)),
        (Tag(Origin.DIRECT, "", ANN), ANN, Surface.DIRECT, ("C1",)),
        (Tag(Origin.DIRECT, "1.1", ANN), ANN, Surface.DIRECT, ("C1", "1.1")),
    ],
)
def test_a_tap_belongs_to_the_talk_it_stands_in_and_another_persons_is_their_own(
    tag: Tag, user: str, surface: Surface, where: tuple[str, ...]
) -> None:
    heard = hear(tap(FAKE, {}, button(tag), user=user))
    assert heard.address.surface is surface
    assert heard.utterance.conversation == conversation(*where)
    assert (heard.utterance.kind, heard.utterance.text) == (UtteranceKind.CHOICE, "e:asset-lock")
    assert heard.address.chosen == "It"


def test_a_tap_on_the_home_tab_belongs_to_the_direct_message() -> None:
    heard = hear(home_tap({"private_metadata": "D1"}, button(Tag(Origin.HOME), "n:s")))
    assert (heard.address.surface, heard.address.channel) == (Surface.HOME, "D1")
    assert heard.utterance.conversation == conversation("D1")


def test_each_tap_is_a_message_of_its_own_but_its_redelivery_is_not() -> None:
    body = tap(FAKE, {}, button(Tag(Origin.DIRECT, "", ANN)))
    again = tap(FAKE, {}, {**button(Tag(Origin.DIRECT, "", ANN)), "action_ts": "1"})
    again["actions"][0]["action_ts"] = "1.0"
    assert hear(body).utterance.message_id == hear(dict(body)).utterance.message_id
    assert hear(body).utterance.message_id != hear(again).utterance.message_id


def test_somebody_elses_thumb_is_not_heard() -> None:
    thumb = button(Tag(Origin.THREAD, "1.1", ANN), "f:0123456789abcdef:up", "feedback")
    assert EAR.hear(tap(FAKE, {}, thumb, user=BEN)) is None
    assert hear(tap(FAKE, {}, thumb)).address.chosen == ""
    alone = button(Tag(Origin.THREAD, "1.1", ANN, private=True), "f:0123456789abcdef:up", "feedback")
    assert hear(tap(FAKE, {}, alone, user=BEN)).address.user == BEN


@given(
    st.sampled_from(list(Origin)), st.from_regex(r"[0-9.]{0,18}", fullmatch=True),
    st.from_regex(r"[A-Z0-9]{0,12}", fullmatch=True), st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_tag_comes_back_as_it_went(origin: Origin, thread: str, asker: str, private: bool, once: bool) -> None:
    tag = Tag(origin, thread, asker, "0123456789abcdef", private=private, once=once)
    assert read(tag.block_id("entry0x0")) == tag


@given(st.text(max_size=300))
def test_any_block_id_is_a_tag_or_none(text: str) -> None:
    found = read(text)
    assert found is None or found.origin in set(Origin)


def test_an_address_comes_back_as_it_went() -> None:
    address = Address(Surface.CHANNEL, TEAM, ANN, channel="C1", thread="1.1", message="1.1", chosen="Yes")
    assert Address.of(address.as_mapping()) == address
    assert all(address.as_mapping().values())
