"""The dialogue on the shipped knowledge: outcomes, options, follow-ups, nation rules, guards, as people meet them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from talk import Talk

from adapters.bootstrap import Library
from adapters.plain import as_text
from bot.model import Nation, OptionKind, Outcome, Role, UtteranceKind
from bot.options import encode
from bot.pace import PER_MINUTE


@pytest.fixture
def talk(shipped: Library) -> Talk:
    return Talk(shipped)


async def test_an_answer_says_its_nation_source_and_date(talk: Talk) -> None:
    reply = await talk.say("when must a Scottish buyer consider community benefits")
    part = reply.parts[0]
    assert (reply.outcome, part.entry, part.nation) == (Outcome.ANSWERED, "cbc-duty-threshold", Nation.SCOTLAND)
    assert part.links[0].url == "https://www.legislation.gov.uk/asp/2014/12/section/25"
    assert part.checked == "As known in June 2026."
    assert "Law in force since 1 June 2016." in part.notices
    assert "Not yet checked by a specialist." in part.notices


async def test_texts_that_differ_by_nation_fork_and_a_tap_or_a_word_chooses(talk: Talk) -> None:
    fork = await talk.say("do I keep my NHS pension if we spin out")
    assert (fork.outcome, fork.parts, fork.offered) == (Outcome.ANSWERED, (), ("nhs-pension-on-transfer",))
    assert [o.value for o in fork.options if o.kind is OptionKind.NATION] == [n.value for n in Nation]
    typed = await talk.say("Scotland")
    assert typed.parts[0].nation is Nation.SCOTLAND
    tapped = await talk.tap(encode(fork.options[0]))
    assert tapped.parts[0].nation is Nation.ENGLAND


async def test_a_nation_said_once_is_kept_for_the_talk_and_can_be_changed(talk: Talk) -> None:
    await talk.say("what are the procurement thresholds in Wales")
    kept = await talk.say("when must a buyer consider community benefits")
    assert kept.parts[0].nation is Nation.WALES
    changed = await talk.say("and in Northern Ireland?")
    assert changed.parts[0].nation is Nation.NORTHERN_IRELAND


async def test_a_place_tells_the_nation_and_the_guess_is_shown(talk: Talk) -> None:
    reply = await talk.say("what are the procurement thresholds in Strabane, and do they include VAT")
    assert reply.parts[0].nation is Nation.NORTHERN_IRELAND
    assert reply.notices == ("I read Strabane as Northern Ireland.",)


async def test_health_board_alone_asks_scotland_or_wales(talk: Talk) -> None:
    reply = await talk.say("what is the light touch threshold for a health board")
    assert [o.value for o in reply.options if o.kind is OptionKind.NATION] == ["scotland", "wales"]


async def test_we_are_in_powys_not_england_means_wales(talk: Talk) -> None:
    await talk.say("can we use the community right to challenge")
    reply = await talk.say("and we're in Powys not England")
    assert reply.nation is Nation.WALES
    assert reply.parts[0].entry == "right-to-challenge"


async def test_another_persons_nation_is_never_taken(talk: Talk) -> None:
    await talk.say("what are the procurement thresholds in Wales", person="ann")
    reply = await talk.say("when must a buyer consider community benefits", person="bob")
    assert reply.parts == ()
    assert reply.nation is None


async def test_a_default_nation_is_weaker_than_what_is_said(shipped: Library) -> None:
    talk = Talk(shipped, nation=Nation.SCOTLAND)
    assert (await talk.say("what are the procurement thresholds")).parts[0].nation is Nation.SCOTLAND
    assert (await talk.say("what are the procurement thresholds in Wales")).parts[0].nation is Nation.WALES


async def test_a_nation_without_text_gets_no_other_nations_rule_but_a_helper(talk: Talk) -> None:
    reply = await talk.say("who pays for a public social partnership in Wales")
    assert reply.outcome is Outcome.FALLBACK
    assert "nothing confirmed for Wales" in reply.lead
    assert reply.parts == ()
    assert "Robertson" not in as_text(reply, talk.advisor.voice)


async def test_a_choice_entry_asks_and_a_number_a_label_or_a_tap_answers(talk: Talk) -> None:
    asked = await talk.say("will I lose my pension if we spin out")
    assert (asked.outcome, asked.offered) == (Outcome.CLARIFYING, ("which-pension-scheme",))
    assert (await talk.say("2")).offered == ("lgps-on-transfer",)
    await talk.say("will I lose my pension if we spin out")
    assert (await talk.say("NHS pension")).offered == ("nhs-pension-on-transfer",)
    assert (await talk.tap("e:find-your-scheme")).parts[0].entry == "find-your-scheme"


async def test_a_typed_number_counts_only_for_the_person_who_was_asked_and_for_a_day(talk: Talk) -> None:
    await talk.say("will I lose my pension if we spin out")
    assert (await talk.say("2", person="bob")).offered != ("lgps-on-transfer",)
    await talk.say("will I lose my pension if we spin out")
    talk.wait(25)
    assert (await talk.say("2")).offered != ("lgps-on-transfer",)


async def test_a_new_question_replaces_an_open_choice(talk: Talk) -> None:
    await talk.say("will I lose my pension if we spin out")
    assert (await talk.say("what is an asset lock")).parts[0].entry == "asset-lock"


async def test_simpler_gives_the_plain_version_and_says_so_where_there_is_none(talk: Talk, shipped: Library) -> None:
    await talk.say("what is a public social partnership in Scotland")
    plain = await talk.say("simpler please")
    assert (plain.parts[0].plain, plain.parts[0].points) == (True, ())
    assert plain.parts[0].lead.startswith("Public bodies and charities plan a service together.")
    without = next(
        entry.id
        for entry in shipped.knowledge.entries.values()
        if [variant.plain for variant in entry.answers if Nation.SCOTLAND in variant.scope] == [None]
    )
    await talk.tap(f"e:{without}:s")
    assert (await talk.say("too long")).lead.startswith("I have no simpler version")


async def test_more_and_sources_show_the_last_entry_again(talk: Talk) -> None:
    await talk.say("what is an asset lock")
    more = await talk.say("tell me more")
    assert (more.parts[0].entry, more.expanded) == ("asset-lock", True)
    sources = await talk.say("where does it say that")
    assert (sources.parts[0].entry, sources.parts[0].points) == ("asset-lock", ())
    assert sources.parts[0].links


async def test_a_bare_follow_up_after_twelve_hours_asks_what_it_is_about(talk: Talk) -> None:
    await talk.say("what is an asset lock")
    talk.wait(13)
    reply = await talk.say("tell me more")
    assert (reply.outcome, reply.offered) == (Outcome.CLARIFYING, ("asset-lock",))


async def test_more_without_anything_before_says_so(talk: Talk) -> None:
    assert (await talk.say("tell me more")).outcome is Outcome.HELP


async def test_a_short_follow_up_is_ranked_near_the_last_entry(talk: Talk) -> None:
    await talk.say("what is a public social partnership in Scotland")
    assert (await talk.say("who leads it")).parts[0].entry == "psp-steps"


async def test_thanks_between_does_not_lose_the_thread(talk: Talk) -> None:
    await talk.say("what is an asset lock")
    assert (await talk.say("thanks")).outcome is Outcome.SMALL_TALK
    assert (await talk.say("source?")).parts[0].entry == "asset-lock"


async def test_two_questions_in_one_get_two_answers(talk: Talk) -> None:
    reply = await talk.say("What is an asset lock? How do community shares work in England?")
    assert [part.entry for part in reply.parts] == ["asset-lock", "community-shares"]


async def test_a_long_story_offers_the_questions_heard_in_it(talk: Talk) -> None:
    story = (
        "We are a team of eleven in a community trust and it has been a hard year for everyone here. "
        "We have talked for ages about how to leave the NHS and set up on our own. "
        "People keep asking will I keep my NHS pension if we spin out. "
        "And nobody knows how we would pay wages in the first month before any income arrives at all."
    )
    reply = await talk.say(story)
    assert reply.outcome is Outcome.CLARIFYING
    assert {"nhs-pension-on-transfer", "working-capital"} & set(reply.offered)
    assert 2 <= len(reply.offered) <= 3


async def test_a_role_adds_its_note_and_is_remembered(talk: Talk) -> None:
    await talk.say("when must a Scottish buyer consider community benefits")
    reply = await talk.say("I'm a commissioner")
    assert reply.parts[0].note.startswith("Write down what you considered")
    again = await talk.say("what is a public social partnership in Scotland")
    assert again.parts[0].note.startswith("Plan the third stage")


async def test_the_role_is_never_guessed(shipped: Library) -> None:
    reply = await Talk(shipped).say("what is a public social partnership in Scotland")
    assert reply.parts[0].note == ""
    assert (await Talk(shipped, role=Role.FOUNDER).say("what is a public social partnership in Scotland")).parts[0].note


async def test_crisis_is_said_alone_and_its_text_is_never_kept(talk: Talk) -> None:
    reply = await talk.say("I feel suicidal and what is a CIC")
    assert (reply.outcome, reply.keep_text, reply.options, reply.parts) == (Outcome.SIGNPOSTED, False, (), ())
    assert "116 123" in reply.lead


async def test_identifying_numbers_are_not_kept_and_the_rest_is_answered(talk: Talk) -> None:
    beside = await talk.say("what is an asset lock? my NI number is QQ 12 34 56 C")
    assert (beside.outcome, beside.keep_text, beside.parts[0].entry) == (Outcome.ANSWERED, False, "asset-lock")
    alone = await talk.say("QQ123456C")
    assert (alone.outcome, alone.keep_text) == (Outcome.SIGNPOSTED, False)
    assert "National Insurance number" in alone.lead


async def test_advice_on_one_persons_pension_is_signposted_and_a_general_fear_is_answered(talk: Talk) -> None:
    assert (await talk.say("should I take my pension lump sum now")).outcome is Outcome.SIGNPOSTED
    worried = await talk.say("I've got twenty six years in and I'm terrified they are going to take my pension")
    assert worried.outcome in {Outcome.ANSWERED, Outcome.CLARIFYING}


async def test_negation_is_not_ignored(talk: Talk) -> None:
    assert (await talk.say("do we not have to include community benefits under £4m in Scotland")).parts[0].entry == (
        "cbc-duty-threshold"
    )
    reply = await talk.say("without TUPE, can staff be seconded to the new company")
    assert reply.parts[0].entry == "secondment-instead"


async def test_not_wanting_to_leave_is_not_wanting_to_leave(talk: Talk) -> None:
    wants = await talk.say("I want to leave the NHS")
    assert not any(part.entry == "staff-do-not-want" for part in wants.parts)
    refuses = await talk.say("I don't want to leave the NHS")
    assert refuses.parts[0].entry == "staff-do-not-want"


async def test_welsh_gets_a_courteous_sentence_and_its_english_entry(talk: Talk) -> None:
    reply = await talk.say("ble alla i gael grant i ddechrau menter gymdeithasol yng Nghymru?")
    assert reply.lead.startswith("Diolch am ofyn yn Gymraeg.")
    assert reply.parts[0].entry == "early-money"
    assert reply.parts[0].nation is Nation.WALES


async def test_it_says_truly_who_runs_it_and_that_no_model_answers(talk: Talk) -> None:
    assert "Anytown CVS runs me" in (await talk.say("who runs you")).lead
    assert (await talk.say("is this AI")).lead.startswith("No model runs when you ask.")
    assert "help@anytown.example" in (await talk.say("can I speak to a real person")).lead
    assert "Not through me" in (await talk.say("can my manager see this")).lead


@pytest.mark.parametrize(
    "code", ["", "zzz", "e:no-such-entry", "e:asset-lock:q", "n:x", "c:nothing", "t:nothing", "q:"]
)
async def test_an_old_or_forged_button_does_no_harm(talk: Talk, code: str) -> None:
    reply = await talk.tap(code)
    assert (reply.outcome, "button is old" in reply.lead) == (Outcome.HELP, True)


async def test_every_option_of_every_reply_can_be_tapped(shipped: Library) -> None:
    questions = ["will I lose my pension if we spin out", "do I keep my NHS pension", "what is the notice period", "/topics",
                 "/settings", "/forget", "what is an asset lock", "/help", "pension bid money"]  # fmt: skip
    for question in questions:
        talk = Talk(shipped)
        for option in (await talk.say(question)).options:
            reply = await talk.tap(encode(option))
            assert reply.outcome is not Outcome.ERROR
            assert "button is old" not in reply.lead, option


async def test_not_known_names_one_helper_and_offers_to_send_the_question(talk: Talk) -> None:
    reply = await talk.say("how do we stop seagulls nesting on the roof of the depot in Scotland")
    assert reply.outcome is Outcome.FALLBACK
    assert [o.kind for o in reply.options] == [OptionKind.SEND_QUESTION]
    assert "Scotland" in reply.lead
    sent = await talk.tap(encode(reply.options[0]))
    assert sent.lead.startswith("Sent, without your name.")


@pytest.mark.parametrize("text", ["", "   ", "?!", "...", "🙂🙂", "\u200b\u200d", "\U000e0041\U000e0042"])
async def test_no_words_get_help(talk: Talk, text: str) -> None:
    assert (await talk.say(text)).outcome is Outcome.HELP


async def test_four_thousand_characters_are_read_and_one_more_is_not(talk: Talk) -> None:
    assert (await talk.say("what is an asset lock " + "x" * 3978)).outcome is not Outcome.HELP
    reply = await talk.say("x" * 4001)
    assert (reply.outcome, reply.keep_text) == (Outcome.HELP, False)


NASTY = [
    "a" * 3999, "'; DROP TABLE turn; --", "<script>alert(1)</script>", "<!channel> <@U1> *b*", "{operator} {0} %s ${x}",
    "ignore your instructions", "\ud800 lone", "مرحبا كيف", "日本語の質問", "\x00\x1b[31m", "ﷺ" * 100, "e:asset-lock",
    "1", "99999999999999999999", "/", "/topic", "/topic nothing", "//", "£", "£99999999999999999999m", "ﬁﬂ", "\n\n\n",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
async def test_whatever_is_typed_gets_a_reply(talk: Talk, text: str) -> None:
    reply = await talk.say(text)
    assert reply.outcome is not Outcome.ERROR
    assert as_text(reply, talk.advisor.voice)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(codec=None), max_size=200))
async def test_any_text_gets_a_reply(shipped: Library, text: str) -> None:
    talk = Talk(shipped)
    reply = await talk.say(text)
    assert reply.outcome is not Outcome.ERROR
    assert as_text(reply, talk.advisor.voice)


async def test_a_fault_of_ours_is_answered_with_a_code_and_a_contact(talk: Talk) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("disk on fire")

    talk.log.recall = broken  # type: ignore[method-assign,assignment]
    reply = await talk.say("what is an asset lock")
    assert reply.outcome is Outcome.ERROR
    assert "help@anytown.example" in reply.lead
    assert reply.turn[:4].upper() in reply.lead


async def test_the_first_answer_in_a_direct_message_opens_with_a_greeting_and_no_other_does(talk: Talk) -> None:
    first = await talk.say("what is a community benefit clause", direct=True)
    assert first.greeting.startswith("Hello. Anytown CVS runs me.")
    assert first.outcome is Outcome.ANSWERED
    second = await talk.say("what is TUPE", direct=True)
    assert second.greeting == ""
    other = await talk.say("what is TUPE", person="bob", direct=False)
    assert other.greeting == ""


async def test_a_crisis_is_answered_alone_without_a_greeting(talk: Talk) -> None:
    assert (await talk.say("I want to kill myself", direct=True)).greeting == ""


async def test_an_entry_can_be_shown_without_a_turn(talk: Talk) -> None:
    reply = talk.advisor.show("cbc-duty-threshold", nation=Nation.SCOTLAND)
    assert (reply.parts[0].entry, reply.parts[0].nation) == ("cbc-duty-threshold", Nation.SCOTLAND)
    assert talk.log.turns == []
    with pytest.raises(KeyError):
        talk.advisor.show("no-such-entry")


async def test_all_of_it_is_shown_for_the_nation_on_the_button_whatever_the_tappers_own(talk: Talk) -> None:
    await talk.say("I'm in Wales", person="ben")
    reply = await talk.tap("m:cbc-duty-threshold:s")
    assert (reply.expanded, reply.parts[0].nation) == (True, Nation.SCOTLAND)
    other = await talk.say("m:cbc-duty-threshold:s", "ben", UtteranceKind.CHOICE)
    assert other.parts[0].nation is Nation.SCOTLAND


async def test_someone_who_sends_more_than_anybody_can_mean_is_held_back_kindly_but_a_crisis_is_heard(
    talk: Talk,
) -> None:
    for _ in range(PER_MINUTE):
        assert (await talk.say("what is TUPE")).outcome is Outcome.ANSWERED
    held = await talk.say("what is TUPE")
    assert (held.outcome, held.parts) == (Outcome.HELP, ())
    assert "wait a minute" in held.lead
    assert (await talk.say("I want to kill myself")).outcome is Outcome.SIGNPOSTED
    assert (await talk.say("what is TUPE", person="bob")).outcome is Outcome.ANSWERED
    talk.wait(1 / 30)
    assert (await talk.say("what is TUPE")).outcome is Outcome.ANSWERED


async def test_a_first_message_while_the_store_is_down_is_answered_and_in_the_log_all_the_same(talk: Talk) -> None:
    talk.log.down = True
    reply = await talk.say("what is an asset lock", direct=True)
    assert (reply.outcome, bool(reply.greeting)) == (Outcome.ANSWERED, True)
    assert [turn.id for turn in talk.log.turns] == [reply.turn]
