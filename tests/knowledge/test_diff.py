"""The changelog for people: what it tells, and that it tells nothing where nothing changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.terminal.main import main
from bot.knowledge.diff import changes
from bot.knowledge.load import load

OLD = """
topic: {id: t, title: Buying, owner: o, review_every_months: 6}
entries:
  - id: one
    question: What is the limit?
    phrasings: [limit, how much]
    answers:
      - nations: [scotland]
        status: in-force
        from: 2020
        lead: It is 4 pounds.
        points: [A point.]
        sources: [{title: The Act, url: "https://example.org/act"}]
      - nations: [wales]
        status: none-exists
        lead: Wales has none.
        sources: [{title: The Act, url: "https://example.org/act"}]
  - {id: two, question: Who pays?, phrasings: [pay], answers: [{nations: [uk], status: practice, lead: You., sources: [{title: A, url: "https://example.org"}]}]}
"""
NEW = (
    OLD.replace("It is 4 pounds.", "It is 5 pounds.")
    .replace("        points: [A point.]\n", "        caution: It may change.\n")
    .replace("phrasings: [limit, how much]", "phrasings: [limit, what amount, the figure]")
    .replace("status: none-exists\n        lead: Wales has none.", "status: in-force\n        lead: Wales has one.")
    .replace("id: two, question: Who pays?", "id: three, question: Who signs?")
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, text in (("old", OLD), ("new", NEW)):
        (tmp_path / name / "topics").mkdir(parents=True)
        (tmp_path / name / "topics" / "t.yaml").write_text(text)
    return tmp_path / "old", tmp_path / "new"


def test_every_kind_of_change_is_told_in_words(folders: tuple[Path, Path]) -> None:
    found = {change.entry: change for change in changes(*map(load, folders))}
    assert {entry: change.kind for entry, change in found.items()} == {"three": "new", "one": "changed", "two": "gone"}
    assert found["one"].details == (
        "Scotland, from 2020: now says: It is 5 pounds. (it said: It is 4 pounds.)",
        "Scotland, from 2020: points taken out",
        "Scotland, from 2020: the caution added",
        "Wales: now says: Wales has one. (it said: Wales has none.)",
        "Wales: status in-force (was none-exists)",
        "ways of asking: 2 added, 1 taken out",
    )


def test_the_same_knowledge_has_no_changes(folders: tuple[Path, Path]) -> None:
    assert changes(load(folders[0]), load(folders[0])) == ()


def test_the_command_takes_folders_and_git_revisions(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = CliRunner().invoke(main, ["diff", *map(str, folders)])
    assert (told.exit_code, "Answers taken out (1)\n- Who pays? [two, Buying]" in told.output) == (0, True)
    repository = tmp_path / "repository"
    (repository / "knowledge" / "topics").mkdir(parents=True)
    monkeypatch.chdir(repository)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    for text in (OLD, NEW):
        (repository / "knowledge" / "topics" / "t.yaml").write_text(text)
        (repository / "knowledge" / "language.yaml").write_text("scaffold: [the]\n")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "x"], check=True)
    assert CliRunner().invoke(main, ["diff", "HEAD~1", "HEAD"]).output == told.output
    assert "Nothing that people would notice" in CliRunner().invoke(main, ["diff", "HEAD", "HEAD"]).output


def test_what_is_neither_is_refused_in_words() -> None:
    wrong = CliRunner().invoke(main, ["diff", "no-such-thing", "HEAD"])
    assert (wrong.exit_code, "neither a folder nor a git revision" in wrong.output) == (1, True)
    assert "is no folder" in CliRunner().invoke(main, ["diff", "--", "--output=x", "HEAD"]).output
