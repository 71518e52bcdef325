"""The people, chats and messages of a pretend Telegram, and the updates they cause."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

BOT_ID = 123456
BOT_NAME = "advice_bot"
TOKEN = f"{BOT_ID}:" + "A" * 35

Json = dict[str, Any]


@dataclass
class Sent:
    """A message of the bot's as it stands, with how often it was edited."""

    chat: int
    id: int
    text: str
    html: str
    rows: list[list[Json]]
    params: Json
    at: float
    edits: int = 0
    to_person: int | None = None  # whom it replies to

    def titles(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]

    def button(self, title: str) -> Json:
        found = [button for row in self.rows for button in row if title in button["text"]]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} buttons say {title!r}; there are {self.titles()}")
        return dict(found[0])


def user(number: int) -> Json:
    return {"id": number, "is_bot": False, "first_name": f"Person {number}", "language_code": "en"}


def bot() -> Json:
    return {
        "id": BOT_ID, "is_bot": True, "first_name": "Advice", "username": BOT_NAME, "can_join_groups": True,
        "can_read_all_group_messages": False, "supports_inline_queries": True,
    }  # fmt: skip


@dataclass
class World:
    """Ids are given out here; a private chat has the id of its person, a group a negative one."""

    started: set[int] = field(default_factory=set)  # chats the bot may write to
    sent: list[Sent] = field(default_factory=list)
    people: dict[tuple[int, int], int] = field(default_factory=dict)  # (chat, message) -> who wrote it
    _update: Any = field(default_factory=lambda: count(1000))
    _message: Any = field(default_factory=lambda: count(1))
    _query: Any = field(default_factory=lambda: count(1))
    queries: dict[str, float] = field(default_factory=dict)  # callbacks not yet answered, with their age

    def next_message(self) -> int:
        return int(next(self._message))

    def update(self, **what: Any) -> Json:
        return {"update_id": next(self._update), **what}

    def chat(self, number: int) -> Json:
        if number > 0:
            return {"id": number, "type": "private", "first_name": f"Person {number}"}
        return {"id": number, "type": "supergroup", "title": "A group", "is_forum": True}

    def message(self, chat: int, text: str = "", person: int | None = None, **extra: Any) -> Json:
        """A person's message as the platform would describe it."""
        person = person or chat
        number = self.next_message()
        found: Json = {
            "message_id": number,
            "date": int(time.time()),
            "chat": self.chat(chat),
            "from": user(person),
        }
        self.people[chat, number] = person
        self.started.add(chat)
        if text:
            found |= {"text": text, "entities": entities(text)}
        return {**found, **extra}

    def says(self, chat: int, text: str = "", person: int | None = None, **extra: Any) -> Json:
        """The update for a person's message."""
        return self.update(message=self.message(chat, text, person, **extra))

    def taps(self, message: Sent, data: str, person: int | None = None) -> Json:
        """The update for a tap on a button under a message of the bot's."""
        query = str(next(self._query))
        self.queries[query] = time.monotonic()
        return self.update(
            callback_query={
                "id": query, "from": user(person or message.chat), "chat_instance": "1", "data": data,
                "message": self.as_seen(message),
            }
        )  # fmt: skip

    def asks_inline(self, text: str, person: int = 7) -> Json:
        query = f"i{next(self._query)}"
        self.queries[query] = time.monotonic()
        return self.update(inline_query={"id": query, "from": user(person), "query": text, "offset": ""})

    def as_seen(self, message: Sent) -> Json:
        """A message of the bot's as the platform would describe it."""
        found: Json = {
            "message_id": message.id, "date": int(time.time()), "chat": self.chat(message.chat), "from": bot(),
            "text": message.text,
        }  # fmt: skip
        if "message_thread_id" in message.params:
            found |= {"message_thread_id": message.params["message_thread_id"], "is_topic_message": True}
        if message.to_person is not None:
            found["reply_to_message"] = {
                "message_id": message.params["reply_parameters"]["message_id"], "date": int(time.time()),
                "chat": self.chat(message.chat), "from": user(message.to_person), "text": "...",
            }  # fmt: skip
        return found


def entities(text: str) -> list[Json]:
    """Commands and mentions, as the platform marks them."""

    def at(match: re.Match[str], kind: str) -> Json:
        return {"type": kind, "offset": match.start(), "length": match.end() - match.start()}

    commands = [at(match, "bot_command") for match in re.finditer(r"(?<!\S)/\w+(?:@\w+)?", text, re.ASCII)]
    return commands + [at(match, "mention") for match in re.finditer(r"(?<!\w)@\w{4,}", text, re.ASCII)]
