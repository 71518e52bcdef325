"""The renderer: every entry and any words fit Slack's limits, nothing comes alive, and people see what they need."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_strict import problems, words
from talk import NOON, Talk

from adapters.bootstrap import Library, make_advisor
from adapters.slack_app.blocks import Frame, Message, export_messages, is_public, notice, render
from adapters.slack_app.tags import Origin, Tag, read
from bot.knowledge.load import default_folder, load
from bot.memory import ShortMemory
from bot.model import (
    Link,
    Nation,
    Operator,
    Option,
    OptionKind,
    Outcome,
    Part,
    Reply,
    Role,
    Status,
    UtteranceKind,
    Wording,
)  # fmt: skip
from bot.options import decode
from bot.say import Voice

VOICE = Voice(load(default_folder()).messages.languages, Operator("Anytown CVS", "help@anytown.example"))
DIRECT = Frame(Tag(Origin.DIRECT))
CHANNEL = Frame(Tag(Origin.THREAD, "1764000000.000100", "U1"), short=True)
ALONE = Frame(Tag(Origin.THREAD, "1764000000.000100", "U1", private=True), shareable=True, chosen="Scotland & <!here>")
FRAMES = (DIRECT, CHANNEL, ALONE)

PART = Part(
    entry="asset-lock",
    question="What is an asset lock?",
    nation=Nation.SCOTLAND,
    nations=(Nation.SCOTLAND,),
    status=Status.IN_FORCE,
    lead="It keeps what you own for the community.",
    points=tuple(f"Point {number}." for number in range(1, 7)),
    steps=("First this.", "Then that."),
    note="Ask the regulator first.",
    wording=Wording("The Contractor shall [do this].", "count", "a list", ("is it legal?",)),
    caution="Unsettled.",
    links=(Link("The Act", "https://law.example/act?a=1&b=2", "1 June 2016"), Link("A book", "")),
    checked="Checked 20 November 2026.",
    notices=("Law in force.",),
)
REPLY = Reply(
    "0123456789abcdef",
    Outcome.ANSWERED,
    parts=(PART,),
    options=(
        Option(OptionKind.SIMPLER, "asset-lock", "Simpler"),
        Option(OptionKind.ENTRY, "what-is-a-cic", "What is a CIC?"),
    ),
)


def sent(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


def elements(message: Message, kind: str) -> list[dict[str, Any]]:
    found = [e for block in message.blocks if block["type"].endswith("actions") for e in block["elements"]]
    found += [block["accessory"] for block in message.blocks if "accessory" in block]
    return [element for element in found if element["type"] == kind]


def test_a_direct_answer_has_lead_points_steps_note_wording_care_small_print_sources_and_feedback() -> None:
    (message,) = render(REPLY, DIRECT, VOICE)
    said = words(message.blocks)
    for expected in (
        "*Scotland: It keeps what you own for the community.*", "• Point 6.", "1. First this.", "*For you:* Ask the reg",
        "```The Contractor shall [do this].```", "*Take care:* Unsettled.", "Law in force. Checked 20 November 2026.",
        "<https://law.example/act?a=1&amp;b=2|The Act>, 1 June 2016", "Source: A book", "Adapt it with your legal team",
    ):  # fmt: skip
        assert expected in said
    assert message.text.startswith("Scotland: It keeps what you own for the community.\n- Point 1.")
    (thumbs,) = elements(message, "feedback_buttons")
    assert decode(thumbs["negative_button"]["value"]) == Option(OptionKind.FEEDBACK, REPLY.turn, "", entry="down")
    assert problems(sent(message)) == []


def test_others_in_a_channel_see_lead_three_points_and_a_source_and_nothing_of_the_askers_role() -> None:
    (message,) = render(REPLY, CHANNEL, VOICE)
    said = words(message.blocks)
    assert "Point 3." in said
    for gone in ("Point 4.", "First this", "For you", "Contractor", "A book", "What is a CIC?"):
        assert gone not in said
        assert gone not in message.text
    more = [decode(button["value"]) for button in elements(message, "button")]
    assert Option(OptionKind.MORE, "asset-lock", "", nation=Nation.SCOTLAND) in more


def test_an_answer_that_lost_only_a_source_offers_the_sources() -> None:
    reply = replace(REPLY, parts=(replace(PART, points=("One.",), steps=(), note="", wording=None),), options=())
    (message,) = render(reply, CHANNEL, VOICE)
    assert [decode(b["value"]) for b in elements(message, "button")] == [
        Option(OptionKind.SOURCES, "asset-lock", "", nation=Nation.SCOTLAND)
    ]


def test_two_parts_share_the_room_of_a_channel_post_and_name_their_questions() -> None:
    other = replace(PART, nation=Nation.WALES, nations=(Nation.WALES,), lead="Wales: no.")
    (message,) = render(replace(REPLY, parts=(PART, other)), CHANNEL, VOICE)
    said = words(message.blocks)
    assert said.count("Point 1.") == 2
    assert "Point 2." not in said
    assert "_What is an asset lock?_" in said
    assert {"Scotland: Show all", "Wales: Show all"} <= {b["text"]["text"] for b in elements(message, "button")}


def test_a_private_answer_can_be_shared_by_entry_and_nation_and_shows_what_was_chosen() -> None:
    (message,) = render(REPLY, ALONE, VOICE)
    share = next(b for b in elements(message, "button") if b["action_id"] == "share")
    assert share["value"] == "e:asset-lock:s"
    assert "You chose: Scotland &amp; &lt;!here&gt;" in words(message.blocks)
    assert render(replace(REPLY, parts=()), ALONE, VOICE)[0].blocks
    everywhere = replace(PART, nation=None, nations=tuple(Nation))
    (message,) = render(replace(REPLY, parts=(everywhere,)), ALONE, VOICE)
    assert next(b for b in elements(message, "button") if b["action_id"] == "share")["value"] == "e:asset-lock"


def test_a_shared_answer_names_who_shared_it_and_its_own_question() -> None:
    frame = replace(CHANNEL, shared_by="U7", rated=False)
    (message,) = render(REPLY, frame, VOICE)
    assert words(message.blocks).startswith("<@U7> shared this answer.\n*What is an asset lock?*")
    assert elements(message, "feedback_buttons") == []
    assert problems(sent(message), shared_by="U7") == []
    assert problems(sent(message)) != []


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_answers_and_honest_gaps_are_rated(outcome: Outcome) -> None:
    (message,) = render(Reply("0123456789abcdef", outcome, lead="Words."), DIRECT, VOICE)
    rated = bool(elements(message, "feedback_buttons"))
    assert rated is (outcome in {Outcome.FALLBACK, Outcome.OUT_OF_SCOPE})


@pytest.mark.parametrize("outcome", list(Outcome))
def test_in_a_channel_only_answers_are_for_all(outcome: Outcome) -> None:
    reply = replace(REPLY, outcome=outcome)
    assert is_public(reply) is (outcome is Outcome.ANSWERED)
    assert not is_public(replace(reply, private=True))
    assert not is_public(replace(reply, expanded=True))
    assert not is_public(replace(reply, parts=()))


def test_a_fork_is_a_question_with_a_button_for_each_nation_that_goes_once_chosen() -> None:
    options = tuple(Option(OptionKind.NATION, n.value, n.title, entry="asset-lock") for n in Nation)
    reply = Reply("0123456789abcdef", Outcome.ANSWERED, lead="Which nation?", options=options, offered=("asset-lock",))
    (message,) = render(reply, DIRECT, VOICE)
    assert "*Which nation?*" in words(message.blocks)
    assert [b["text"]["text"] for b in elements(message, "button")] == [n.title for n in Nation]
    (row,) = [block for block in message.blocks if block["type"] == "actions"]
    tag = read(row["block_id"])
    assert tag is not None
    assert (tag.once, tag.turn, tag.origin) == (True, reply.turn, Origin.DIRECT)


def test_many_questions_are_a_menu_and_long_ones_stand_whole_beside_their_buttons() -> None:
    many = tuple(Option(OptionKind.ENTRY, f"entry-{n}", f"Question {n}?") for n in range(105))
    (message,) = render(Reply("0", Outcome.HELP, lead="Choose.", options=many), DIRECT, VOICE)
    menus = elements(message, "static_select")
    assert [len(menu["options"]) for menu in menus] == [100, 5]
    long = Option(OptionKind.ENTRY, "entry-1", "What " + "very " * 20 + "long question?")
    (message,) = render(Reply("0", Outcome.CLARIFYING, lead="Choose.", options=(long, many[1])), DIRECT, VOICE)
    assert f"*{long.title}*" in words(message.blocks)
    assert problems(sent(message)) == []


def test_a_greeting_comes_first_and_a_button_that_erases_warns() -> None:
    option = Option(OptionKind.COMMAND, "forget-now", "Yes, erase it all")
    reply = Reply("0", Outcome.HELP, lead="Sure?", options=(option,), greeting="Hello. I am here.")
    (message,) = render(reply, DIRECT, VOICE)
    assert words(message.blocks).startswith("Hello. I am here.")
    assert message.text.startswith("Hello. I am here.\nSure?")
    assert elements(message, "button")[0]["style"] == "danger"


def test_too_long_an_answer_is_shortened_with_show_all_and_all_of_it_comes_over_several_messages() -> None:
    points = tuple(f"{number} " + "words and words " * 150 for number in range(6))
    reply = replace(REPLY, parts=(replace(PART, points=points),))
    (message,) = render(reply, DIRECT, VOICE)
    assert problems(sent(message)) == []
    assert "Show all" in {b["text"]["text"] for b in elements(message, "button")}
    pages = render(replace(reply, expanded=True), DIRECT, VOICE)
    assert len(pages) > 1
    assert [problems(sent(page)) for page in pages] == [[] for _ in pages]
    said = " ".join(words(page.blocks) for page in pages)
    assert all(f"{number} words and words" in said for number in range(6))
    assert said.count("words and words ".strip()) >= 890
    assert elements(pages[-1], "feedback_buttons")


def test_an_export_is_whole_escaped_and_can_not_break_out_of_its_block() -> None:
    text = "".join(f'{{"text": "{number} ``` <!channel> & <@U1>"}},\n' for number in range(900))
    pages = export_messages(text)
    assert [problems(sent(page)) for page in pages] == [[] for _ in pages]
    said = "".join(words(page.blocks) for page in pages).translate({ord(c): None for c in "` \n"})
    assert all(f"{number}ˋˋˋ&lt;!channel&gt;" in said for number in range(900))


def test_nothing_is_empty_and_nothing_unseen_is_sent() -> None:
    (message,) = render(Reply("", Outcome.SMALL_TALK, lead="Hi\U000e0041\U000e0042\x00there\ud800"), DIRECT, VOICE)
    assert message.text == "Hithere"
    assert notice("a < b").text == "a &lt; b"


# --- properties ---------------------------------------------------------------------------------------------------

NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U1>",
        "<https://evil.example|click>",
        "&amp;",
        "*b*",
        "```",
        "_i_",
        "> quote",
        "\n",
        "﷽",
        "é",
        "👩‍👩‍👧",
        "a" * 90,
    ]
)
TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.lists(NASTY, max_size=40).map("".join),
    st.integers(0, 2500).map(lambda n: ("<&> " * 2500)[:n]),
    st.integers(0, 2500).map(lambda n: ("👩" * 9000)[:n]),
)
IDS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
NATIONS = st.one_of(st.none(), st.sampled_from(list(Nation)))
URLS = st.one_of(st.just(""), TEXT.map(lambda t: "https://x.example/" + t.replace("\n", "")), TEXT)
LINKS = st.lists(st.builds(Link, TEXT, URLS, TEXT), max_size=4).map(tuple)
TEXTS = st.lists(TEXT, max_size=6).map(tuple)
PARTS = st.builds(
    Part,
    entry=IDS,
    question=TEXT,
    nation=NATIONS,
    nations=st.lists(st.sampled_from(list(Nation)), max_size=4, unique=True).map(tuple),
    status=st.just(Status.PRACTICE),
    lead=TEXT,
    points=TEXTS,
    steps=st.lists(TEXT, max_size=14).map(tuple),
    note=TEXT,
    wording=st.one_of(st.none(), st.builds(Wording, TEXT, TEXT, TEXT, TEXTS)),
    caution=TEXT,
    links=LINKS,
    checked=TEXT,
    notices=TEXTS,
)
OPTIONS = st.one_of(
    st.builds(
        Option, st.sampled_from([OptionKind.ENTRY, OptionKind.TOPIC, OptionKind.MORE, OptionKind.SIMPLER]), IDS, TEXT
    ),
    st.builds(lambda n, e, t: Option(OptionKind.NATION, n.value, t, entry=e), st.sampled_from(list(Nation)), IDS, TEXT),
    st.builds(lambda r, t: Option(OptionKind.ROLE, r.value, t), st.sampled_from(list(Role)), TEXT),
    st.builds(lambda t: Option(OptionKind.NONE, "", t), TEXT),
)
REPLIES = st.builds(
    Reply,
    turn=st.just("0123456789abcdef"),
    outcome=st.sampled_from(list(Outcome)),
    lead=TEXT,
    points=TEXTS,
    parts=st.lists(PARTS, max_size=4).map(tuple),
    notices=TEXTS,
    links=LINKS,
    options=st.lists(OPTIONS, max_size=40).map(tuple),
    expanded=st.booleans(),
    greeting=TEXT,
    offered=st.lists(IDS, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(reply=REPLIES, chosen=TEXT)
def test_any_reply_renders_within_every_limit_and_nothing_in_it_comes_alive(reply: Reply, chosen: str) -> None:
    for frame in FRAMES:
        for message in render(reply, replace(frame, chosen=chosen), VOICE):
            assert problems(sent(message)) == []


@settings(max_examples=100, deadline=None)
@given(text=TEXT)
def test_any_text_is_exported_within_every_limit(text: str) -> None:
    for message in export_messages(text):
        assert problems(sent(message)) == []


def test_every_entry_of_the_shipped_knowledge_renders_in_every_frame_nation_and_role(shipped: Library) -> None:
    advisor = make_advisor(shipped, ShortMemory(), clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    wrong: list[tuple[str, str]] = []
    for entry in shipped.knowledge.entries:
        for nation, role in ((None, None), *((n, r) for n, r in zip(Nation, (*Role, None), strict=True))):
            shown = replace(advisor.show(entry, nation=nation, role=role), turn="0123456789abcdef")
            for reply in (shown, replace(shown, expanded=True)):
                for frame in FRAMES:
                    for message in render(reply, frame, advisor.voice):
                        wrong += [(entry, problem) for problem in problems(sent(message))]
    assert wrong == []


@settings(max_examples=50, deadline=None)
@given(text=TEXT)
async def test_any_utterance_is_answered_within_every_limit_and_no_word_of_it_comes_alive(
    shipped: Library, text: str
) -> None:
    talk = Talk(shipped)
    reply = await talk.say(text, direct=True)
    for frame in FRAMES:
        for message in render(reply, frame, talk.advisor.voice):
            assert problems(sent(message)) == []
    assert talk.now == NOON


@pytest.mark.parametrize("command", ["/help", "/topics", "/settings", "/privacy", "/forget", "/topic procurement"])
async def test_every_command_renders(shipped: Library, command: str) -> None:
    reply = await Talk(shipped).say(command, kind=UtteranceKind.COMMAND)
    for frame in FRAMES:
        assert [problems(sent(m)) for m in render(reply, frame, VOICE)] == [[]]
