"""The benchmark commands on a tiny made-up set: each writes its own section and leaves the others."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.continued import before_the_change, firsts, right
from benchmarks.grown import grow
from benchmarks.page import put, sampled
from benchmarks.peers import ask, peers
from benchmarks.sets import Row, with_slips
from benchmarks.worlds import Question
from bot.knowledge.schema import Language
from bot.matching.index import Target, build
from bot.matching.words import Words

ROOT = Path(__file__).parent.parent.parent
TOPICS = {"pension": "keep my pension when I move", "tender": "bid for the tender", "lease": "rent the old library"}
OPENINGS = ("can I", "how do we", "please tell me how to", "I want to", "do they let us", "is it hard to")

TOPIC = """
topic: {id: t, title: Buying, owner: o, review_every_months: 6}
entries:
  - id: lots
    question: Do we have to divide a contract into lots?
    phrasings: [must the contract be split into lots]
    answers: [{nations: [uk], status: practice, lead: Yes., sources: [{title: A, url: "https://example.org"}]}]
    reviewed: 2026-11-24
"""


def rows(openings: slice) -> list[Row]:
    return [(f"{opening} {rest}", label) for label, rest in TOPICS.items() for opening in OPENINGS[openings]]


def write(path: Path, made: list[Row]) -> None:
    path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in made))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "tiny"
    folder.mkdir(parents=True)
    rng = random.Random(1)  # noqa: S311 - a draw that can be repeated
    test = rows(slice(4, 6))
    for name, made in {
        "train": rows(slice(4)),
        "train-2-shot-0": rows(slice(2)),
        "train-10-shot-0": rows(slice(4)),
    }.items():
        write(folder / f"{name}.jsonl", made)
    for name in ("test", "val"):
        write(folder / f"{name}.jsonl", test)
    for slips in (1, 2):
        write(folder / f"test-{slips}-typos.jsonl", [(with_slips(text, slips, rng), label) for text, label in test])
    for name in ("test", "val"):
        write(
            folder / f"out-of-scope-{name}.jsonl", [("what is the weather on the moon", "oos"), ("sing a song", "oos")]
        )
    return tmp_path / "data"


def run(command: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / command), *words],
        check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_accuracy_scope_and_speed_write_their_sections(data: Path, tmp_path: Path) -> None:
    page, knowledge = tmp_path / "page.md", tmp_path / "knowledge"
    (knowledge / "topics").mkdir(parents=True)
    (knowledge / "topics" / "t.yaml").write_text(TOPIC)
    run(
        "speed.py",
        str(data),
        "--sample",
        "8",
        "--largest",
        "60",
        "--entries",
        "6",
        "--close",
        "tiny",
        "--knowledge",
        str(knowledge),
        "--page",
        str(page),
    )
    run("accuracy.py", str(data), "--page", str(page))
    run("scope.py", str(data), "--set", "tiny", "--page", str(page))
    text = page.read_text()
    assert [line for line in text.splitlines() if line.startswith("<!-- ")] == [
        "<!-- accuracy -->", "<!-- end -->", "<!-- scope -->", "<!-- end -->", "<!-- speed -->", "<!-- end -->",
    ]  # fmt: skip
    assert "| **this matcher** | 6 | 100.0 | 100.0 | 100.0 | 100.0 |" in text
    assert "| rapidfuzz token_set_ratio | 6 |" in text
    assert "| **this matcher** | 6 | 60 |" in text
    assert "| **this matcher** | 1 | 2 |" in text, "the knowledge given"
    assert str(data) not in text


def test_what_a_change_learnt_on_top_costs_is_told_against_a_training_from_scratch() -> None:
    words = Words(Language())
    targets = [Target(label, tuple(f"{opening} {rest}" for opening in OPENINGS)) for label, rest in TOPICS.items()]
    index = build(before_the_change(targets, frozenset({"lease"}), gone=True), words)
    asked = [Question("bid for a tender", frozenset({"tender"})), Question("rent a library", frozenset({"lease"}))]
    found = firsts(index, words, asked)
    assert found[0] == "tender"
    assert (right(found, asked), right(found, asked, frozenset({"lease"}))) == ("50.0", "0.0")
    halved = before_the_change(targets, frozenset({"lease"}), gone=False)
    assert [len(target.phrasings) for target in halved] == [6, 6, 3]


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    for name, text in (("own", "one"), ("accuracy", "two"), ("own", "three")):
        put(page, name, text)
    assert "one" not in page.read_text().split("<!-- ", 1)[1]
    assert page.read_text().endswith("<!-- accuracy -->\ntwo\n<!-- end -->\n\n<!-- own -->\nthree\n<!-- end -->\n")


def test_every_peer_finds_a_phrasing_it_was_given() -> None:
    train = rows(slice(4))
    for peer in peers()[0]:
        peer.fit(train)
        answers = ask(peer, train)
        right = sum(answer.right for answer in answers)
        assert right >= len(train) - 2 or peer.name == "rapidfuzz WRatio", peer.name


def test_a_grown_knowledge_base_has_the_size_asked_for_and_is_the_same_each_time() -> None:
    made = grow(rows(slice(4)), 5, 43)
    assert len(made) == 43
    assert len({label for _, label in made}) == 5
    assert made == grow(rows(slice(4)), 5, 43)


def test_a_sample_is_spread_over_the_file() -> None:
    assert sampled(range(100), 4) == [0, 25, 50, 75]
    assert sampled(range(3), 0) == [0, 1, 2]


def test_a_section_among_prose_is_replaced_and_the_prose_stays(tmp_path: Path) -> None:
    page = tmp_path / "scaling.md"
    page.write_text(
        "# Title\n\n<!-- store -->\n<!-- end -->\n\nBetween.\n\n<!-- http -->\nold\n<!-- end -->\n\nAfter.\n"
    )
    for text in ("| a |\n", "| b |\n"):
        put(page, "store", text)
    put(page, "http", "| c |\n")
    assert page.read_text() == (
        "# Title\n\n<!-- store -->\n| b |\n<!-- end -->\n\nBetween.\n\n<!-- http -->\n| c |\n<!-- end -->\n\nAfter.\n"
    )
