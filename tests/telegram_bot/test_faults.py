"""What goes wrong on the way: redelivery, limits, blocked people, dropped connections, bad updates, a second poller."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from fake_telegram.rig import now, parts_of, serving, settings_for, store_in
from fake_telegram.server import FakeTelegram
from fake_telegram.strict import Refused
from fake_telegram.world import BOT_NAME, TOKEN, Json
from pydantic import SecretStr
from sqlalchemy import create_engine

from adapters.bootstrap import Library, make_advisor
from adapters.logs import Formatter
from adapters.settings import TelegramSettings
from adapters.telegram_bot import polling
from adapters.telegram_bot.channel import TelegramChannel
from adapters.telegram_bot.pace import Bucket, Pace
from adapters.telegram_bot.polling import Poller
from adapters.telegram_bot.webhook import PATH, SECRET_HEADER
from bot.errors import AdvisorError
from bot.model import Utterance, UtteranceKind

ANN, BOB, GROUP = 9871101, 9871102, -100987
SECRET = "s" * 32
RYE, YEAST = "what does rye cost", "how old may yeast be"


def to(telegram: FakeTelegram, chat: int) -> list[str]:
    """What the bot said in a chat, from the last line of the greeting on."""
    return [sent.text.split("\n\n")[-1].split("\n")[0] for sent in telegram.sent if sent.chat == chat]


# --- delivery ------------------------------------------------------------------------------------------------------


async def test_an_update_is_confirmed_only_when_its_claim_is_written(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    async with store_in(tmp_path) as store:
        gate, parts = asyncio.Event(), parts_of(bread, store)
        accept = store.claims.accept

        async def slow(*args: Any) -> Any:
            await gate.wait()
            return await accept(*args)

        store.claims.accept = slow  # type: ignore[assignment,method-assign]  # a store that takes its time
        channel = TelegramChannel(settings_for(telegram), parts)
        await channel.start()
        update = await telegram.says(ANN, RYE)
        await telegram.until(lambda: telegram.delivered[update["update_id"]])
        await asyncio.sleep(0.2)
        assert telegram.queue == [update]
        gate.set()
        await telegram.until(lambda: not telegram.queue)
        await telegram.until(lambda: telegram.sent)
        await channel.stop()


async def test_a_redelivered_update_is_answered_once_also_after_a_restart(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    async with serving(telegram, bread, tmp_path):
        update = await telegram.says(ANN, RYE)
        await telegram.until(lambda: telegram.sent)
        await telegram.happen(update)
        await telegram.until(lambda: not telegram.queue)
    await telegram.happen(update)
    async with serving(telegram, bread, tmp_path):
        await telegram.until(lambda: not telegram.queue)
        await telegram.says(BOB, RYE)
        await telegram.until(lambda: to(telegram, BOB))
    assert to(telegram, ANN) == ["Rye costs little."]


async def test_one_chat_is_answered_in_order_and_others_do_not_wait_for_it(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    async with store_in(tmp_path) as store:
        advisor = make_advisor(bread, store.log)
        answer = advisor.answer

        async def slow(utterance: Utterance, *args: Any) -> Any:
            await asyncio.sleep(0.3 if utterance.text == RYE else 0)
            return await answer(utterance, *args)

        advisor.answer = slow  # type: ignore[assignment,method-assign]  # one question takes long to answer
        channel = TelegramChannel(settings_for(telegram), parts_of(bread, store, advisor))
        await channel.start()
        world = telegram.world
        await telegram.happen(
            *(world.says(ANN, text) for text in (RYE, YEAST, "what is bread")), world.says(BOB, YEAST)
        )
        await telegram.until(lambda: len(telegram.sent) == 4)
        await channel.stop()
    assert telegram.sent[0].chat == BOB
    assert to(telegram, ANN) == ["Rye costs little.", "Yeast keeps for a month.", "Bread is baked dough."]


async def test_a_chat_that_must_wait_is_obeyed_and_stops_no_other(served: FakeTelegram) -> None:
    served.limited[ANN] = (time.monotonic() + 1.2, 0)
    began = time.monotonic()
    await served.happen(served.world.says(ANN, RYE), served.world.says(ANN, YEAST), served.world.says(BOB, YEAST))
    await served.until(lambda: to(served, BOB))
    assert time.monotonic() - began < 1.0
    await served.until(lambda: len(to(served, ANN)) == 2)
    assert to(served, ANN) == ["Rye costs little.", "Yeast keeps for a month."]
    refused = [method for method, given in served.calls if given.get("chat_id") == ANN and method == "sendMessage"]
    assert len(refused) == 3  # one refused, two sent: it waited as long as it was told


async def test_of_a_long_answer_only_the_rest_is_sent_again(served: FakeTelegram) -> None:
    refusals = iter([None, Refused(429, "Too Many Requests: retry after 1", retry_after=1)])

    def second(method: str, _given: Json) -> Refused | None:
        return next(refusals, None) if method == "sendMessage" else None

    for number in range(6):
        await served.says(ANN, f"what does rye cost {'please ' * 70}{number}")
    await served.until(lambda: len(served.sent) == 6)
    served.fail_next.append(second)
    await served.says(ANN, "/mydata")
    await served.until(lambda: len(served.sent) > 7 and served.sent[-1].text.endswith("}"))
    pieces = [sent.text for sent in served.sent[6:]]
    assert len(pieces) == len(set(pieces)) > 1


async def test_who_blocked_the_bot_or_is_gone_costs_nobody_else_an_answer(
    served: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    served.blocked, served.gone = {ANN}, {GROUP}
    await served.says(ANN, RYE)
    await served.says(GROUP, f"@{BOT_NAME} {RYE}", person=ANN)
    await served.says(BOB, RYE)
    await served.until(lambda: to(served, BOB))
    await served.until(
        lambda: "bot was blocked" in caplog.text.casefold() and "chat not found" in caplog.text.casefold()
    )
    assert to(served, ANN) == []


async def test_a_dropped_connection_is_tried_again(served: FakeTelegram) -> None:
    drop: Any = lambda method, _given: "drop" if method == "sendMessage" else None  # noqa: E731
    served.fail_next.append(drop)
    await served.says(ANN, RYE)
    await served.until(lambda: served.sent)
    drop_poll: Any = lambda method, _given: "drop" if method == "getUpdates" else None  # noqa: E731
    served.fail_next.append(drop_poll)
    await served.says(ANN, YEAST)
    await served.says(ANN, "what is bread")
    await served.until(lambda: len(served.sent) == 3)
    assert to(served, ANN)[1:] == ["Yeast keeps for a month.", "Bread is baked dough."]


async def test_if_our_html_is_refused_the_person_gets_plain_text(
    served: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    refuse: Any = lambda m, _g: Refused(400, "Bad Request: can't parse entities: x") if m == "sendMessage" else None  # noqa: E731
    served.fail_next.append(refuse)
    await served.says(ANN, RYE)
    await served.until(lambda: served.sent)
    assert "parse_mode" not in served.sent[0].params
    assert served.sent[0].text.startswith("Hello. Anytown CVS runs me.")
    assert "our HTML was refused" in caplog.text


async def test_an_answer_to_a_message_that_can_not_be_edited_is_sent_anew(served: FakeTelegram) -> None:
    await served.says(ANN, "/topics")
    await served.until(lambda: served.sent)
    update = served.world.taps(served.sent[0], "t:grain")
    served.sent.clear()
    await served.happen(update)
    await served.until(lambda: served.sent)
    assert "Where is oats grown?" in served.sent[0].titles()


async def test_a_group_that_became_a_supergroup_is_answered_where_it_is_now(served: FakeTelegram) -> None:
    served.migrated[GROUP] = GROUP - 1
    await served.says(GROUP, f"@{BOT_NAME} {RYE}", person=ANN)
    await served.until(lambda: served.sent)
    assert served.sent[0].chat == GROUP - 1


async def test_bad_updates_block_nothing(served: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    broken = [
        served.world.update(message={"message_id": "x", "date": "never", "chat": 5}),
        served.world.update(callback_query={"id": "1"}),
        served.world.update(message=None),
        served.world.update(message=served.world.message(ANN, RYE, entities=[{"type": "bot_command"}])),
    ]
    await served.happen(*broken, served.world.says(BOB, RYE))
    await served.until(lambda: to(served, BOB))
    await served.until(lambda: not served.queue)
    assert "can't be read and is passed over" in caplog.text
    assert RYE not in caplog.text


async def test_only_what_is_used_is_asked_for(served: FakeTelegram) -> None:
    assert served.allowed == ["message", "callback_query", "inline_query"]


async def test_the_store_going_down_costs_nobody_an_answer(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'telegram.db'}"
    async with serving(telegram, bread, tmp_path):
        engine = create_engine(url.replace("+aiosqlite", ""))
        with engine.connect() as locker:
            locker.exec_driver_sql("BEGIN EXCLUSIVE")  # no other connection can write, or read, until it ends
            await telegram.says(ANN, YEAST)
            await telegram.until(lambda: telegram.sent, seconds=60)
        engine.dispose()
    assert to(telegram, ANN) == ["Yeast keeps for a month."]


async def test_stopping_answers_what_was_accepted_and_confirms_it(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    async with serving(telegram, bread, tmp_path):
        await telegram.happen(*(telegram.world.says(chat, RYE) for chat in range(1, 31)))
        await telegram.until(lambda: sum(telegram.delivered.values()) >= 30)
        await telegram.until(lambda: telegram.sent)
    answered = len(telegram.sent)
    assert answered + len(telegram.queue) >= 30
    async with serving(telegram, bread, tmp_path):
        await telegram.until(lambda: len({sent.chat for sent in telegram.sent}) == 30)
    assert len(telegram.sent) == 30


# --- a start that can't be -----------------------------------------------------------------------------------------


async def test_a_second_poller_is_a_clear_error_at_the_start_and_the_first_goes_on(
    served: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    conflict: Any = Refused(409, "Conflict: terminated by other getUpdates request")
    async with store_in(tmp_path / "second") as store:
        channel = TelegramChannel(settings_for(served), parts_of(bread, store), conflict_wait=0.01)
        refuse: Any = lambda m, g: conflict if m == "getUpdates" and g["timeout"] == 0 else None  # noqa: E731
        served.fail_next += [refuse] * polling.TRIES_AT_START
        with pytest.raises(AdvisorError, match="Another program is polling Telegram with the same token"):
            await channel.start()
    await served.says(ANN, RYE)
    await served.until(lambda: served.sent)


async def test_a_conflict_while_running_is_said_once_shows_in_health_and_passes(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    async with poller(telegram) as (found, taken):
        other = asyncio.create_task(_poll_too(telegram, times=4))
        await telegram.until(lambda: not found.health().ok)
        assert "Another program is polling" in found.health().detail
        await other
        await telegram.until(lambda: found.health().ok)
        await telegram.says(ANN, RYE)
        await telegram.until(lambda: taken)
    assert caplog.text.count("Another program is polling") == 1


@asynccontextmanager
async def poller(telegram: FakeTelegram) -> AsyncIterator[tuple[Poller, list[Json]]]:
    from telegram.request import HTTPXRequest  # noqa: PLC0415  # beside the fixture of the same name

    taken: list[Json] = []

    async def receive(raw: Json) -> None:
        taken.append(raw)

    async with HTTPXRequest() as request:
        found = Poller(f"{telegram.url}/bot{TOKEN}", request, receive, long_poll=2, conflict_wait=0.3)
        running = asyncio.create_task(found.run())
        yield found, taken
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _poll_too(telegram: FakeTelegram, times: int) -> None:
    async with ClientSession() as session:
        for _ in range(times):
            async with session.get(f"{telegram.url}/bot{TOKEN}/getUpdates") as answer:
                await answer.read()
            await asyncio.sleep(0.05)


async def test_a_wrong_token_and_an_unreachable_telegram_say_what_to_do(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    wrong = TelegramSettings(bot_token=SecretStr("1234567:" + "B" * 35), api_url=telegram.url)
    nowhere = TelegramSettings(bot_token=SecretStr(TOKEN), api_url="http://127.0.0.1:9")
    async with store_in(tmp_path) as store:
        for settings, words in ((wrong, "does not accept TELEGRAM_BOT_TOKEN"), (nowhere, "can't be reached at http")):
            channel = TelegramChannel(settings, parts_of(bread, store), start_waits=(0.01,))
            with pytest.raises(AdvisorError, match=words):
                await channel.start()
            assert not channel.health().ok


# --- the token -----------------------------------------------------------------------------------------------------


async def test_the_token_reaches_no_log_however_talkative(
    telegram: FakeTelegram, bread: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Formatter((), as_json=False))  # it knows a token by its form, not from the settings
    root = logging.getLogger()
    root.addHandler(handler)
    for name in (None, "httpx", "httpcore", "telegram"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    root.manager._clear_cache()  # type: ignore[attr-defined]  # what each logger remembers of the old levels
    try:
        async with serving(telegram, bread, tmp_path):
            telegram.fail_next.append(lambda method, _given: "drop" if method == "sendMessage" else None)
            await telegram.says(ANN, RYE)
            await telegram.until(lambda: telegram.sent)
    finally:
        root.removeHandler(handler)
    assert "/bot[secret]/getUpdates" in written.getvalue()
    assert TOKEN not in written.getvalue()


# --- the webhook ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def hooked(telegram: FakeTelegram, bread: Library, folder: Path) -> AsyncIterator[str]:
    """The bot behind a webhook; gives the webhook's address."""
    async with store_in(folder) as store:
        settings = settings_for(telegram, webhook_url="http://127.0.0.1:1", webhook_secret=SecretStr(SECRET))
        channel = TelegramChannel(settings, parts_of(bread, store))
        app = web.Application()
        app.add_routes(channel.routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        settings.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await channel.start()
        assert channel.health().ok
        yield f"{settings.webhook_url}{PATH}"
        await channel.stop()
        await runner.cleanup()


async def test_by_webhook_updates_are_answered_once_and_a_start_takes_up_what_waited(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    await telegram.says(ANN, RYE)
    async with hooked(telegram, bread, tmp_path) as url:
        assert (telegram.webhook, telegram.secret) == (url, SECRET)
        assert telegram.allowed == ["message", "callback_query", "inline_query"]
        update = await telegram.says(BOB, YEAST)
        await telegram.until(lambda: len(telegram.sent) == 2)
        await telegram.happen(update)
        await telegram.until(lambda: len(telegram.posted) == 3)
    assert telegram.posted == [200, 200, 200]
    assert (to(telegram, ANN), to(telegram, BOB)) == (["Rye costs little."], ["Yeast keeps for a month."])


async def test_the_webhook_takes_nothing_without_the_secret_and_nothing_malformed_stops_it(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    good = {SECRET_HEADER: SECRET}
    async with hooked(telegram, bread, tmp_path) as url, ClientSession() as session:

        async def post(data: bytes, headers: dict[str, str]) -> int:
            async with session.post(url, data=data, headers=headers) as answer:
                return answer.status

        assert await post(b'{"update_id": 1}', {}) == 403
        assert await post(b'{"update_id": 1}', {SECRET_HEADER: "guess"}) == 403
        assert await post(b"{", good) == 400
        assert await post(b"[]", good) == 400
        assert await post(b"\xff", good) == 400
        assert await post(b'{"update_id": 2, "message": {"date": "never"}}', good) == 200
        assert telegram.sent == []


async def test_polling_after_a_webhook_takes_the_webhook_away(served: FakeTelegram) -> None:
    assert ("deleteWebhook", {"drop_pending_updates": False}) in served.calls


# --- the pace ------------------------------------------------------------------------------------------------------


def test_a_bucket_lets_a_burst_through_and_then_spaces_it_out() -> None:
    bucket = Bucket(3, 3.0)
    assert [bucket.reserve(100.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert bucket.reserve(200.0) == 0


async def test_groups_are_paced_apart_and_private_chats_only_overall(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 1))

    monkeypatch.setattr("adapters.telegram_bot.pace.asyncio.sleep", sleep)
    pace = Pace()
    for _ in range(21):
        await pace.wait("-1")
    assert max(waited) == pytest.approx(3.0, abs=0.1)
    waited.clear()
    for _ in range(9):
        await pace.wait("5")
    assert max(waited, default=0) == 0


async def test_what_was_claimed_and_not_answered_is_answered_at_the_start(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    telegram.world.started.add(ANN)
    async with store_in(tmp_path) as store:
        for number, text in enumerate((RYE, YEAST)):
            left = Utterance(UtteranceKind.TEXT, text, f"m{number}", "p", "c", "telegram", now())
            await store.claims.accept(left, {"chat": str(ANN), "user": str(ANN)})
    async with serving(telegram, bread, tmp_path):
        await telegram.until(lambda: len(telegram.sent) == 2)
    assert to(telegram, ANN) == ["Rye costs little.", "Yeast keeps for a month."]
