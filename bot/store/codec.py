"""Utterances, options and last turns as JSON and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.model import LastTurn, Nation, Option, OptionKind, Outcome, Role, Utterance, UtteranceKind


def storable(text: str) -> str:
    """The text without what no database takes: lone surrogates and NUL. What they were matters to nobody."""
    return text.encode(errors="replace").decode().replace("\0", "")


def utterance_to_json(utterance: Utterance) -> dict[str, Any]:
    """Everything of an utterance, so that it can be answered after a crash."""
    return {
        "kind": utterance.kind.value,
        "text": storable(utterance.text),
        "message_id": utterance.message_id,
        "person": utterance.person,
        "conversation": utterance.conversation,
        "channel": utterance.channel,
        "sent_at": utterance.sent_at.isoformat(),
        "workspace": utterance.workspace,
        "language": utterance.language,
        "default_nation": utterance.default_nation.value if utterance.default_nation else None,
        "default_role": utterance.default_role.value if utterance.default_role else None,
        "addressed": utterance.addressed,
        "direct": utterance.direct,
    }


def utterance_from_json(found: dict[str, Any]) -> Utterance:
    """The utterance again."""
    return Utterance(
        kind=UtteranceKind(found["kind"]),
        text=found["text"],
        message_id=found["message_id"],
        person=found["person"],
        conversation=found["conversation"],
        channel=found["channel"],
        sent_at=datetime.fromisoformat(found["sent_at"]),
        workspace=found["workspace"],
        language=found["language"],
        default_nation=Nation(found["default_nation"]) if found["default_nation"] else None,
        default_role=Role(found["default_role"]) if found["default_role"] else None,
        addressed=found["addressed"],
        direct=found.get("direct", False),  # claims written before there was such a thing
    )


def options_to_json(options: tuple[Option, ...]) -> list[list[str]]:
    """Kind, value, title and entry of each option: ids and our own titles, never a person's words."""
    return [[option.kind.value, option.value, option.title, option.entry] for option in options]


def last_to_json(last: LastTurn) -> dict[str, Any]:
    """A last turn: ids only."""
    return {
        "person": last.person,
        "at": last.at.isoformat(),
        "outcome": last.outcome.value,
        "entries": list(last.entries),
        "nation": last.nation.value if last.nation else None,
        "options": options_to_json(last.options),
        "welsh": last.welsh,
    }


def last_from_json(found: dict[str, Any]) -> LastTurn:
    """The last turn again."""
    return LastTurn(
        person=found["person"],
        at=datetime.fromisoformat(found["at"]),
        outcome=Outcome(found["outcome"]),
        entries=tuple(found["entries"]),
        nation=Nation(found["nation"]) if found["nation"] else None,
        options=tuple(Option(OptionKind(kind), value, title, entry) for kind, value, title, entry in found["options"]),
        welsh=found.get("welsh", False),  # last turns written before there was such a thing
    )
