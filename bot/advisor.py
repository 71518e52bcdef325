"""The async core: one call, `await advisor.answer(utterance)`, from what a person did to what to say.

1. `log.recall` tells what is known of the person and the turn before (ids only, never text);
2. `Dialogue.respond` decides, purely: guards, follow-up, matching, choosing the nation's text;
3. `log.record` keeps the turn.

The person always gets a reply: whatever fails is logged first and answered in plain words; a log that is down never
costs the reply.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

from bot.commands import Act, Commands
from bot.compose import as_shown
from bot.dialogue import Dialogue
from bot.errors import StoreUnavailable
from bot.knowledge.base import KnowledgeBase
from bot.matching.decide import Policy
from bot.matching.matcher import Matcher, Ranking
from bot.matching.text import MAX_CHARS
from bot.model import (
    Candidate,
    Memory,
    Nation,
    Operator,
    Outcome,
    PersonSettings,
    Reply,
    Retention,
    Role,
    Turn,
    Utterance,
)
from bot.moment import Draft
from bot.pace import Pace
from bot.replies import Asking, Replies
from bot.say import Voice
from bot.targets import is_entry

Observe = Callable[[Utterance, Reply, float], None]

log_ = logging.getLogger(__name__)


class Log(Protocol):
    """The log as the core sees it."""

    async def recall(self, utterance: Utterance) -> Memory:
        """What is known of the person and of this conversation's last turn."""

    async def record(self, turn: Turn) -> None:
        """Keep a turn; twice for one message leaves one."""

    async def settings_of(self, person: str) -> PersonSettings:
        """What a person has set."""

    async def save_settings(self, person: str, settings: PersonSettings) -> None:
        """Keep what a person set."""

    async def feedback(self, turn_id: str, person: str, value: str, reason: str = "") -> None:
        """Keep what a person thought of a reply: `up`, `down` or `sent` (please answer this)."""

    async def forget(self, person: str) -> None:
        """Erase all that is kept of a person."""

    async def export(self, person: str) -> dict[str, Any]:
        """All that is kept of a person."""


