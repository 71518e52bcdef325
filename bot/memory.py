"""A log that lives in memory: for one question in the terminal, for batches, and as the fake in tests."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict
from typing import Any

from bot.model import LastTurn, Memory, Nation, PersonSettings, Turn, Utterance

PEOPLE = 10_000  # whose settings are remembered; the one heard of longest ago is forgotten first


def last_turn(turn: Turn) -> LastTurn:
    """What a follow-up may know of a turn: ids only."""
    return LastTurn(
        person=turn.utterance.person,
        at=turn.at,
        outcome=turn.reply.outcome,
        entries=turn.about,
        nation=turn.reply.nation,
        options=turn.reply.options,
        welsh=turn.reply.welsh,
    )


class ShortMemory:
    """The last turn of the most recent conversations, and people's settings, until the program ends."""

    def __init__(self, conversations: int = 1000) -> None:
        self._limit = conversations
        self._last: OrderedDict[str, tuple[LastTurn, Nation | None]] = OrderedDict()
        self._settings: OrderedDict[str, PersonSettings] = OrderedDict()

    async def recall(self, utterance: Utterance) -> Memory:
        """What is known of the person and of this conversation's last turn."""
        settings = self._settings.get(utterance.person, PersonSettings())
        last, said = self._last.get(utterance.conversation, (None, None))
        mine = last is not None and last.person == utterance.person
        return Memory(settings=settings, nation=said if mine else None, last=last)

    async def record(self, turn: Turn) -> None:
        """Keep the turn's ids."""
        if turn.about or turn.reply.options or turn.said:
            self._last[turn.utterance.conversation] = (last_turn(turn), turn.said)
            self._last.move_to_end(turn.utterance.conversation)
        while len(self._last) > self._limit:
            self._last.popitem(last=False)

    async def settings_of(self, person: str) -> PersonSettings:
        """What a person has set."""
        return self._settings.get(person, PersonSettings())

    async def save_settings(self, person: str, settings: PersonSettings) -> None:
        """Keep what a person set."""
        self._settings[person] = settings
        self._settings.move_to_end(person)
        while len(self._settings) > PEOPLE:
            self._settings.popitem(last=False)

    async def feedback(self, turn_id: str, person: str, value: str, reason: str = "") -> None:
        """Nothing outlives the program, so there is nobody to read it."""

    async def forget(self, person: str) -> None:
        """Erase all that is kept of a person."""
        self._settings.pop(person, None)
        self._last = OrderedDict((k, v) for k, v in self._last.items() if v[0].person != person)

    async def export(self, person: str) -> dict[str, Any]:
        """All that is kept of a person."""
        return {"settings": asdict(self._settings[person])} if person in self._settings else {}
