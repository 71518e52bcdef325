"""Telegram as a channel of `advisor serve`: receives, claims, answers, by polling or by webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from adapters.channel import Health, Parts
from adapters.delivery import Delivery
from adapters.settings import TelegramSettings
from adapters.telegram_bot import menus, webhook
from adapters.telegram_bot.alone import LonePoller
from adapters.telegram_bot.inline import Inline
from adapters.telegram_bot.pace import Pace
from adapters.telegram_bot.polling import ALLOWED_UPDATES, CONFLICT_WAIT, Poller, said_plainly
from adapters.telegram_bot.sending import Sender
from adapters.telegram_bot.updates import CHANNEL, Reader, Received
from bot.errors import AdvisorError
from bot.model import Reply, Utterance

log = logging.getLogger(__name__)

CONNECTIONS = 64  # to Telegram at the same time
POOL_SECONDS = 30.0  # a request waits so long for one of them
START_WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds between tries to reach Telegram at the start
STOP_SECONDS = 10.0  # of the program's 15; what is not answered by then stays pending in the store

App = Application[Any, Any, Any, Any, Any, Any]


def make_application(settings: TelegramSettings) -> App:
    """The SDK's application without its updater: updates reach it through a poll loop or a webhook of our own."""
    request = HTTPXRequest(connection_pool_size=CONNECTIONS, pool_timeout=POOL_SECONDS, read_timeout=20)
    return (
        ApplicationBuilder()
        .token(settings.bot_token.get_secret_value())
        .base_url(f"{settings.api_url}/bot")
        .base_file_url(f"{settings.api_url}/file/bot")
        .request(request)
        .updater(None)
        .build()
    )