class Advisor:
    """Answers utterances from one knowledge base. Safe to share between tasks."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        matcher: Matcher,
        log: Log,
        *,
        clock: Callable[[], datetime],
        operator: Operator | None = None,
        policy: Policy | None = None,
        retention: Retention | None = None,
        pace: Pace | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.knowledge = knowledge
        self._matcher = matcher
        self._log = log
        self._clock = clock
        self._pace = pace
        self._observe = observe or (lambda utterance, reply, seconds: None)
        self.voice = Voice(knowledge.messages.languages, operator or Operator(), retention or Retention())
        self._replies = Replies(knowledge, self.voice)
        commands = Commands(self._replies)
        self._dialogue = Dialogue(knowledge, matcher, self._replies, commands, policy or Policy())

    async def answer(self, utterance: Utterance, as_of: date | None = None) -> Reply:
        """What to say. `as_of` picks the texts of another day; everything else happens today."""
        started = time.perf_counter_ns()
        reply = await self._answer(utterance, as_of, started)
        self._observe(utterance, reply, (time.perf_counter_ns() - started) / 1e9)
        return reply

    async def _answer(self, utterance: Utterance, as_of: date | None, started: int) -> Reply:
        turn = secrets.token_hex(8)
        try:
            memory = await self._log.recall(utterance)
            if self._pace is not None:
                memory = replace(memory, hurried=self._pace.hurried(utterance.person, self._clock()))
            draft = self._dialogue.respond(utterance, memory, as_of or self._clock().date(), turn)
            reply = await self._carry_out(draft, utterance)
        except asyncio.CancelledError:
            raise
        except Exception:
            log_.exception("could not answer message %s", utterance.message_id)
            return self._sorry(turn)
        micros = (time.perf_counter_ns() - started) // 1000
        if draft.effect is not None and draft.effect.act is Act.FORGET:
            return reply  # erased means that this very turn leaves nothing either
        await self._keep(self._log.record(self._turn(turn, utterance, reply, draft, micros)), utterance)
        if draft.greets:
            kept = replace(draft.settings or memory.settings, greeted=True)
            await self._keep(self._log.save_settings(utterance.person, kept), utterance)
        return reply

    @staticmethod
    async def _keep(work: Awaitable[None], utterance: Utterance) -> None:
        """Something to remember that must not cost the reply."""
        try:
            await work
        except StoreUnavailable as error:
            log_.warning(
                "not everything of message %s could be kept (%s); it was answered", utterance.message_id, error
            )
        except Exception:
            log_.exception("not everything of message %s could be kept; it was answered", utterance.message_id)

    def explain(self, utterance: Utterance, memory: Memory, as_of: date | None = None) -> Draft:
        """The decision about an utterance with all it rests on, for `advisor ask --explain`. Logs nothing."""
        return self._dialogue.respond(utterance, memory, as_of or self._clock().date(), "0" * 16)

    def show(
        self, entry: str, *, nation: Nation | None = None, role: Role | None = None, as_of: date | None = None
    ) -> Reply:
        """An entry as a reply, for sharing, inline results and previews. Logs nothing; KeyError if there is none."""
        asking = Asking("", as_of or self._clock().date(), nation=nation, role=role, confidence=1.0)
        return self._replies.show((self.knowledge.entries[entry].id,), asking)

    async def settings_of(self, person: str) -> PersonSettings:
        """What a person has set; nothing set if the store is down."""
        try:
            return await self._log.settings_of(person)
        except StoreUnavailable:
            log_.exception("could not read a person's settings; shown as unset")
            return PersonSettings()

    async def feedback(self, turn_id: str, person: str, value: str, reason: str = "") -> bool:
        """Keep what a person thought of a reply of their own; False if the store is down."""
        try:
            await self._log.feedback(turn_id, person, value, reason)
        except StoreUnavailable:
            log_.exception("could not keep feedback on turn %s", turn_id)
            return False
        return True

    def greeting(self) -> Reply:
        """What it is, who runs it, its limits: said once, on first contact."""
        return Reply(turn="", outcome=Outcome.HELP, lead=self.voice.say("greeting"))

    def find(self, text: str, limit: int = 10) -> tuple[Candidate, ...]:
        """Ranked entries for a text, as inline search shows them. Logs nothing."""
        found = self._matcher.rank(text).candidates
        return tuple(candidate for candidate in found if is_entry(candidate.entry))[:limit]

    def nation_in(self, text: str) -> Nation | None:
        """The one nation that the words name, by itself or by a place; None for none and for several. Logs nothing."""
        named = self._matcher.words.read(text[:MAX_CHARS]).nations
        return named[0] if len(named) == 1 else None

    def topics(self) -> dict[str, tuple[str, ...]]:
        """Topic id -> its entries, in file order. Logs nothing."""
        topics: dict[str, list[str]] = {topic: [] for topic in self.knowledge.topics}
        for entry, topic in self.knowledge.topic_of.items():
            topics[topic].append(entry)
        return {topic: tuple(entries) for topic, entries in topics.items()}

    async def _carry_out(self, draft: Draft, utterance: Utterance) -> Reply:
        reply, effect = draft.reply, draft.effect
        try:
            if draft.settings is not None:
                await self._log.save_settings(utterance.person, draft.settings)
            if effect is not None and effect.act is Act.FORGET:
                await self._log.forget(utterance.person)
            elif effect is not None and effect.act is Act.FEEDBACK:
                await self._log.feedback(effect.turn, utterance.person, effect.value)
            elif effect is not None:
                kept = await self._log.export(utterance.person)
                if kept:
                    text = json.dumps(kept, indent=2, ensure_ascii=False, default=str)
                    reply = Reply(turn=reply.turn, outcome=Outcome.HELP, lead=text, private=True)
        except StoreUnavailable:
            log_.exception("could not carry out what message %s asked of the store", utterance.message_id)
            return self._sorry(reply.turn)
        return reply

    def _sorry(self, turn: str) -> Reply:
        words = self.voice.say("error", code=turn[:4].upper())
        return Reply(turn=turn, outcome=Outcome.ERROR, lead=words)

    def _turn(self, turn: str, utterance: Utterance, reply: Reply, draft: Draft, micros: int) -> Turn:
        ranking: Ranking | None = draft.ranking
        return Turn(
            id=turn,
            utterance=utterance,
            reply=reply,
            shown=tuple(as_shown(part) for part in reply.parts),
            candidates=ranking.candidates if ranking else (),
            margin=ranking.margin if ranking else 0.0,
            revision=self.knowledge.revision,
            micros=micros,
            at=self._clock(),
            about=draft.about,
            said=draft.said,
        )
