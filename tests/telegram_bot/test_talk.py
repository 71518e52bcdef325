"""Talking to the bot, end to end: the real channel and store against the strict server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fake_telegram import small
from fake_telegram.server import FakeTelegram
from fake_telegram.world import BOT_ID, BOT_NAME, Sent, user

ANN, BOB, GROUP = 9871101, 9871102, -100987


async def ask(telegram: FakeTelegram, text: str, chat: int = ANN, **extra: Any) -> Sent:
    """Say something and wait for the one message that answers it."""
    before = len(telegram.sent)
    await telegram.says(chat, text, **extra)
    await telegram.until(lambda: len(telegram.sent) > before)
    return telegram.sent[-1]


async def tap(telegram: FakeTelegram, message: Sent, title: str, person: int | None = None) -> Sent:
    """Tap a button and wait until something was sent or edited."""
    before = (len(telegram.sent), message.edits)
    await telegram.taps(message, title, person)
    await telegram.until(lambda: (len(telegram.sent), message.edits) != before)
    return telegram.sent[-1] if len(telegram.sent) > before[0] else message


# --- a first conversation ------------------------------------------------------------------------------------------


async def test_start_says_who_runs_it_and_its_privacy_and_offers_three_questions(served: FakeTelegram) -> None:
    hello = await ask(served, "/start")
    assert "Anytown CVS runs me" in hello.text
    assert "without your name" in hello.text
    assert hello.titles() == ["What is bread?", "Where is oats grown?", "What I know"]
    assert len(hello.text) < 600
    answer = await tap(served, hello, "What is bread?")
    assert answer is not hello
    assert "Bread is baked dough." in answer.text


async def test_a_question_is_answered_short_with_its_source_after_typing_was_shown(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    assert "Hello. Anytown CVS runs me." in answer.text
    assert "Bread is baked dough." in answer.text
    assert '<a href="https://bakers.example/bread?a=1&amp;b=2">Bakers</a>, 2 January 2025' in answer.html
    assert len(answer.text) <= 600
    assert answer.params["link_preview_options"] == {"is_disabled": True}
    assert [chat for chat, at in served.typing if at < answer.at] == [ANN]
    assert answer.titles() == ["Show all", "Simpler", "Which rules hold for flour?", "Helpful", "Not helpful", "Share"]
    again = await ask(served, "what does rye cost")
    assert "Hello" not in again.text


async def test_show_all_and_simpler_change_the_answer_in_place(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    assert "<crust>" not in answer.text
    await tap(served, answer, "Show all")
    assert "The <crust> keeps it fresh" in answer.text
    assert "Millers" in answer.text
    await tap(served, answer, "Simpler")
    assert "Bread is flour and water. You bake it." in answer.text
    assert len(served.sent) == 1
    await served.until(lambda: len(served.toasts) == 2)


async def test_a_nation_is_asked_for_and_the_answer_takes_the_place_of_the_question(served: FakeTelegram) -> None:
    fork = await ask(served, "which rules hold for flour")
    assert [row[0]["text"] for row in fork.rows] == ["England", "Wales"]
    answer = await tap(served, fork, "Scotland")
    assert answer is fork
    assert answer.html.startswith("<b>Scotland: Flour must be sieved twice.</b>")
    typed = await ask(served, "and in Wales?")
    assert "Flour must be sieved once." in typed.text


async def test_a_choice_is_numbered_and_a_typed_number_means_the_same_as_a_tap(served: FakeTelegram) -> None:
    choice = await ask(served, "how do I heat my oven")
    assert "1. A gas oven\n2. A wood oven" in choice.text
    typed = await ask(served, "2")
    assert "Burn wood for two hours." in typed.text
    tapped = await tap(served, choice, "A gas oven")
    assert tapped is choice
    assert "Light the gas oven early." in choice.text


async def test_next_questions_open_below_the_answer(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    following = await tap(served, answer, "Which rules hold for flour?")
    assert following is not answer
    assert "Bread is baked dough." in answer.text


async def test_thumbs_are_acknowledged_kept_and_change_nothing_on_the_screen(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    await served.taps(answer, "Not helpful")
    await served.until(lambda: served.toasts)
    assert served.toasts[0][1].startswith("Thank you.")
    assert (len(served.sent), answer.edits) == (1, 0)
    await ask(served, "/mydata")
    kept = json.loads(served.sent[-1].text)
    assert [found["value"] for found in kept["feedback"]] == ["down"]


async def test_a_question_nobody_wrote_can_be_sent_on(served: FakeTelegram) -> None:
    unknown = await ask(served, "which rules hold for flour in Northern Ireland")
    assert "nothing confirmed for Northern Ireland" in unknown.text
    sent = await tap(served, unknown, "Send it")
    assert "without your name" in sent.text


# --- commands ------------------------------------------------------------------------------------------------------


async def test_topics_are_browsed_in_place_and_long_ones_paged(served: FakeTelegram) -> None:
    topics = await ask(served, "/topics")
    assert topics.titles() == ["Bread", "Grain"]
    await tap(served, topics, "Grain")
    assert len([title for title in topics.titles() if title.startswith("Where is")]) == 8
    assert topics.titles()[-2:] == ["More questions", "All subjects"]
    await tap(served, topics, "More questions")
    assert topics.titles() == ["Where is emmer grown?", "Where is einkorn grown?", "Back", "All subjects"]
    await tap(served, topics, "Where is emmer grown?")
    assert "emmer grows." in topics.text
    assert len(served.sent) == 1


async def test_settings_are_set_with_a_tap_and_used(served: FakeTelegram) -> None:
    settings = await ask(served, "/settings")
    assert "Your nation: not set" in settings.text
    await tap(served, settings, "Scotland")
    answer = await ask(served, "which rules hold for flour")
    assert "Flour must be sieved twice." in answer.text
    assert "Your nation: Scotland" in (await ask(served, "/settings")).text


async def test_privacy_shows_stops_and_erases_and_asks_once_before_it_erases(served: FakeTelegram) -> None:
    await ask(served, "what is bread")
    privacy = await ask(served, "/privacy")
    assert "Anytown CVS can read them" in privacy.text
    data = await tap(served, privacy, "Show what you keep of me")
    kept = json.loads(data.text)
    assert kept["turns"][0]["text"] == "what is bread"
    assert str(ANN) not in data.text
    sure = await tap(served, data if data.rows else await ask(served, "/privacy"), "Erase what you keep of me")
    assert "for good" in sure.text
    done = await tap(served, sure, "Yes, erase it all")
    assert done.text.startswith("Done. I have erased")
    assert (await ask(served, "/mydata")).text == "I keep nothing of you."


async def test_stopping_keeps_no_words_from_then_on(served: FakeTelegram) -> None:
    await tap(served, await ask(served, "/privacy"), "Stop keeping my words")
    await ask(served, "what does rye cost")
    assert "rye" not in (await ask(served, "/mydata")).text


async def test_more_than_a_few_messages_of_data_come_as_a_file(served: FakeTelegram) -> None:
    for number in range(20):
        await ask(served, f"what does rye cost {'please ' * 60}{number}")
    await served.says(ANN, "/mydata")
    await served.until(lambda: served.files)
    chat, content = served.files[0]
    assert chat == ANN
    assert len(json.loads(content)["turns"]) == 20


async def test_help_and_cancel_say_how_to_go_on_and_a_bare_word_will_do(served: FakeTelegram) -> None:
    for text in ("/help", "/cancel", "help", "Help", f"/help@{BOT_NAME}"):
        assert (await ask(served, text)).text.startswith("Ask in your own words")


async def test_menus_and_descriptions_are_set_by_kind_of_chat_and_only_once(
    served: FakeTelegram, telegram: FakeTelegram
) -> None:
    await served.until(lambda: len(telegram.about) == 2)
    names = {scope: [c["command"] for c in menu] for scope, menu in telegram.menus.items()}
    assert names == {
        "all_private_chats": ["start", "topics", "settings", "privacy", "help", "cancel"],
        "all_group_chats": ["topics", "help"],
    }
    assert "Anytown CVS runs me" in telegram.about["description"]


# --- what is no text -----------------------------------------------------------------------------------------------

VOICE: dict[str, Any] = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}
PHOTO: dict[str, Any] = {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]}


async def test_a_recording_is_told_how_to_become_text(served: FakeTelegram) -> None:
    assert "microphone on your keyboard" in (await ask(served, "", **VOICE)).text


async def test_a_photo_gets_a_kind_line_and_its_caption_an_answer_too(served: FakeTelegram) -> None:
    assert "I read words only" in (await ask(served, "", **PHOTO)).text
    answer = await ask(served, "", **PHOTO, caption="what does rye cost")
    assert "not the file" in answer.text
    assert "Rye costs little." in answer.text
    kept = json.loads((await ask(served, "/mydata")).text)
    assert "file" not in json.dumps(kept["turns"][1])


async def test_an_album_is_answered_once(served: FakeTelegram) -> None:
    album = [served.world.says(ANN, "", **PHOTO, media_group_id="9") for _ in range(3)]
    await served.happen(*album)
    await ask(served, "what does rye cost", chat=BOB)
    await asyncio.sleep(0.1)
    assert [sent.chat for sent in served.sent].count(ANN) == 1


async def test_edits_service_messages_bots_and_what_came_through_inline_mode_are_not_answered(
    served: FakeTelegram,
) -> None:
    world = served.world
    robot = {"id": 5, "is_bot": True, "first_name": "R", "username": "other_bot"}
    await served.happen(
        world.update(edited_message=world.message(ANN, "what is bread", edit_date=1)),
        world.says(ANN, "", new_chat_members=[user(5)]),
        world.says(ANN, "what is bread", **dict[str, Any]({"from": robot})),
        world.says(ANN, "what is bread", via_bot={"id": BOT_ID, "is_bot": True, "first_name": "A"}),
        world.update(channel_post={**world.message(ANN, "what is bread"), "chat": {"id": -9, "type": "channel"}}),
    )
    answer = await ask(served, "what does rye cost", chat=BOB)
    assert served.sent == [answer]


# --- buttons that are old or forged --------------------------------------------------------------------------------


async def test_forged_old_and_unknown_buttons_are_answered_gently_and_do_no_harm(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    for data in (
        "rm -rf",
        "e:no-such-entry",
        "t:none",
        "f:0000000000000000:up",
        "z:1",
        "c:shutdown",
        "e:what-is-bread:q",
    ):
        toasts = len(served.toasts)
        await served.happen(served.world.taps(answer, data))
        await served.until(lambda before=toasts: len(served.toasts) > before)  # type: ignore[misc]
    assert "That button is old." in served.toasts[0][1]
    assert "Rye costs little." in (await ask(served, "what does rye cost")).text


async def test_a_tap_too_old_to_be_acknowledged_is_answered_all_the_same(served: FakeTelegram) -> None:
    answer = await ask(served, "what is bread")
    update = served.world.taps(answer, "m:what-is-bread")
    served.world.queries.clear()
    await served.happen(update)
    await served.until(lambda: "<crust>" in answer.text)
    assert served.toasts == []


async def test_the_same_button_tapped_twice_is_no_error(served: FakeTelegram) -> None:
    topics = await ask(served, "/topics")
    await served.happen(served.world.taps(topics, "t:grain"), served.world.taps(topics, "t:grain"))
    await served.until(lambda: len(served.toasts) == 2)
    await ask(served, "what does rye cost", chat=BOB)
    assert (topics.edits, len(served.sent)) == (1, 2)


async def test_a_button_under_a_message_that_is_gone_is_acknowledged(served: FakeTelegram) -> None:
    update = served.world.taps(await ask(served, "what is bread"), "m:what-is-bread")
    del update["callback_query"]["message"]
    update["callback_query"]["inline_message_id"] = "x"
    await served.happen(update)
    await served.until(lambda: served.toasts)
    assert "That button is old." in served.toasts[0][1]


# --- groups --------------------------------------------------------------------------------------------------------


async def test_in_a_group_it_speaks_only_when_mentioned_replied_to_or_commanded(served: FakeTelegram) -> None:
    await served.says(GROUP, "what is bread", person=ANN)
    await served.says(GROUP, "/settings@other_bot", person=ANN)
    await served.says(GROUP, "/unknown", person=ANN)
    await served.says(GROUP, "@advice_bot2 what is bread", person=ANN)
    answer = await ask(served, f"@{BOT_NAME} what is bread", chat=GROUP, person=ANN)
    assert served.sent == [answer]
    assert "Hello" not in answer.text
    assert answer.to_person == ANN
    follow = await ask(served, "which rules hold for flour", chat=GROUP, person=BOB,
                       reply_to_message=served.world.as_seen(answer))  # fmt: skip
    assert "differ" in follow.text
    assert (await ask(served, f"/topics@{BOT_NAME}", chat=GROUP, person=BOB)).titles() == ["Bread", "Grain"]


async def test_in_a_group_only_who_asked_changes_the_answer_others_get_their_own(served: FakeTelegram) -> None:
    fork = await ask(served, f"which rules hold for flour @{BOT_NAME}", chat=GROUP, person=ANN)
    theirs = await tap(served, fork, "Scotland", person=BOB)
    assert theirs is not fork
    assert "sieved twice" in theirs.text
    assert "differ" in fork.text
    assert await tap(served, fork, "Wales", person=ANN) is fork
    assert "sieved once" in fork.text


async def test_in_a_group_topic_it_answers_there_and_each_topic_is_a_talk_of_its_own(served: FakeTelegram) -> None:
    extra = {"message_thread_id": 77, "is_topic_message": True}
    fork = await ask(served, f"@{BOT_NAME} which rules hold for flour", chat=GROUP, person=ANN, **extra)
    assert fork.params["message_thread_id"] == 77
    elsewhere = await ask(served, f"@{BOT_NAME} 1", chat=GROUP, person=ANN)
    assert "sieved" not in elsewhere.text
    assert "sieved" in (await ask(served, f"@{BOT_NAME} 1", chat=GROUP, person=ANN, **extra)).text


async def test_what_is_for_one_person_alone_is_never_shown_to_a_group(served: FakeTelegram) -> None:
    await ask(served, f"@{BOT_NAME} what is bread", chat=GROUP, person=ANN)
    told = await ask(served, f"/mydata@{BOT_NAME}", chat=GROUP, person=ANN)
    assert "between the two of us" in told.text
    assert told.rows[0][0]["url"] == f"https://t.me/{BOT_NAME}?start=open"
    await ask(served, "/start", chat=ANN)
    private = await ask(served, f"/mydata@{BOT_NAME}", chat=GROUP, person=ANN)
    assert private.chat == ANN
    assert "turns" in private.text


async def test_a_helpline_reaches_the_person_even_where_the_bot_may_not_write_to_them(served: FakeTelegram) -> None:
    crisis = await ask(served, f"@{BOT_NAME} I want to die", chat=GROUP, person=ANN)
    assert "Call 999." in crisis.text
    assert crisis.rows == []
    await ask(served, "/start", chat=BOB)
    assert (await ask(served, f"@{BOT_NAME} I want to die", chat=GROUP, person=BOB)).chat == BOB


# --- sharing -------------------------------------------------------------------------------------------------------


async def test_a_link_opens_its_entry_or_topic(served: FakeTelegram) -> None:
    answer = await ask(served, "/start e_rye-price")
    assert "Rye costs little." in answer.text
    assert "Hello. Anytown CVS runs me." in answer.text
    assert "Where is oats grown?" in (await ask(served, "/start t_grain")).titles()
    assert "That button is old." in (await ask(served, "/start e_gone")).text
    assert "Hello. I answer" in (await ask(served, "/start <script>")).text


async def test_share_passes_on_a_link_that_opens_the_same_answer(served: FakeTelegram) -> None:
    share = (await ask(served, "what does rye cost")).button("Share")["url"]
    assert share == (
        f"https://t.me/share/url?url=https%3A%2F%2Ft.me%2F{BOT_NAME}%3Fstart%3De_rye-price&text=What%20does%20rye%20cost%3F"
    )


async def inline(telegram: FakeTelegram, text: str) -> dict[str, Any]:
    update = telegram.world.asks_inline(text)
    await telegram.happen(update)
    query = update["inline_query"]["id"]
    await telegram.until(lambda: query in telegram.inline)
    return telegram.inline[query]


async def test_inline_mode_gives_ranked_answers_with_nation_to_send_anywhere(served: FakeTelegram) -> None:
    found = await inline(served, "flour rules")
    assert [result["title"] for result in found["results"][:2]] == [
        "Which rules hold for flour? (England, Wales)", "Which rules hold for flour? (Scotland)",
    ]  # fmt: skip
    first = found["results"][1]
    assert "Flour must be sieved twice." in first["input_message_content"]["message_text"]
    assert first["reply_markup"]["inline_keyboard"][0][0]["url"] == f"https://t.me/{BOT_NAME}?start=e_flour-rules"
    assert found["cache_time"] > 0
    scottish = await inline(served, "flour rules in Scotland")
    assert scottish["results"][0]["title"] == "Which rules hold for flour? (Scotland)"
    assert sum("flour" in result["title"] for result in scottish["results"]) == 1


async def test_inline_mode_finds_an_entry_by_its_id_and_stays_within_ten(served: FakeTelegram) -> None:
    assert (await inline(served, "rye-price"))["results"][0]["id"].startswith("rye-price:")
    assert 1 < len((await inline(served, "where is grown"))["results"]) <= 10
    assert (await inline(served, "   "))["results"] == []


async def test_inline_queries_leave_no_trace(served: FakeTelegram) -> None:
    await served.happen(served.world.asks_inline("what is bread", person=ANN))
    await served.until(lambda: served.inline)
    assert (await ask(served, "/mydata")).text == "I keep nothing of you."


async def test_everything_the_small_knowledge_knows_can_be_asked(served: FakeTelegram) -> None:
    for entry, question in small.QUESTIONS.items():
        assert small.LEADS[entry] in (await ask(served, question)).text