class TelegramChannel:
    """One bot. `pace` and the waits are for tests and measuring."""

    name = CHANNEL

    def __init__(
        self,
        settings: TelegramSettings,
        parts: Parts,
        *,
        pace: Pace | None = None,
        start_waits: tuple[float, ...] = START_WAITS,
        conflict_wait: float = CONFLICT_WAIT,
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._start_waits = start_waits
        self._conflict_wait = conflict_wait
        self._app = make_application(settings)
        self._sender = Sender(self._app.bot, lambda: parts.advisor().voice, pace or Pace())
        self._delivery = Delivery(self._answer, parts.claims, self._sender.send)
        self._reader: Reader | None = None
        self._inline: Inline | None = None
        self._poller: LonePoller | None = None
        self._poll_request = HTTPXRequest(connection_pool_size=1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sweeping: asyncio.Task[None] | None = None

    async def _answer(self, utterance: Utterance) -> Reply:
        return await self._parts.advisor().answer(utterance)

    # --- the channel -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect, take up what a former run left, receive. AdvisorError says what is wrong and how to mend it."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        await self._connect()
        bot = self._app.bot
        self._reader = Reader(bot.id, bot.username, self._parts.pseudonyms, self._parts.clock)
        self._inline = Inline(self._parts.advisor, bot.username)
        self._app.add_handler(MessageHandler(filters.UpdateType.MESSAGE, self._on_message))
        self._app.add_handler(CallbackQueryHandler(self._on_tap))
        self._app.add_handler(InlineQueryHandler(self._on_inline))
        self._app.add_error_handler(self._on_error)
        await self._begin_to_receive()
        self._sweeping = asyncio.create_task(self._delivery.sweep(CHANNEL))
        self._begin(menus.set_up(bot, self._parts.advisor().voice))

    async def _connect(self) -> None:
        for wait in (*self._start_waits, None):
            try:
                await self._app.initialize()
            except InvalidToken:
                raise AdvisorError(
                    "Telegram does not accept TELEGRAM_BOT_TOKEN. Copy it whole from BotFather (/mybots, API Token)."
                ) from None
            except TelegramError as error:
                if wait is None:
                    raise AdvisorError(
                        f"Telegram can't be reached at {self._settings.api_url} ({type(error).__name__}). See that this "
                        "machine may connect there, then start again; nothing is lost, Telegram keeps messages for a day."
                    ) from None
                log.warning("Telegram can't be reached (%s); again in %g s", type(error).__name__, wait)
                await asyncio.sleep(wait)
            else:
                return

    async def _begin_to_receive(self) -> None:
        bot = self._app.bot
        if self._settings.webhook_url:
            await self._take_up_pending(alone=False)  # others may be answering, and leases tell
            secret = self._settings.webhook_secret.get_secret_value()
            url = f"{self._settings.webhook_url}{webhook.PATH}"
            with said_plainly():
                await bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
            return
        await self._poll_request.initialize()
        poller = Poller(bot.base_url, self._poll_request, self.receive, conflict_wait=self._conflict_wait)
        lock = partial(self._parts.leaders.only_one, f"telegram-{bot.id}")
        self._poller = LonePoller(poller, lock, self._before_polling, again=self._conflict_wait)
        await self._poller.begin()

    async def _before_polling(self) -> None:
        await self._take_up_pending(alone=self._parts.alone)
        with said_plainly():
            await self._app.bot.delete_webhook(drop_pending_updates=False)

    async def _take_up_pending(self, *, alone: bool) -> None:
        for utterance, address in await self._parts.claims.pending(CHANNEL, alone=alone):
            self._begin(self._delivery.answer_accepted(utterance, address))

    async def stop(self) -> None:
        """Receive no more, answer what was accepted, disconnect."""
        if self._poller is not None:
            await self._poller.stop()
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._poller is not None:
            await self._poller.release()
        await self._poll_request.shutdown()
        await self._app.shutdown()
        await self._app.bot.shutdown()  # its connections, where the application did not get as far as starting

    def routes(self) -> Iterable[web.RouteDef]:
        """The webhook, if there is one."""
        if not self._settings.webhook_url:
            return ()
        return (webhook.route(self.receive, self._settings.webhook_secret.get_secret_value()),)

    def health(self) -> Health:
        """Whether updates come in."""
        if self._reader is None:
            return Health(False, "not started")
        return self._poller.health() if self._poller is not None else Health(True, "webhook")

    @property
    def tells_maintainers(self) -> bool:
        """Never: nobody's chat is known without their message."""
        return False

    async def tell_maintainers(self, text: str) -> None:
        """There is no place for it."""

    # --- receiving -------------------------------------------------------------------------------------------------

    async def receive(self, raw: dict[str, Any]) -> None:
        """Take one raw update; when this returns it may be confirmed. Never fails: one bad update holds up no other."""
        try:
            update = Update.de_json(raw, self._app.bot)
        except Exception:
            log.exception("update %s can't be read and is passed over", raw.get("update_id"))
            return
        await self._app.process_update(update)

    async def _on_message(self, update: Update, _context: object) -> None:
        received = self._reader.message(update) if self._reader is not None else None
        if received is not None:
            await self._accept(received)

    async def _on_tap(self, update: Update, _context: object) -> None:
        received = self._reader.tap(update) if self._reader is not None else None
        if received is not None:
            await self._accept(received)
        elif update.callback_query is not None:  # forged, or under a message that is gone
            old = {"callback": update.callback_query.id}
            self._begin(self._sender.answer_callback(old, self._parts.advisor().voice.say("old_button")))

    async def _on_inline(self, update: Update, _context: object) -> None:
        if update.inline_query is not None and self._inline is not None:
            self._begin(self._inline.answer(update.inline_query))

    async def _on_error(self, update: object, context: Any) -> None:
        number = update.update_id if isinstance(update, Update) else "?"
        log.error("update %s could not be handled and is passed over", number, exc_info=context.error)

    async def _accept(self, received: Received) -> None:
        if await self._delivery.accept(received.utterance, received.address):
            self._sender.show_typing(received.address)
            self._begin(self._delivery.answer_accepted(received.utterance, received.address))
        else:
            self._begin(self._sender.answer_callback(received.address))

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("something begun for Telegram failed", exc_info=task.exception())
