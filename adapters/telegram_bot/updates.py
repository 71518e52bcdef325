"""What came from Telegram as an utterance and the address to answer to. Raw ids stop here, in the address.

An edited message, a channel post, another bot, a service message and, in a group, whatever is not addressed to the bot
are nothing to answer: the reader gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from telegram import CallbackQuery, Chat, MaybeInaccessibleMessage, Message, MessageEntity, Update, User

from adapters.telegram_bot.keyboards import Tapped, read_data
from bot.model import Utterance, UtteranceKind
from bot.store.keys import Pseudonyms

CHANNEL = "telegram"
ANONYMOUS_ADMIN = 1087968824  # the user in whose name an anonymous administrator writes
COMMANDS = ("start", "topics", "settings", "privacy", "help", "cancel")
ALSO_COMMANDS = {"topic", "pause", "resume", "forget", "mydata"}

_LINKED = re.compile(r"([et])_([a-z0-9-]{1,40})")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+|$)", re.ASCII)


@dataclass(frozen=True)
class Received:
    """A message to be answered, with all that answering it needs."""

    utterance: Utterance
    address: dict[str, str]


class Reader:
    """Reads the updates of one bot."""

    def __init__(self, bot_id: int, username: str, pseudonyms: Pseudonyms, clock: Callable[[], datetime]) -> None:
        self._bot = str(bot_id)
        self._username = username
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._mention = re.compile(rf"(?<!\w)@{re.escape(username)}(?!\w)", re.IGNORECASE)

    def message(self, update: Update) -> Received | None:
        """A message that is to be answered."""
        message = update.message
        if message is None or not self._from_a_person(message):
            return None
        said = self._said(message)
        if said is None:
            return None
        kind, text = said
        address = self._address(message)
        if kind is UtteranceKind.COMMAND:
            address["code"] = f"c:{text.lstrip('/').partition(' ')[0]}"
        elif kind is UtteranceKind.CHOICE:
            address["code"] = text
        if message.caption and _has_file(message):
            address["beside"] = "attachment_beside"
        album = message.media_group_id  # the pictures of an album come one by one and are answered once
        name = ("album", str(message.chat.id), album) if album else (str(update.update_id),)
        author = f"chat{message.sender_chat.id}" if message.sender_chat else str(_user(message).id)
        utterance = self._utterance(kind, text, name, author, message, message.date)
        return Received(utterance, {**address, "typing": utterance.message_id})

    def tap(self, update: Update) -> Received | None:
        """A tap on a button under a message of ours. None if the message is gone or the data is not ours."""
        query = update.callback_query
        tapped = read_data(query.data or "") if query is not None else None
        if query is None or query.message is None or tapped is None:
            return None
        message = query.message
        address = {
            **self._place(message),
            "callback": query.id,
            "user": str(query.from_user.id),
            "code": tapped.code,
        }
        if tapped.page:
            address["page"] = str(tapped.page)
        if not tapped.fresh and self._may_edit(query, message.chat, tapped):
            address["edit"] = str(message.message_id)
        elif message.chat.type != Chat.PRIVATE:
            address["reply_to"] = str(message.message_id)
        name, author = (str(update.update_id),), str(query.from_user.id)
        utterance = self._utterance(UtteranceKind.CHOICE, tapped.code, name, author, message, self._clock())
        return Received(utterance, address)

    @staticmethod
    def _may_edit(query: CallbackQuery, chat: Chat, tapped: Tapped) -> bool:
        """In a group only who asked may change the answer in place; to all others it is answered below."""
        message = query.message
        if not isinstance(message, Message) or tapped.code.startswith("f:"):
            return False
        asked = message.reply_to_message
        return chat.type == Chat.PRIVATE or (
            asked is not None and asked.from_user is not None and asked.from_user.id == query.from_user.id
        )

    @staticmethod
    def _from_a_person(message: Message) -> bool:
        if message.from_user is None or message.is_automatic_forward or message.via_bot is not None:
            return False  # what was sent through inline mode is an answer already
        return not message.from_user.is_bot or message.from_user.id == ANONYMOUS_ADMIN

    def _said(self, message: Message) -> tuple[UtteranceKind, str] | None:
        text = message.text or message.caption or ""
        private = message.chat.type == Chat.PRIVATE
        command = _COMMAND.match(text)
        if command is not None:
            return self._commanded(
                command[1].casefold(), command[2], text[command.end() :].strip(), text, private=private
            )
        if not private and not self._is_addressed(message, text):
            return None
        if not text:
            return _without_words(message)
        text = self._mention.sub(" ", text).strip()
        if text.casefold() in {*COMMANDS, *ALSO_COMMANDS} - {"topic"}:  # typed as the help text names them
            return UtteranceKind.COMMAND, f"/{text.casefold()}"
        return UtteranceKind.TEXT, text

    def _commanded(
        self, name: str, target: str | None, argument: str, text: str, *, private: bool
    ) -> tuple[UtteranceKind, str] | None:
        if target and target.casefold() != self._username.casefold():
            return None
        if name not in {*COMMANDS, *ALSO_COMMANDS}:
            return (UtteranceKind.TEXT, text.replace("/", " ", 1)) if private else None
        linked = _LINKED.fullmatch(argument) if name == "start" else None
        if linked is not None:
            return UtteranceKind.CHOICE, f"{linked[1]}:{linked[2]}"
        return UtteranceKind.COMMAND, f"/{name} {argument}".strip() if name == "topic" else f"/{name}"

    def _is_addressed(self, message: Message, text: str) -> bool:
        """In a group: a mention of the bot, or an answer to a message of its own."""
        replied = message.reply_to_message
        if replied is not None and replied.from_user is not None and str(replied.from_user.id) == self._bot:
            return True
        entities = (*message.entities, *message.caption_entities)
        named = any(
            entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and str(entity.user.id) == self._bot
            for entity in entities
        )
        return named or self._mention.search(text) is not None

    def _address(self, message: Message) -> dict[str, str]:
        address = {**self._place(message), "user": str(_user(message).id)}
        if message.chat.type != Chat.PRIVATE:
            address["reply_to"] = str(message.message_id)
        return address

    @staticmethod
    def _place(message: MaybeInaccessibleMessage) -> dict[str, str]:
        place = {"chat": str(message.chat.id)}
        if message.chat.type != Chat.PRIVATE:
            place["group"] = "yes"
        if isinstance(message, Message) and message.is_topic_message and message.message_thread_id:
            place["topic"] = str(message.message_thread_id)
        return place

    def _utterance(
        self,
        kind: UtteranceKind,
        text: str,
        name: tuple[str, ...],
        author: str,
        message: MaybeInaccessibleMessage,
        sent_at: datetime,
    ) -> Utterance:
        chat, topic = message.chat, self._place(message).get("topic")
        return Utterance(
            kind=kind,
            text=text,
            message_id=self._pseudonyms.message(CHANNEL, self._bot, *name),
            person=self._pseudonyms.person(CHANNEL, self._bot, author),
            conversation=self._pseudonyms.conversation(self._bot, str(chat.id), *([topic] if topic else [])),
            channel=CHANNEL,
            sent_at=sent_at,
            direct=chat.type == Chat.PRIVATE,
        )


def _user(message: Message) -> User:
    if message.from_user is None:
        raise ValueError("a message without an author is no message to answer")
    return message.from_user


def _has_file(message: Message) -> bool:
    return message.effective_attachment is not None


def _without_words(message: Message) -> tuple[UtteranceKind, str] | None:
    """A recording, a picture or a file; None for a service message such as "joined the group"."""
    if message.voice or message.audio or message.video_note:
        return UtteranceKind.COMMAND, "/voice"
    return (UtteranceKind.COMMAND, "/attachment") if _has_file(message) else None
