"""Short replies to what was asked: yes, no, a number, a nation, "more", in English and in Welsh."""

from __future__ import annotations

import pytest
from talk import Talk

from adapters.bootstrap import Library
from bot.follow_up import said_no, said_yes
from bot.model import Nation, OptionKind, Outcome

NURSE = (
    "hello im a district nurse in leeds they want to take our team out of the trust into some company and im really "
    "frightened about my pension ive got 24 years in will i lose it"
)


@pytest.fixture
def talk(shipped: Library) -> Talk:
    return Talk(shipped)


async def offered_one(talk: Talk) -> str:
    reply = await talk.say("e:asset-lock")  # clears what was open
    reply = await talk.say("so this is privatisation by the back door isnt it")
    assert reply.outcome is Outcome.CLARIFYING
    assert len(reply.offered) == 1
    return reply.offered[0]


@pytest.mark.parametrize("text", ["yes", "Yes please", "yeah that one", "aye", "ie", "ok", "YEP!"])
def test_a_yes(text: str) -> None:
    assert said_yes(text)
    assert not said_no(text)


@pytest.mark.parametrize("text", ["no", "no thanks", "nah", "Nope, not that"])
def test_a_no(text: str) -> None:
    assert said_no(text)
    assert not said_yes(text)


@pytest.mark.parametrize("text", ["yes but what about Wales", "no pension", "please", "that one", "", "thanks"])
def test_neither(text: str) -> None:
    assert not said_yes(text)
    assert not said_no(text)


async def test_yes_chooses_the_one_question_offered(talk: Talk) -> None:
    entry = await offered_one(talk)
    assert (await talk.say("yes")).parts[0].entry == entry


async def test_no_to_the_questions_offered_asks_for_other_words(talk: Talk) -> None:
    await offered_one(talk)
    assert (await talk.say("nah")).lead.startswith("None of these?")


async def test_yes_sends_the_unanswered_question_and_no_does_not(talk: Talk) -> None:
    asked = await talk.say("who pays for a public social partnership in Wales")
    assert any(option.kind is OptionKind.SEND_QUESTION for option in asked.options)
    assert (await talk.say("no thanks")).lead.startswith("All right, I leave it there.")
    await talk.say("who pays for a public social partnership in Wales")
    assert (await talk.say("yes please")).lead.startswith("Sent, without your name.")


async def test_yes_to_several_asks_which_and_leaves_the_choice_open(talk: Talk) -> None:
    await talk.say("will I lose my pension if we spin out")
    which = await talk.say("yes")
    assert which.lead.startswith("Which one?")
    assert (await talk.say("NHS pension")).offered == ("nhs-pension-on-transfer",)


async def test_yes_after_an_answer_is_only_thanks(talk: Talk) -> None:
    await talk.say("what is an asset lock")
    assert (await talk.say("yes")).outcome is Outcome.SMALL_TALK


async def test_a_number_that_is_not_there_leaves_the_choice_open(talk: Talk) -> None:
    await talk.say("will I lose my pension if we spin out")
    wrong = await talk.say("9")
    assert wrong.lead.startswith("There is no such number here.")
    assert (await talk.say("2")).offered == ("lgps-on-transfer",)


async def test_a_number_without_a_choice_says_so(talk: Talk) -> None:
    assert (await talk.say("7")).lead.startswith("I have no choice open")


async def test_long_lists_are_chosen_from_by_number_too(talk: Talk) -> None:
    topics = (await talk.say("/topics")).options
    assert len(topics) > 12
    chosen = await talk.say("12")
    assert topics[11].title in chosen.lead


async def test_a_lone_offer_that_only_asks_back_is_asked_at_once(talk: Talk) -> None:
    reply = await talk.say(NURSE)
    assert reply.offered == ("which-pension-scheme",)
    assert len(reply.options) > 3
    assert (await talk.say("nhs")).parts[0].entry == "nhs-pension-on-transfer"


async def test_what_was_only_offered_gives_a_short_follow_up_its_subject(talk: Talk) -> None:
    await talk.say("Fife Council - I need community benefit clause wording for targeted recruitment and training")
    reply = await talk.say("how do we measure it")
    assert reply.offered[0] == "cbc-measuring"


async def test_nothing_is_offered_that_only_says_it_is_another_nations(talk: Talk) -> None:
    reply = await talk.say(
        "Fife Council - I need community benefit clause wording for targeted recruitment and training"
    )
    assert not any("Welsh" in option.title for option in reply.options)
    elsewhere = await talk.say("what is the Welsh Government's older community benefits policy")
    assert elsewhere.parts[0].nation is Nation.WALES


async def test_next_questions_have_a_text_for_the_nation(talk: Talk) -> None:
    scotland = await talk.say("when must a buyer consider community benefits in Scotland")
    wales = await talk.say("and in Wales?")
    going_down = "Is the 4 million pound trigger for community benefits going down?"
    assert going_down in [option.title for option in scotland.options]
    assert going_down not in [option.title for option in wales.options]


async def test_the_same_text_for_another_nation_is_said_to_be_the_same(talk: Talk) -> None:
    first = await talk.say("what is a CIC")
    assert first.notices == ()
    assert (await talk.say("and in Scotland?")).notices == ("My text on this is the same for Scotland.",)


async def test_more_says_when_it_is_all(talk: Talk) -> None:
    await talk.say("what is an asset lock")
    assert (await talk.say("more")).notices == ("This is all I have on it.",)


async def test_a_nation_told_without_a_question_is_kept_as_the_settings_say(talk: Talk) -> None:
    assert "from now on" in (await talk.say("I'm in Wales")).lead
    assert (await talk.say("/settings")).lead.startswith("Your nation: Wales.")


