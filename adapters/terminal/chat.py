"""`advisor chat`: a conversation in the terminal, logged like any other channel's."""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import sys
import textwrap
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from adapters.bootstrap import make_advisor, now
from adapters.delivery import Delivery
from adapters.plain import Kind, Line, lines
from adapters.settings import Settings, read_settings
from adapters.terminal.ask import library_of, nation_of
from bot.advisor import Advisor
from bot.errors import StoreUnavailable
from bot.memory import ShortMemory
from bot.model import Nation, Reply, Role, Utterance, UtteranceKind
from bot.say import Voice
from bot.store.keys import Pseudonyms
from bot.store.store import open_store

CHANNEL = "terminal"
COMMANDS = {"help", "topics", "settings", "privacy", "pause", "resume", "forget", "mydata"}
LEAVE = {"quit", "exit", "q", ":q"}
WIDEST = 100
STYLES = {Kind.LEAD: "bold", Kind.CAUTION: "yellow", Kind.SMALL: "dim", Kind.OPTION: "cyan"}


class Printer:
    """Prints replies wrapped to the terminal, with colours only where it is one."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, soft_wrap=True)

    def say(self, reply: Reply, voice: Voice) -> None:
        """Print a reply."""
        width = min(self._console.width, WIDEST)
        for line in lines(reply, voice):
            style = STYLES.get(line.kind, "") if self._console.is_terminal else ""
            for row in _wrap(line, width):
                self._console.print(Text(row, style=style))
        self._console.print()

    def note(self, text: str) -> None:
        """Print something about the program itself."""
        width = min(self._console.width, WIDEST)
        self._console.print(Text(textwrap.fill(text, width), style="dim" if self._console.is_terminal else ""))


def _wrap(line: Line, width: int) -> list[str]:
    """The line in rows of at most `width`; its own line ends are kept, long words (links) are not broken."""
    rows: list[str] = []
    for part in line.text.split("\n"):
        rows += textwrap.wrap(
            part,
            width,
            initial_indent=" " * len(line.mark) if rows else line.mark,
            subsequent_indent=" " * len(line.mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return rows or [""]


class Run:
    """One run of the chat: a conversation of its own."""

    def __init__(self, pseudonyms: Pseudonyms, nation: Nation | None, role: Role | None) -> None:
        self._name = secrets.token_hex(8)
        self._count = 0
        self._pseudonyms = pseudonyms
        self._nation, self._role = nation, role

    def utterance(self, typed: str) -> Utterance:
        """What was typed, made channel-neutral."""
        self._count += 1
        is_command = typed.strip().casefold().lstrip("/") in COMMANDS
        return Utterance(
            kind=UtteranceKind.COMMAND if is_command else UtteranceKind.TEXT,
            text=typed,
            message_id=self._pseudonyms.message(CHANNEL, self._name, str(self._count)),
            person=self._pseudonyms.person(CHANNEL, "", _user()),
            conversation=self._pseudonyms.conversation(CHANNEL, self._name),
            channel=CHANNEL,
            sent_at=now(),
            default_nation=self._nation,
            default_role=self._role,
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for this user id, as in some containers
        return str(os.getuid()) if hasattr(os, "getuid") else "someone"


def _only_one(folder: Path, stack: AsyncExitStack) -> bool:
    """Whether no other chat of this user is running: then what a former run left open is ours to answer."""
    try:
        import fcntl
    except ImportError:  # Windows: leases alone decide
        return False
    lock = stack.enter_context((folder / "terminal.lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Session:
    """The advisor with its store, if that can be had, and a way to ask it."""

    def __init__(self, printer: Printer, settings: Settings) -> None:
        self._printer = printer
        self._settings = settings
        self._advisor: Advisor | None = None
        self._delivery: Delivery | None = None
        self.pseudonyms = Pseudonyms(secrets.token_bytes(32))

    async def open(self, folder: Path | None, stack: AsyncExitStack) -> None:
        """Load the knowledge, open the store, and answer what a former run was stopped in."""
        library, settings = library_of(folder), self._settings
        try:
            self.pseudonyms = settings.pseudonyms()
            opened = open_store(settings.store_url(), settings.data_dir / "spool.jsonl", now, settings.retention())
            store = await stack.enter_async_context(opened)
        except (StoreUnavailable, OSError) as error:
            self._printer.note(f"{error} I answer all the same, but this talk is not kept.")
            self._advisor = make_advisor(
                library, ShortMemory(), operator=settings.who_runs_it(), retention=settings.retention()
            )
            return
        self._advisor = make_advisor(
            library, store.log, operator=settings.who_runs_it(), retention=settings.retention()
        )
        self._delivery = Delivery(self._advisor.answer, store.claims, self._send)
        alone = _only_one(settings.data_dir, stack)
        try:
            await self._delivery.resume(CHANNEL, alone=alone)
        except StoreUnavailable:
            self._printer.note("The store does not answer; what I keep is written when it does.")

    async def _send(self, reply: Reply, _address: Mapping[str, str]) -> None:
        if self._advisor is not None:
            self._printer.say(reply, self._advisor.voice)

    def greet(self) -> None:
        """Say what it is and what it knows."""
        if self._advisor is None:
            return
        self._printer.say(self._advisor.greeting(), self._advisor.voice)
        titles = [topic.title for topic in self._advisor.knowledge.topics.values()]
        self._printer.note(f"I know {len(self._advisor.knowledge.entries)} questions on: {'; '.join(titles)}.")
        self._printer.note("Type help, topics, privacy or quit. A number picks an option.\n")

    async def ask(self, utterance: Utterance) -> None:
        """Answer an utterance on the screen."""
        if self._delivery is not None:
            await self._delivery.handle(utterance, {})
        elif self._advisor is not None:
            self._printer.say(await self._advisor.answer(utterance), self._advisor.voice)


def _line_editing() -> None:
    """Arrow keys and history where the system has readline; in memory only, because typed words are private."""
    with suppress(ImportError):
        import readline

        readline.set_history_length(200)


def run(folder: Path | None, nation: str | None, role: str | None) -> int:
    """Talk until the person leaves. Exit code 0."""
    settings, printer = read_settings(), Printer()
    interactive = sys.stdin.isatty()
    with asyncio.Runner() as runner:
        stack, session = AsyncExitStack(), Session(printer, settings)
        try:
            runner.run(session.open(folder, stack))
            if interactive:
                _line_editing()
                session.greet()
            talk = Run(session.pseudonyms, nation_of(nation), Role(role) if role else None)
            while (typed := _read(interactive)) is not None:
                if typed.strip().casefold() in LEAVE:
                    break
                if typed.strip() or not interactive:
                    runner.run(session.ask(talk.utterance(typed)))
        except KeyboardInterrupt:
            print()
        finally:
            runner.run(stack.aclose())
    if interactive:
        printer.note("Goodbye.")
    return 0


def _read(interactive: bool) -> str | None:
    """The next line typed; None at the end."""
    try:
        return input("> " if interactive else "")
    except EOFError:
        if interactive:
            print()
        return None
    except UnicodeDecodeError:
        return "?"
