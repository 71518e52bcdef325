"""What is stored, as SQLModel tables. Rows never leave this room; times are aware UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    """Somebody who asks, under a keyed hash. Never joined across channels."""

    id: str = Field(primary_key=True, max_length=64)
    nation: str | None = Field(default=None, max_length=20)
    role: str | None = Field(default=None, max_length=20)
    paused: bool = False
    greeted: bool = False
    seen_at: datetime = Field(index=True)


class Conversation(SQLModel, table=True):
    """A thread, chat or terminal run, under a keyed hash, with what its next follow-up needs: ids only, never text."""

    id: str = Field(primary_key=True, max_length=64)
    person: str = Field(index=True, max_length=64)  # whose turn `last` is
    message: str = Field(default="", max_length=64)  # the message `last` answered
    said: str | None = Field(default=None, max_length=20)  # the nation this person named here
    last: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    before: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )  # what `last` was before that message
    state: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )  # for guided journeys, later
    at: datetime = Field(index=True)


class Claim(SQLModel, table=True):
    """The record that a message was received: what makes an answer happen once.

    `utterance` and `address` are raw until the message is answered, then blanked; 24 hours at most.
    """

    message: str = Field(primary_key=True, max_length=64)
    person: str = Field(index=True, max_length=64)
    state: str = Field(default="received", max_length=10, index=True)  # received, answered
    leased_until: datetime
    received_at: datetime = Field(index=True)
    utterance: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    address: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class TurnRow(SQLModel, table=True):
    """One utterance with its reply. `text` is redacted, and null where it must not be kept or is past its time."""

    __tablename__ = "turn"

    message: str = Field(primary_key=True, max_length=64)
    id: str = Field(index=True, unique=True, max_length=32)
    person: str = Field(index=True, max_length=64)
    conversation: str = Field(index=True, max_length=64)
    channel: str = Field(max_length=20)
    at: datetime = Field(index=True)
    outcome: str = Field(index=True, max_length=20)
    text: str | None = None
    nation: str | None = Field(default=None, max_length=20)
    shown: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    candidates: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    options: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    confidence: float = 0.0
    margin: float = 0.0
    micros: int = 0
    revision: str = Field(default="", max_length=32)


class Feedback(SQLModel, table=True):
    """What a person thought of a reply: up, down, or sent (please answer this)."""

    turn: str = Field(primary_key=True, max_length=32)
    person: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=10)
    reason: str = Field(default="", max_length=500)
    at: datetime


class Switch(SQLModel, table=True):
    """A time at which the advisor was switched off (with a reason) or on again (without one). Never erased: an audit."""

    id: int | None = Field(default=None, primary_key=True)
    reason: str = Field(default="", max_length=500)
    at: datetime


class Done(SQLModel, table=True):
    """Something of the program's own that only one of its processes does, once: the digest of a week, for one."""

    name: str = Field(primary_key=True, max_length=100)
    at: datetime = Field(index=True)
