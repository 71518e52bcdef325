"""Sends a reply to its address: a new message, or an old one edited in place, and every callback answered.

Telegram's refusals become what Delivery understands: `Undeliverable` where nobody can ever receive it, `TryAgain`
where Telegram asks to wait. What was sent before a failure is not sent again when the same reply is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from adapters.delivery import TryAgain, Undeliverable
from adapters.plain import as_text
from adapters.telegram_bot.keyboards import Button, Rows, View, deep_link
from adapters.telegram_bot.pace import Pace
from adapters.telegram_bot.render import Message, render
from bot.model import Outcome, Reply
from bot.say import Voice

log = logging.getLogger(__name__)

MOST_MESSAGES = 4  # a longer reply (all that is kept of a person) goes as a file
TOAST = 200  # characters of the line shown when a button is tapped
REMEMBERED = 1000
TYPING_SECONDS = 1.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Address = Mapping[str, str]


def markup(rows: Rows) -> InlineKeyboardMarkup | None:
    """Rows of buttons as the SDK's keyboard; none for no rows."""
    keyboard = [
        [InlineKeyboardButton(b.title, url=b.url or None, callback_data=b.data or None) for b in r] for r in rows
    ]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


class Sender:
    """Sends the replies of one bot."""

    def __init__(self, bot: Bot, voice: Callable[[], Voice], pace: Pace) -> None:
        self._bot = bot
        self._voice = voice
        self._pace = pace
        self._sent: OrderedDict[str, int] = OrderedDict()  # turn -> how many of its messages are out
        self._moved: dict[str, str] = {}  # a group that became a supergroup has another id from then on
        self._typing: dict[str, asyncio.Task[None]] = {}

    def show_typing(self, address: Address) -> None:
        """Begin to show "typing"; the answer waits for it, since typing shown after an answer would puzzle."""
        if "typing" in address:
            self._typing[address["typing"]] = asyncio.create_task(self._type(address))

    async def _type(self, address: Address) -> None:
        topic = int(address["topic"]) if "topic" in address else None
        try:
            async with asyncio.timeout(TYPING_SECONDS):
                await self._bot.send_chat_action(self._chat(address), ChatAction.TYPING, message_thread_id=topic)
        except (TelegramError, TimeoutError) as error:
            log.debug("typing could not be shown: %s", error)

    async def answer_callback(self, address: Address, text: str = "") -> None:
        """Stop the waiting mark on a tapped button. One that is too old to be answered is let be."""
        if "callback" not in address:
            return
        try:
            await self._bot.answer_callback_query(address["callback"], text=text[:TOAST] or None)
        except TelegramError as error:
            log.info("a tap could not be acknowledged (%s); it is answered all the same", error)

    async def send(self, reply: Reply, address: Address) -> None:
        """Send it. Undeliverable, TryAgain, or what the network raised."""
        if address.get("code", "").startswith("f:") and reply.outcome is Outcome.HELP:
            await self.answer_callback(address, reply.lead)
            return
        await self.answer_callback(address)
        typing = self._typing.pop(address.get("typing", ""), None)
        if typing is not None:
            await typing
        if "beside" in address:
            reply = replace(reply, notices=(self._voice().say(address["beside"]), *reply.notices))
        try:
            await self._send(reply, address)
        except RetryAfter as error:
            raise TryAgain(_seconds(error.retry_after)) from None
        except Forbidden as error:
            raise Undeliverable(str(error)) from None
        except BadRequest as error:
            log.error("Telegram refused an answer: %s", error)
            raise Undeliverable(str(error)) from None
        self._sent.pop(reply.turn, None)

    async def _send(self, reply: Reply, address: Address) -> None:
        if reply.private and "group" in address:
            await self._send_privately(reply, address)
        else:
            await self._send_all(reply, address)

    async def _send_privately(self, reply: Reply, address: Address) -> None:
        """To the person alone; whom the bot may not write to, since they never started it, is told how.

        A signpost (a helpline, say) holds nothing of the person and must reach them: it is then shown where they wrote.
        """
        own = {"chat": address["user"]}
        try:
            await self._send_all(reply, own)
        except (Forbidden, BadRequest):
            if reply.outcome is Outcome.SIGNPOSTED:
                await self._send_all(replace(reply, private=False), address)
                return
            say = self._voice().say
            button = Button(say("label_open_chat"), url=deep_link(self._bot.username, "open"))
            text = say("between_us")
            await self._put(Message(text, text, ((button,),)), address)

    async def _send_all(self, reply: Reply, address: Address) -> None:
        view = View(int(address.get("page", "0")), address.get("code", ""), self._bot.username)
        messages = render(reply, view, self._voice().say)
        if len(messages) > MOST_MESSAGES:
            await self._send_file(reply, address)
            return
        for number, message in enumerate(messages):
            if number < self._sent.get(reply.turn, 0):
                continue
            if number == 0 and "edit" in address:
                await self._edit(message, address)
            else:
                await self._put(message, address)
            self._sent[reply.turn] = number + 1
            while len(self._sent) > REMEMBERED:
                self._sent.popitem(last=False)

    async def _edit(self, message: Message, address: Address) -> None:
        chat = self._chat(address)
        await self._pace.wait(str(chat))
        try:
            await self._bot.edit_message_text(
                message.html,
                chat_id=chat,
                message_id=int(address["edit"]),
                parse_mode=ParseMode.HTML,
                reply_markup=markup(message.rows),
                link_preview_options=NO_PREVIEW,
            )
        except (BadRequest, ChatMigrated) as error:
            if "not modified" in str(error).casefold():
                return  # tapped twice
            log.info("a message could not be edited (%s); the answer is sent as a new one", error)
            await self._put(message, address)

    async def _put(self, message: Message, address: Address) -> None:
        """Send a new message; as plain text if Telegram can't read our HTML, so that the person is answered."""
        try:
            await self._post(message.html, message, address, ParseMode.HTML)
        except ChatMigrated as error:
            self._moved[address["chat"]] = str(error.new_chat_id)
            await self._post(message.html, message, address, ParseMode.HTML)
        except BadRequest as error:
            if "parse entities" not in str(error).casefold():
                raise
            log.exception("our HTML was refused; the answer is sent as plain text")
            await self._post(message.plain, message, address, None)

    async def _post(self, text: str, message: Message, address: Address, mode: str | None) -> None:
        chat = self._chat(address)
        await self._pace.wait(str(chat))
        await self._bot.send_message(
            chat,
            text,
            parse_mode=mode,
            reply_markup=markup(message.rows),
            link_preview_options=NO_PREVIEW,
            message_thread_id=int(address["topic"]) if "topic" in address else None,
            reply_parameters=_reply_to(address),
        )

    async def _send_file(self, reply: Reply, address: Address) -> None:
        chat = self._chat(address)
        await self._pace.wait(str(chat))
        await self._bot.send_document(
            chat,
            InputFile(as_text(reply, self._voice()).encode(errors="replace"), filename="answer.txt"),
            message_thread_id=int(address["topic"]) if "topic" in address else None,
            reply_parameters=_reply_to(address),
        )

    def _chat(self, address: Address) -> int:
        return int(self._moved.get(address["chat"], address["chat"]))


def _reply_to(address: Address) -> ReplyParameters | None:
    if "reply_to" not in address:
        return None
    return ReplyParameters(int(address["reply_to"]), allow_sending_without_reply=True)


def _seconds(value: float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
