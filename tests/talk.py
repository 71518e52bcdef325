"""A conversation with an advisor in a test: say something, get the reply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.bootstrap import Library, make_advisor
from bot.errors import StoreUnavailable
from bot.memory import ShortMemory
from bot.model import Nation, Operator, PersonSettings, Reply, Role, Turn, Utterance, UtteranceKind
from bot.pace import Pace

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Remembering(ShortMemory):
    """A log that keeps the turns themselves, and can be told that the store is down."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self.down = False

    async def record(self, turn: Turn) -> None:
        await super().record(turn)
        self.turns.append(turn)

    async def save_settings(self, person: str, settings: PersonSettings) -> None:
        if self.down:
            raise StoreUnavailable("down")
        await super().save_settings(person, settings)


class Talk:
    """One conversation; `wait` moves its clock."""

    def __init__(self, library: Library, nation: Nation | None = None, role: Role | None = None) -> None:
        self.log = Remembering()
        self.now = NOON
        self.advisor = make_advisor(
            library,
            self.log,
            operator=Operator("Anytown CVS", "help@anytown.example"),
            clock=lambda: self.now,
            pace=Pace(),
        )
        self.nation, self.role = nation, role
        self._count = 0

    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    async def say(
        self, text: str, person: str = "ann", kind: UtteranceKind = UtteranceKind.TEXT, direct: bool = False
    ) -> Reply:
        self._count += 1
        utterance = Utterance(
            kind=kind,
            text=text,
            message_id=f"m{self._count}",
            person=person,
            conversation="c",
            channel="test",
            sent_at=self.now,
            default_nation=self.nation,
            default_role=self.role,
            direct=direct,
        )
        return await self.advisor.answer(utterance)

    async def tap(self, code: str, person: str = "ann") -> Reply:
        return await self.say(code, person, UtteranceKind.CHOICE)
