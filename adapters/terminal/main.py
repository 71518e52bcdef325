"""The command line. Each command's work is in a module of its own, imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bot.errors import AdvisorError, KnowledgeError
from bot.model import PartialDate

NATIONS = ("england", "scotland", "wales", "northern-ireland", "ni", "uk")
ROLES = ("commissioner", "founder", "staff")


class Day(click.ParamType[Any]):
    """A day as 2026-06-30; a month or a year means its first day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, or say how to write it."""
        try:
            return PartialDate.parse(value).first()
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Friendly(click.Group):
    """A group that turns our own errors into a sentence and an exit code: no traceback for what a person can mend."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KnowledgeError as error:
            for problem in error.problems:
                click.echo(str(problem), err=True)
            click.echo(
                f"{len(error.problems)} problem(s) in the knowledge. Mend them and run the command again.", err=True
            )
            sys.exit(1)
        except AdvisorError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        except BrokenPipeError:  # the reader of a pipe has left: nothing to say, and nobody to say it to
            sys.stderr.close()
            sys.exit(141)


def knowledge_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option every command takes."""
    return click.option(
        "--knowledge",
        "folder",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder with the knowledge (only topics/ is required). The shipped one if not given.",
    )(command)


def _questions_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--questions",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder with question files. tests/questions beside the knowledge if not given.",
    )(command)


@click.group(cls=Friendly, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="spinout-advisor", prog_name="advisor")
def main() -> None:
    """Answers about running UK public services outside the public sector: curated, sourced, dated.

    Start with: advisor chat
    """


@main.command()
@knowledge_option
@click.option("--nation", type=click.Choice(NATIONS), help="Your nation, if you want to set it now.")
@click.option("--role", type=click.Choice(ROLES), help="For whom the notes in answers are meant.")
def chat(folder: Path | None, nation: str | None, role: str | None) -> None:
    """Talk to it here; needs no token, no server, no set-up."""
    from adapters.terminal import chat as command

    sys.exit(command.run(folder, nation, role))


@main.command()
@click.argument("question", required=False)
@click.option("--nation", type=click.Choice(NATIONS), help="The asker's nation.")
@click.option("--role", type=click.Choice(ROLES), help="The asker's role.")
@click.option("--as-of", type=Day(), metavar="DATE", help="Give the text that was right on that day, as 2026-06-30.")
@click.option("--explain", is_flag=True, help="Also say what the matcher saw and which gate decided.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.option(
    "--batch",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help="Many questions, JSON Lines in and out; - for stdin.",
)
@knowledge_option
def ask(question: str | None, batch: str | None, folder: Path | None, **options: Any) -> None:
    """Ask one question; opens no store and logs nothing."""
    from adapters.terminal import ask as command

    if (question is None) == (batch is None):
        raise click.UsageError('Give one question in quotes, or --batch FILE: advisor ask "what is a PSP"')
    if batch is not None:
        sys.exit(command.run_batch(batch, folder))
    sys.exit(command.run(question or "", folder, **options))


@main.command()
@click.option("--format", "shape", type=click.Choice(("text", "json", "github")), default="text", show_default=True)
@_questions_option
@knowledge_option
def check(shape: str, questions: Path | None, folder: Path | None) -> None:
    """Check the knowledge: every problem at once as path:line: message; exit 1 on errors."""
    from adapters.terminal import check as command

    sys.exit(command.run(folder, questions, shape))


@main.command()
@_questions_option
@knowledge_option
@click.option(
    "--worst",
    type=int,
    default=20,
    show_default=True,
    help="How many failing rows to list; held-out rows are never listed.",
)
@click.option("--fit", is_flag=True, help="First fit the confidence to this knowledge, for knowledge that is not ours.")
def test(questions: Path | None, folder: Path | None, worst: int, fit: bool) -> None:
    """Ask every question of the question files: top-1, top-3, wrong, false, by topic and nation; exit 1 under the floors."""
    from adapters.terminal import measure as command

    sys.exit(command.run(folder, questions, worst, fit=fit))


@main.command()
@click.argument("entry")
@knowledge_option
def preview(entry: str, folder: Path | None) -> None:
    """Show an entry as each nation and role will see it today."""
    from adapters.terminal import maintain as command

    sys.exit(command.preview(folder, entry))


@main.command()
@click.option("--within", type=int, default=7, show_default=True, metavar="DAYS", help="How far ahead to look.")
@knowledge_option
def due(within: int, folder: Path | None) -> None:
    """List what is to be reviewed this week, with its source links."""
    from adapters.terminal import maintain as command

    sys.exit(command.due(folder, within))


@main.command()
@knowledge_option
@click.option("--markdown", is_flag=True, help="As a page: nations, statuses, oldest review, sources by site.")
def topics(folder: Path | None, markdown: bool) -> None:
    """List what is covered: topics, entries, nations."""
    from adapters.terminal import maintain as command

    sys.exit(command.topics(folder, markdown=markdown))


@main.command()
@_questions_option
@knowledge_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far to look back.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many groups.")
@click.option("--patch", "as_patch", is_flag=True, help="As a change to the knowledge, for git apply.")
def gaps(questions: Path | None, folder: Path | None, days: int, limit: int, as_patch: bool) -> None:
    """List what people asked and did not get: unanswered, thumbed down, sent, or a close call."""
    from adapters.terminal import gaps as command

    sys.exit(command.run(folder, questions, days=days, limit=limit, as_patch=as_patch))


@main.command()
@knowledge_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far to look back.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default="advisor-report.html", show_default=True,
    help="Where to write it.",
)  # fmt: skip
def report(folder: Path | None, days: int, out: Path) -> None:
    """Write the maintainers' report: one HTML file, no network and no script needed to read it."""
    from adapters.terminal import report as command

    sys.exit(command.run(folder, out, days))


