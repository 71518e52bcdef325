"""The renderer: any reply is valid Telegram HTML within the limits, first replies fit a screen, no text is lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fake_telegram.markup import BadMarkup, parse, units
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.bootstrap import Library, make_advisor
from adapters.telegram_bot.blocks import Block, Span, Style, blocks, clean, seen
from adapters.telegram_bot.keyboards import View, deep_link, entry_payload, read_data, topic_payload
from adapters.telegram_bot.render import Message, render
from adapters.telegram_bot.short import MOST, shorten
from adapters.telegram_bot.split import pages
from bot.knowledge.load import default_folder, load
from bot.memory import ShortMemory
from bot.model import Link, Nation, Operator, Option, OptionKind, Outcome, Part, Reply, Role, Status, Wording
from bot.options import decode

WORDS = load(default_folder()).messages.languages["en"]
VIEW = View(bot="advice_bot")


def say(name: str) -> str:
    return WORDS[name]


def part(**values: object) -> Part:
    given: dict[str, object] = {
        "entry": "e", "question": "Q?", "nation": None, "nations": tuple(Nation), "status": Status.IN_FORCE,
        "lead": "Yes.", **values,
    }  # fmt: skip
    return Part(**given)  # type: ignore[arg-type]


def answered(*parts: Part, **values: object) -> Reply:
    return Reply(turn="a" * 16, outcome=Outcome.ANSWERED, parts=parts, **values)  # type: ignore[arg-type]


def valid(messages: tuple[Message, ...]) -> None:
    """What Telegram would refuse makes this fail."""
    for message in messages:
        read = parse(message.html)
        assert read.text == message.plain
        assert read.text.strip()
        assert units(read.text) <= 4096
        assert len(read.entities) <= 100
        buttons = [button for row in message.rows for button in row]
        assert len(buttons) <= 100
        assert all(len(row) <= 8 and row for row in message.rows)
        for button in buttons:
            assert button.title.strip()
            assert bool(button.data) != bool(button.url)
            assert len(button.data.encode()) <= 64
            assert read_data(button.data) is not None or button.url.startswith("https://t.me/")


def ink(text: str) -> str:
    """The text without its blanks, which a cut may swallow."""
    return re.sub(r"\s", "", text)


# --- any text ------------------------------------------------------------------------------------------------------

anything = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60),
    st.sampled_from(["<b>", "</pre>", "&", "&lt;b&gt;", '"><a href="x">', "😀" * 50, "a. " * 60, "\x00\x1f", "\ud800"]),
)
links = st.builds(Link, title=anything, url=anything, dated=anything)
nations = st.sampled_from([None, *Nation])
parts = st.builds(
    part,
    nation=nations, lead=anything, note=anything, caution=anything, checked=anything, question=anything,
    plain=st.booleans(),
    points=st.lists(anything, max_size=6).map(tuple),
    steps=st.lists(anything, max_size=14).map(tuple),
    notices=st.lists(anything, max_size=3).map(tuple),
    links=st.lists(links, max_size=4).map(tuple),
    wording=st.none() | st.builds(Wording, anything, anything, anything, st.lists(anything, max_size=3).map(tuple)),
)  # fmt: skip
options = st.builds(
    Option, kind=st.sampled_from(OptionKind), value=st.sampled_from(["wales", "founder", "an-entry", "", "x" * 80]),
    title=anything, entry=st.sampled_from(["", "an-entry", "up"]),
)  # fmt: skip
replies = st.builds(
    Reply,
    turn=st.just("a" * 16), outcome=st.sampled_from(Outcome), lead=anything, greeting=anything,
    points=st.lists(anything, max_size=6).map(tuple),
    parts=st.lists(parts, max_size=3).map(tuple),
    notices=st.lists(anything, max_size=3).map(tuple),
    links=st.lists(links, max_size=4).map(tuple),
    options=st.lists(options, max_size=30).map(tuple),
    expanded=st.booleans(), private=st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reply=replies, page=st.integers(0, 99), code=st.sampled_from(["", "t:money", "c:topics", "e:x"]))
def test_any_reply_is_valid_html_within_the_limits(reply: Reply, page: int, code: str) -> None:
    valid(render(reply, View(page, code, "advice_bot"), say))


@settings(max_examples=100, deadline=None)
@given(reply=replies)
def test_all_of_an_expanded_reply_is_shown(reply: Reply) -> None:
    whole = replace(reply, expanded=True)
    shown = "".join(message.plain for message in render(whole, VIEW, say))
    assert ink(shown) == ink(seen(blocks(whole, say)))
    for found in whole.parts:
        for text in (found.lead, *found.points, *found.steps, found.caution, found.note):
            assert ink(clean(text)) in ink(shown)


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(anything.map(clean).filter(bool), min_size=1, max_size=8),
    most=st.integers(10, 120),
    style=st.sampled_from(Style),
)
def test_splitting_keeps_to_the_limit_and_loses_no_text(texts: list[str], most: int, style: Style) -> None:
    whole = [Block((Span("• "), Span(text, style))) for text in texts]
    found = pages(whole, most_units=most)
    assert all(0 < units(seen(page)) <= most for page in found)
    assert ink("".join(seen(page) for page in found)) == ink(seen(whole))


# --- where it is cut -----------------------------------------------------------------------------------------------


def test_a_long_text_is_cut_after_a_sentence() -> None:
    text = "One sentence here. " * 400
    first, *_ = pages([Block((Span(text.strip()),))])
    assert first[0].text.endswith("here.")
    assert 4000 < units(first[0].text) <= 4096


def test_a_list_is_cut_between_its_points() -> None:
    points = tuple(f"Point {number} {'word ' * 150}end." for number in range(12))
    found = render(replace(answered(part(points=points)), expanded=True), VIEW, say)
    assert len(found) > 1
    assert all(message.plain.rstrip().endswith(("end.", "Yes.")) for message in found)


def test_more_than_a_hundred_entities_make_a_second_message() -> None:
    bold = [Block((Span(f"word{number}", Style.BOLD),)) for number in range(150)]
    assert [len(page) for page in pages(bold)] == [100, 50]


def test_an_emoji_counts_twice_and_is_never_halved() -> None:
    found = pages([Block((Span("😀" * 3000),))])
    assert [len(page[0].text) for page in found] == [2048, 952]


def test_the_keyboard_stands_under_the_last_message() -> None:
    long = replace(answered(part(points=("word " * 900, "word " * 900))), expanded=True)
    first, *_, last = render(long, VIEW, say)
    assert first.rows == ()
    assert last.rows


# --- what a person sees --------------------------------------------------------------------------------------------


def test_an_answer_reads_from_nation_to_source() -> None:
    found = part(
        nation=Nation.SCOTLAND, nations=(Nation.SCOTLAND,), lead="below £4m it is your choice.", points=("A & B",),
        caution="Unsettled.", notices=("Law in force.",), checked="Checked 20 November 2026.",
        links=(Link("The <Act>", "https://x.example/?a=1&b=2", "2014"),),
    )  # fmt: skip
    (message,) = render(answered(found), VIEW, say)
    assert message.html == (
        "<b>Scotland: below £4m it is your choice.</b>\n• A &amp; B\n<b>Take care:</b> Unsettled.\n"
        '<i>Law in force. Checked 20 November 2026.</i>\n'
        'Source: <a href="https://x.example/?a=1&amp;b=2">The &lt;Act&gt;</a>, 2014'
    )  # fmt: skip


def test_a_first_reply_leaves_out_what_one_screen_can_not_hold_and_offers_it() -> None:
    found = part(points=tuple(f"Point {number}. {'x' * 90}" for number in range(6)), caution="Take this to heart.")
    (message,) = render(answered(found), VIEW, say)
    assert "Point 2" in message.plain
    assert "Point 3" not in message.plain
    assert "Take this to heart." in message.plain
    assert [button.data for button in message.rows[0]] == ["m:e"]
    (whole,) = render(replace(answered(found), expanded=True), VIEW, say)
    assert "Point 5" in whole.plain
    assert "m:e" not in [button.data for row in whole.rows for button in row]


def test_a_checklist_without_points_shows_its_first_three_steps() -> None:
    (message,) = render(answered(part(steps=("a", "b", "c", "d"))), VIEW, say)
    assert "1. a\n2. b\n3. c" in message.plain
    assert "4. d" not in message.plain


def test_choices_are_numbered_in_the_text_and_on_the_buttons_and_replace_the_question() -> None:
    choices = (Option(OptionKind.ENTRY, "a", "First?"), Option(OptionKind.ENTRY, "b", "Second?"))
    none = Option(OptionKind.NONE, "", "None of these")
    reply = Reply(turn="t", outcome=Outcome.CLARIFYING, lead="Which?", options=(*choices, none))
    (message,) = render(reply, VIEW, say)
    assert message.plain == "Which?\n\n1. First?\n2. Second?"
    assert [[(b.title, b.data) for b in row] for row in message.rows] == [
        [("1. First?", "e:a")], [("2. Second?", "e:b")], [("None of these", "x:")],
    ]  # fmt: skip


def test_the_next_questions_open_below_an_answer_and_never_over_it() -> None:
    reply = answered(part(), options=(Option(OptionKind.ENTRY, "next", "And then?"),))
    (message,) = render(reply, VIEW, say)
    assert message.rows[0][0].data == ">e:next"
    tapped = read_data(">e:next")
    assert tapped is not None
    assert (tapped.code, tapped.fresh) == ("e:next", True)


def test_an_answer_can_be_judged_and_shared_and_a_signpost_neither() -> None:
    (message,) = render(answered(part()), VIEW, say)
    up, down, share = message.rows[-1]
    assert (up.data, down.data) == (f"f:{'a' * 16}:up", f"f:{'a' * 16}:down")
    assert share.url.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fadvice_bot%3Fstart%3De_e&text=Q")
    (signpost,) = render(Reply(turn="t", outcome=Outcome.SIGNPOSTED, lead="Call 999."), VIEW, say)
    assert signpost.rows == ()


def test_a_fork_has_a_button_for_each_nation_two_a_row() -> None:
    nations = tuple(Option(OptionKind.NATION, n.value, n.title, entry="e") for n in Nation)
    (message,) = render(Reply(turn="t", outcome=Outcome.ANSWERED, lead="Which?", options=nations), VIEW, say)
    assert [[b.data for b in row] for row in message.rows] == [["e:e:e", "e:e:s"], ["e:e:w", "e:e:n"]]


def test_a_long_list_is_paged_and_every_question_is_on_one_page() -> None:
    listed = tuple(Option(OptionKind.ENTRY, f"e{number}", f"Question {number}?") for number in range(20))
    reply = Reply(turn="t", outcome=Outcome.HELP, lead="Questions:", options=listed)
    seen_codes, code, pages_seen = [], "t:money", 0
    while code:
        tapped = read_data(code)
        assert tapped is not None
        (message,) = render(reply, View(tapped.page, tapped.code, "b"), say)
        buttons = [button for row in message.rows for button in row]
        seen_codes += [b.data for b in buttons if b.data.startswith("e:")]
        code = next((b.data for b in buttons if b.title == say("label_next")), "")
        pages_seen += 1
    assert (pages_seen, seen_codes) == (3, [f"e:e{number}" for number in range(20)])


@pytest.mark.parametrize("data", ["", "e", ">", "e:x~", "e:x~100", "e:é", "e:a:b:c", "e:" + "x" * 70, "E:x", "e:x\n"])
def test_forged_data_is_refused(data: str) -> None:
    tapped = read_data(data)
    assert tapped is None or decode(tapped.code) is None


def test_a_link_needs_a_real_name() -> None:
    with pytest.raises(ValueError, match="name of a bot"):
        deep_link("a b", "e_x")


@pytest.mark.parametrize("html", ["<b>", "<b><i></b></i>", "a & b", "<u2>x</u2>", "a < b", "</i>", "&nbsp;"])
def test_the_reader_these_tests_rely_on_is_strict(html: str) -> None:
    with pytest.raises(BadMarkup):
        parse(html)


# --- the shipped knowledge -----------------------------------------------------------------------------------------


def test_every_shipped_answer_fits_a_screen_keeps_its_caution_and_its_links_fit_telegram(shipped: Library) -> None:
    advisor = make_advisor(shipped, ShortMemory(), operator=Operator("Anytown Council for Voluntary Service"))
    greeting = WORDS["greeting_short"].replace("{operator}", "Anytown Council for Voluntary Service")
    shown = 0
    for entry in shipped.knowledge.entries:
        for nation in (None, *Nation):
            for role in (None, *Role):
                reply = replace(advisor.show(entry, nation=nation, role=role), turn="a" * 16)
                for kind in (reply, replace(reply, expanded=True)):
                    valid(render(kind, VIEW, say))
                short, _ = shorten(reply, say)
                for found, whole in zip(short.parts, reply.parts, strict=True):
                    shown += 1
                    assert units(seen(blocks(short, say))) <= MOST, entry
                    assert found.caution == whole.caution, entry
                    assert (found.lead, found.notices, found.checked) == (whole.lead, whole.notices, whole.checked)
                    assert len(found.links) == min(1, len(whole.links)), entry
                    greeted, _ = shorten(replace(reply, greeting=greeting), say)
                    assert [part.caution for part in greeted.parts] == [part.caution for part in reply.parts], entry
                    assert units(seen(blocks(greeted, say))) <= MOST + units(greeting), entry
    assert shown > 500
    for payload in (*map(entry_payload, shipped.knowledge.entries), *map(topic_payload, shipped.knowledge.topics)):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