async def test_welsh_courtesy_is_said_once_a_talk_and_follow_ups_work_in_welsh(talk: Talk) -> None:
    assert (await talk.say("Beth yw menter gymdeithasol?")).lead.startswith("Diolch am ofyn")
    assert "Diolch" not in (await talk.say("Sut mae cofrestru CIC?")).lead
    await talk.say("what is a public social partnership in Scotland")
    assert (await talk.say("yn symlach os gwelwch yn dda")).parts[0].plain
    assert (await talk.say("ffynhonnell?")).parts[0].points == ()
    assert (await talk.say("ac yn yr Alban?")).nation is Nation.SCOTLAND
    assert "Diolch" not in (await talk.say("Beth am TUPE?")).lead
    talk.wait(13)
    assert (await talk.say("Sut mae cofrestru CIC?")).lead.startswith("Diolch am ofyn")


async def test_terms_that_stay_the_same_are_about_the_transfer(talk: Talk) -> None:
    reply = await talk.say("will my annual leave and sick pay stay the same")
    assert reply.outcome is not Outcome.OUT_OF_SCOPE


async def test_the_examples_given_are_questions_it_knows(talk: Talk, shipped: Library) -> None:
    named = [text.strip() for text in talk.advisor.voice.say("examples").split("|")]
    assert set(named) <= {entry.question for entry in shipped.knowledge.entries.values()}
    assert [option.title for option in (await talk.say("/start")).options][:3] == named
    assert "?." not in (await talk.say("😀")).lead


STORY = (
    "I have worked for the council in Bradford for nineteen years and I have seen four reorganisations. I laughed at "
    "first. What worries me is the pension because I am in the West Yorkshire fund and I am 54 and I was going to go at "
    "60. Then there is the minibus. I do not know what form it should be, somebody said CIC and somebody said charity "
    "and somebody said co-op. Sorry for the long message."
)


async def test_a_long_story_is_heard_by_the_sentences_that_ask(talk: Talk) -> None:
    reply = await talk.say(STORY)
    assert {"which-pension-scheme", "forms-compared"} <= set(reply.offered)
    assert not {"cbc-donations", "own-time-and-devices"} & set(reply.offered)


async def test_a_nation_named_at_an_open_choice_leaves_it_open(talk: Talk) -> None:
    first = await talk.say("Fife Council - I need community benefit clause wording for targeted training")
    assert first.outcome is Outcome.CLARIFYING
    then = await talk.say("and in wales")
    assert then.lead.startswith("For Wales, then.")
    assert then.offered[0] == first.offered[0]
    assert (await talk.say("1")).nation is Nation.WALES


async def test_a_short_complaint_is_no_question(talk: Talk) -> None:
    assert (await talk.say("ur wrong about that")).lead.startswith("I'm sorry.")


async def test_we_in_welsh_is_not_northern_ireland(talk: Talk) -> None:
    assert (await talk.say("A oes rhaid i ni dendro?")).nation is None


async def test_two_questions_that_differ_by_nation_are_both_answered_when_it_is_told(talk: Talk) -> None:
    fork = await talk.say("what is a community benefit clause and what is TUPE")
    assert (fork.parts, len(fork.offered)) == ((), 2)
    assert tuple(part.entry for part in (await talk.say("Wales")).parts) == fork.offered
    again = await talk.say("what is a community benefit clause and what is TUPE in Wales")
    assert len(again.parts) == 2


async def test_of_two_questions_the_one_that_waits_for_a_nation_is_not_lost(talk: Talk) -> None:
    reply = await talk.say("what is an asset lock? what is TUPE?")
    assert [part.entry for part in reply.parts] == ["asset-lock"]
    assert reply.lead.startswith("Two questions; one is answered below.")
    assert [part.entry for part in (await talk.say("Scotland")).parts] == list(reply.offered)


async def test_a_role_told_after_an_answer_without_a_note_for_it_repeats_nothing(talk: Talk) -> None:
    await talk.say("what should be in the options appraisal")
    reply = await talk.say("I'm a commissioner")
    assert (reply.parts, reply.lead) == ((), "Thank you. I'll add what matters for commissioners.")
    assert (await talk.say("simpler")).parts[0].entry == "options-appraisal"


async def test_no_guard_shows_a_name_in_braces(talk: Talk) -> None:
    reply = await talk.say("is this confidential")
    assert "The people who run me (Anytown CVS)" in reply.points[0]
    assert "{" not in " ".join((reply.lead, *reply.points))


async def test_two_nations_named_after_a_fork_are_shown_side_by_side(talk: Talk) -> None:
    await talk.say("what are the procurement thresholds")
    both = await talk.say("both Wales and Northern Ireland")
    assert [part.nation for part in both.parts] == [Nation.WALES, Nation.NORTHERN_IRELAND]


async def test_a_body_of_ones_own_nation_is_what_is_asked_about(talk: Talk) -> None:
    await talk.say("I'm in Northern Ireland")
    assert "from now on" not in (await talk.say("accessni")).lead


async def test_trust_in_the_bot_is_no_council_trust(talk: Talk) -> None:
    assert "AI help" in " ".join((await talk.say("why should i trust you")).points)


async def test_what_is_clearly_not_ours_gets_nothing_of_the_talk_before(talk: Talk) -> None:
    await talk.say("managers are blocking our proposal, what can we do")
    reply = await talk.say("can you plan my garden")
    assert reply.outcome in {Outcome.FALLBACK, Outcome.OUT_OF_SCOPE}
    assert not reply.offered


async def test_gibberish_is_offered_nothing(talk: Talk) -> None:
    for _ in range(2):
        assert not (await talk.say("asdfgh")).offered
        await talk.say("managers are blocking our proposal, what can we do")
