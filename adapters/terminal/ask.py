"""One question, or a batch of them: in memory, nothing stored."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import click

from adapters.bootstrap import Library, make_advisor, now, open_library
from adapters.plain import as_text
from adapters.settings import read_settings
from adapters.terminal.explain import explanation
from bot.advisor import Advisor
from bot.errors import UsageError
from bot.knowledge.load import default_folder
from bot.memory import ShortMemory
from bot.model import Nation, Operator, Outcome, Part, PartialDate, Reply, Role, Utterance, UtteranceKind
from bot.options import json_id, numbered
from bot.say import Voice


def library_of(folder: Path | None) -> Library:
    """The library of a folder, from the cache where it holds it; says so when it must be made first."""

    def say() -> None:
        if sys.stderr.isatty():
            click.echo("Reading the knowledge for the first time; the next start is quicker ...", err=True)

    return open_library(folder or default_folder(), read_settings().cache_dir, say)


def nation_of(name: str | None) -> Nation | None:
    """The nation a name means; None for `uk`, unspecified and whatever else names no single nation."""
    text = "northern-ireland" if name == "ni" else (name or "")
    return Nation(text) if text in set(Nation) else None


class Asker:
    """Plays conversations, each of its own, in memory."""

    def __init__(self, library: Library, operator: Operator | None = None) -> None:
        self.log = ShortMemory()
        self.advisor: Advisor = make_advisor(library, self.log, operator=operator)

    @staticmethod
    def utterance(text: str, conversation: str, nation: Nation | None, role: Role | None) -> Utterance:
        """A typed text in a conversation of one person."""
        return Utterance(
            kind=UtteranceKind.TEXT,
            text=text,
            message_id=secrets.token_hex(8),
            person=conversation,
            conversation=conversation,
            channel="terminal",
            sent_at=now(),
            default_nation=nation,
            default_role=role,
        )

    async def ask(
        self,
        text: str,
        context: Iterable[str] = (),
        nation: Nation | None = None,
        role: Role | None = None,
        as_of: date | None = None,
    ) -> tuple[Reply, int]:
        """The reply to a text after the earlier turns, and the microseconds it alone took."""
        conversation = secrets.token_hex(8)
        for earlier in context:
            await self.advisor.answer(self.utterance(earlier, conversation, nation, role), as_of)
        started = time.perf_counter_ns()
        reply = await self.advisor.answer(self.utterance(text, conversation, nation, role), as_of)
        return reply, (time.perf_counter_ns() - started) // 1000


def as_row(reply: Reply, micros: int, voice: Voice) -> dict[str, Any]:
    """A reply as a row of JSON output."""
    entries = [part.entry for part in reply.parts] or list(reply.offered)
    entries = list(dict.fromkeys(entries))
    links = [link.url for part in reply.parts for link in part.links] + [link.url for link in reply.links]
    return {
        "outcome": reply.outcome.value,
        "entry": entries[0] if entries else None,
        "entries": entries,
        "nation": _nation(reply),
        "confidence": round(reply.confidence, 4),
        "options": [{"id": json_id(option), "title": option.title} for option in numbered(reply.options)],
        "text": as_text(reply, voice),
        "sources": list(dict.fromkeys(link for link in links if link)),
        "micros": micros,
    }


def _nation(reply: Reply) -> str | None:
    """The person's when known, `uk` where one text holds everywhere, the only nation covered, else None."""
    if reply.nation is not None:
        return reply.nation.value
    covered: set[Nation] = set()
    for part in reply.parts:
        covered |= set(_scope(part))
    if len(covered) == len(Nation):
        return "uk"
    return next(iter(covered)).value if len(covered) == 1 else None


def _scope(part: Part) -> tuple[Nation, ...]:
    return (part.nation,) if part.nation else part.nations


def run(
    question: str,
    folder: Path | None,
    *,
    nation: str | None,
    role: str | None,
    as_of: date | None,
    explain: bool,
    as_json: bool,
) -> int:
    """Ask one question and print the reply. Exit code 1 only where the fault is ours."""
    asker = Asker(library_of(folder), read_settings().who_runs_it())
    the_nation, the_role = nation_of(nation), Role(role) if role else None
    reply, micros = asyncio.run(asker.ask(question, (), the_nation, the_role, as_of))
    if as_json:
        print(json.dumps(as_row(reply, micros, asker.advisor.voice)))
    else:
        _print(as_text(reply, asker.advisor.voice))
    if explain:
        utterance = Asker.utterance(question, "explain", the_nation, the_role)
        draft = asker.advisor.explain(utterance, asyncio.run(asker.log.recall(utterance)), as_of)
        print("\n" + explanation(draft), file=sys.stderr if as_json else sys.stdout)
    return 1 if reply.outcome is Outcome.ERROR else 0


def _print(text: str) -> None:
    """Print what a narrow encoding can't hold with replacements, rather than fail."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, errors="replace").decode(encoding))


def run_batch(file: str, folder: Path | None) -> int:
    """Answer every line of a JSON Lines file, in order; a bad line gives a row of its own and the run goes on."""
    asker = Asker(library_of(folder), read_settings().who_runs_it())
    try:
        source = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} can't be read: {error.strerror}. Give a file of JSON Lines, or - for stdin."
        ) from error
    rows = [line for line in source.split(b"\n") if line.strip()]
    asyncio.run(_batch(asker, rows, sys.stdout))
    return 0


async def _batch(asker: Asker, rows: list[bytes], out: TextIO) -> None:
    for line in _with_progress(rows):
        out.write(json.dumps(await _one(asker, line)) + "\n")
        out.flush()


def _with_progress(rows: list[bytes]) -> Iterator[bytes]:
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(rows, description="Asking", console=Console(stderr=True), transient=True)


async def _one(asker: Asker, line: bytes) -> dict[str, Any]:
    row: Any = None
    try:
        row = json.loads(line)
        text, context = row["text"], row.get("context") or []
        if not isinstance(text, str) or not isinstance(context, list) or not all(isinstance(c, str) for c in context):
            raise TypeError("text must be a string and context a list of strings")
        nation = row.get("nation")
        as_of = PartialDate.parse(str(row["as_of"])).first() if row.get("as_of") else None
        reply, micros = await asker.ask(
            text,
            context,
            nation_of(nation if isinstance(nation, str) else None),
            Role(row["role"]) if row.get("role") in set(Role) else None,
            as_of,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return {"id": row.get("id") if isinstance(row, dict) else None, "outcome": "error", "error": str(error)[:200]}
    return {"id": row.get("id"), **as_row(reply, micros, asker.advisor.voice)}