@main.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
def diff(before: str, after: str) -> None:
    """Tell people what changed from version A of the knowledge to B, each a knowledge folder or a git revision."""
    from adapters.terminal import compare as command

    sys.exit(command.run(before, after))


@main.command()
@click.argument(
    "kind",
    type=click.Choice(("topic", "language", "guards", "not_ours", "messages", "questions")),
    default="topic",
)
def schema(kind: str) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from adapters.terminal import maintain as command

    sys.exit(command.schema(kind))


@main.command()
@click.option("--http", is_flag=True, help="Also listen on a port: Slack events, Telegram webhook, health.")
@knowledge_option
def serve(http: bool, folder: Path | None) -> None:
    """Run every channel that has settings (Slack, Telegram) until it is told to stop."""
    from adapters import serve as command
    from bot.knowledge.load import default_folder

    sys.exit(command.run(folder or default_folder(), http=http))


@main.group()
def db() -> None:
    """Look after the store: upgrade, purge, export, forget."""


@db.command()
def upgrade() -> None:
    """Bring the store's tables to this version."""
    from adapters.terminal import database

    sys.exit(database.upgrade())


@db.command()
def purge() -> None:
    """Take away what is past its time, now."""
    from adapters.terminal import database

    sys.exit(database.purge())


def _person_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--user", required=True, help="The id the platform gives the person, as U0123 or 123456789."),
        click.option(
            "--workspace", default="", help="Slack's workspace id, or the Telegram bot's id; none for a terminal."
        ),
        click.option("--channel", required=True, type=click.Choice(("slack", "telegram", "terminal")), help="Where."),
    ):
        command = option(command)
    return command


@db.command()
@_person_options
def export(channel: str, workspace: str, user: str) -> None:
    """Print all that is kept of a person."""
    from adapters.terminal import database

    sys.exit(database.export(channel, workspace, user))


@db.command()
@_person_options
def forget(channel: str, workspace: str, user: str) -> None:
    """Erase all that is kept of a person."""
    from adapters.terminal import database

    sys.exit(database.forget(channel, workspace, user))


@main.command()
@click.argument("reason")
def off(reason: str) -> None:
    """Switch the advisor off, for a REASON that people are told."""
    from adapters.terminal import database

    if not reason.strip():
        raise click.UsageError(
            'Say why in a sentence, because people are told: advisor off "We are mending an answer."'
        )
    sys.exit(database.switch(reason))


@main.command()
def on() -> None:
    """Switch the advisor on again."""
    from adapters.terminal import database

    sys.exit(database.switch(""))


@main.command()
@knowledge_option
def doctor(folder: Path | None) -> None:
    """Say what is wrong with the settings, the knowledge, the store and the channels, and how to mend it."""
    from adapters import doctor as command
    from bot.knowledge.load import default_folder

    sys.exit(command.run(folder or default_folder(), click.echo))


if __name__ == "__main__":
    main()
