"""The command line as people and scripts use it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SMALL = """\
topic: {id: bread, title: Bread, owner: bakers, review_every_months: 6}
entries:
  - id: what-is-bread
    question: What is bread?
    phrasings: [what is a loaf made of]
    answers:
      - {nations: [uk], status: practice, lead: Bread is baked dough., sources: [{title: B, url: "https://b.example/"}], known_to: 2026-06}
  - id: what-is-cheese
    question: What is cheese?
    phrasings: [how is cheddar made from milk]
    answers:
      - nations: [wales]
        status: practice
        lead: Cheese is made from milk.
        sources: [{title: B, url: "https://b.example/"}]
        known_to: 2026-06
"""


def advisor(*arguments: str, stdin: str | bytes = b"", check: int | None = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "adapters.terminal.main", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "60"},
        timeout=100,
        check=False,
    )
    if check is not None:
        assert done.returncode == check, done.stderr.decode()
    return done


def batch(rows: list[Any], *arguments: str) -> list[dict[str, Any]]:
    lines = b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)
    return [json.loads(line) for line in advisor("ask", "--batch", "-", *arguments, stdin=lines).stdout.splitlines()]


@pytest.fixture
def small(tmp_path: Path) -> str:
    (tmp_path / "kb" / "topics").mkdir(parents=True)
    (tmp_path / "kb" / "topics" / "bread.yaml").write_text(SMALL)
    return str(tmp_path / "kb")


def test_ask_answers_with_nation_source_and_date() -> None:
    out = advisor("ask", "when must a buyer consider community benefits", "--nation", "scotland").stdout.decode()
    assert out.startswith("Scotland: at an estimated 4 million pounds")
    assert "Law in force since 1 June 2016." in out
    assert "Source: Procurement Reform (Scotland) Act 2014, section 25 https://www.legislation.gov.uk/" in out


def test_ask_json_has_every_field_of_the_contract() -> None:
    found = json.loads(advisor("ask", "what is an asset lock", "--json").stdout)
    assert set(found) == {"outcome", "entry", "entries", "nation", "confidence", "options", "text", "sources", "micros"}
    assert (found["outcome"], found["entry"], found["nation"]) == ("answered", "asset-lock", "uk")
    assert found["options"][0] == {"id": "what-is-cic", "title": "What is a community interest company?"}


def test_ask_explains_the_gate_that_decided() -> None:
    out = advisor("ask", "whats the threshhold for a regulated contract", "--explain").stdout.decode()
    assert "mended     threshhold -> threshold" in out
    assert "gate       " in out
    assert "procurement-thresholds" in out


def test_as_of_picks_the_text_of_that_day() -> None:
    before = json.loads(
        advisor("ask", "socially responsible procurement duty in Wales", "--as-of", "2026-03-24", "--json").stdout
    )
    after = json.loads(
        advisor("ask", "socially responsible procurement duty in Wales", "--as-of", "2026-03-25", "--json").stdout
    )
    assert (before["outcome"], after["outcome"]) == ("fallback", "answered")


def test_a_role_adds_its_note() -> None:
    out = advisor(
        "ask", "what is a public social partnership", "--nation", "scotland", "--role", "founder"
    ).stdout.decode()
    assert "For you: Expect influence on the design" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ask",), 2, "Give one question in quotes"),
        (("ask", "x", "--as-of", "soon"), 2, "is not a date: write 2026"),
        (("ask", "x", "--nation", "france"), 2, "not one of"),
        (("ask", "--batch", "/nowhere.jsonl"), 1, "can't be read"),
        (("ask", "x", "--knowledge", "/nowhere"), 2, "does not exist"),
        (("preview", "aset-lock"), 1, "Did you mean asset-lock"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence_without_a_traceback(
    arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = advisor(*arguments, check=code)
    assert words in " ".join(done.stderr.decode().split())
    assert b"Traceback" not in done.stderr


NASTY = [
    "", " ", "a" * 1_000_000, "🙂🙂🙂", "مرحبا", "שלום עולם", "\u200b\u200d", "\U000e0041", "\x00\x07\x1b[2J", "\ud800",
    "<script>alert(1)</script>", "*_~`<!channel>", "'; DROP TABLE turn; --", "?!.,;:", "日本語", "{operator}", "\n" * 50,
]  # fmt: skip


def test_batch_keeps_order_whatever_the_text() -> None:
    rows = [{"id": number, "text": text} for number, text in enumerate(NASTY)]
    found = batch(rows)
    assert [row["id"] for row in found] == list(range(len(NASTY)))
    assert all(row["outcome"] != "error" and row["text"] for row in found)


def test_a_bad_line_gives_an_error_row_and_the_run_goes_on() -> None:
    bad: list[Any] = [
        b"not json\n", b"\xff\xfe\n", [1, 2], {"id": 7}, {"id": 8, "text": 5}, {"id": 9, "text": "x", "context": "y"},
        {"id": 10, "text": "x", "as_of": "soon"}, b"[" * 3000 + b"\n", {"id": 12, "text": "what is an asset lock"},
    ]  # fmt: skip
    found = batch(bad)
    assert [row["outcome"] for row in found] == ["error"] * 8 + ["answered"]
    assert [row["id"] for row in found] == [None, None, None, 7, 8, 9, 10, None, 12]


def test_every_row_is_a_conversation_of_its_own_and_context_is_played_first() -> None:
    found = batch(
        [
            {"id": "a", "text": "and in Wales?", "context": ["when must a buyer consider community benefits"]},
            {"id": "b", "text": "and in Wales?"},
            {"id": "c", "text": "what are the procurement thresholds", "nation": "ni"},
            {"id": "d", "text": "what are the procurement thresholds", "nation": "unspecified"},
        ]
    )
    assert [(row["entry"], row["nation"]) for row in found] == [
        ("cbc-duty-threshold", "wales"),
        (None, "wales"),
        ("procurement-thresholds", "northern-ireland"),
        ("procurement-thresholds", None),
    ]
    assert {option["id"] for option in found[3]["options"]} == {
        "nation:england", "nation:scotland", "nation:wales", "nation:northern-ireland",
    }  # fmt: skip


def test_a_folder_with_only_topics_works(small: str) -> None:
    found = batch(
        [{"id": 1, "text": "what is a loaf made of"}, {"id": 2, "text": "what is cheese?"}], "--knowledge", small
    )
    assert [(row["outcome"], row["entry"], row["nation"]) for row in found] == [
        ("answered", "what-is-bread", "uk"),
        ("answered", "what-is-cheese", "wales"),
    ]


@pytest.mark.parametrize("shape", ["text", "json", "github"])
def test_check_tells_findings_in_three_forms_and_fails_only_on_errors(small: str, shape: str) -> None:
    out = advisor("check", "--knowledge", small, "--format", shape).stdout.decode()
    if shape == "json":
        assert {row["severity"] for row in json.loads(out)} == {"warning"}
    else:
        assert ("::warning file=kb/topics/bread.yaml,line=3," in out) is (shape == "github")
        assert ("kb/topics/bread.yaml:3: warning: " in out) is (shape == "text")
    (Path(small) / "topics" / "bread.yaml").write_text(SMALL.replace("status: practice", "status: closed", 1))
    assert "replaced_by" in advisor("check", "--knowledge", small, "--format", shape, check=1).stdout.decode()


def test_broken_knowledge_is_told_with_path_and_line(small: str) -> None:
    (Path(small) / "topics" / "bread.yaml").write_text(SMALL.replace("question:", "qestion:", 1))
    err = advisor("ask", "x", "--knowledge", small, check=1).stderr.decode()
    assert "kb/topics/bread.yaml:4: 'qestion' is not a key we know here; did you mean 'question'?" in err
    assert "Traceback" not in err


def test_test_measures_and_fails_under_a_floor(small: str, tmp_path: Path) -> None:
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "bread.yaml").write_text(
        'topic: bread\nquestions:\n  - {text: "what is bread?", entry: what-is-bread}\n'
        '  - {text: "what is cheese?", entry: what-is-bread}\n  - {text: "weather", entry: null, outcome: out_of_scope}\n'
        '  - {text: "rain on Sunday", entry: null, outcome: help, held_out: true}\n'
    )
    out = advisor("test", "--knowledge", small, "--questions", str(questions)).stdout.decode()
    assert "50.0 %" in out
    assert "WRONG" in out
    assert "rain on Sunday" not in out
    assert "counted and never listed: 1" in " ".join(out.split())
    (questions / "_floors.yaml").write_text("all: {top1: 60, wrong: 60}\n")
    out = advisor("test", "--knowledge", small, "--questions", str(questions), check=1).stdout.decode()
    assert "FLOOR all: top1 is 50.0 %, under its floor of 60.0 %" in out


def test_preview_shows_each_different_text_once() -> None:
    out = advisor("preview", "cbc-duty-threshold").stdout.decode()
    assert out.count("--- terminal,") >= 5
    assert "scotland, commissioner" in out


def test_due_lists_what_falls_due_with_its_links(small: str) -> None:
    path = Path(small) / "topics" / "bread.yaml"
    path.write_text(
        SMALL.replace("    question: What is bread?", "    reviewed: 2020-01-01\n    question: What is bread?")
    )
    out = advisor("due", "--knowledge", small).stdout.decode()
    assert "2020-07-01  what-is-bread  (bakers; kb/topics/bread.yaml:3)" in out
    assert "https://b.example/" in out


def test_topics_lists_what_is_covered(small: str) -> None:
    assert (
        "bread: Bread (2 entries; England 1, Scotland 1, Wales 2"
        in advisor("topics", "--knowledge", small).stdout.decode()
    )


@pytest.mark.parametrize("kind", ["topic", "language", "guards", "messages", "questions"])
def test_schema_is_json_schema(kind: str) -> None:
    found = json.loads(advisor("schema", kind).stdout)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["additionalProperties"] is False


def test_chat_works_piped_and_at_sixty_columns_and_logs_what_it_may(tmp_path: Path) -> None:
    talk = "what is an asset lock\nsimpler\nmy number is 07700 900123, what is a CIC\nI feel suicidal\nquit\nnot read\n"
    done = advisor("chat", stdin=talk)
    out = done.stdout.decode()
    assert "It keeps a body's assets for the community" in out
    assert "116 123" in out
    assert max(len(line) for line in out.splitlines() if "http" not in line) <= 60
    assert "\x1b" not in out
    database = Path(os.environ["ADVISOR_DATA_DIR"]) / "advisor.db"
    with sqlite3.connect(database) as connection:
        texts = [row[0] for row in connection.execute("select text from turn order by at")]
    connection.close()
    assert texts == ["what is an asset lock", "simpler", "my number is [phone], what is a CIC", None]


def test_chat_erases_and_shows_what_is_kept() -> None:
    out = advisor("chat", stdin="what is an asset lock\nmydata\nforget\n1\nmydata\n").stdout.decode()
    assert '"text": "what is an asset lock"' in out
    assert out.rstrip().endswith("I keep nothing of you.")


def test_chat_answers_without_a_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "file" / "data"))
    out = advisor("chat", stdin="what is an asset lock\n").stdout.decode()
    assert "this talk is not kept" in " ".join(out.split())
    assert "It keeps a body's assets" in out


def test_killed_in_the_middle_the_terminal_answers_what_it_had_accepted_at_its_next_start() -> None:
    questions = "".join(f"what is an asset lock {number}\n" for number in range(400)).encode()
    for lines_read in (30, 41, 55):  # an answer has eight lines or so: the kills fall at different steps
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.terminal.main", "chat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(questions)
        process.stdin.flush()
        for _ in range(lines_read):
            process.stdout.readline()
        process.kill()
        process.communicate()
    advisor("chat", stdin="")
    with sqlite3.connect(Path(os.environ["ADVISOR_DATA_DIR"]) / "advisor.db") as connection:
        states = dict(connection.execute("select state, count(*) from claim group by state"))
        turns = connection.execute("select count(*) from turn").fetchone()[0]
    connection.close()
    assert set(states) == {"answered"}
    assert turns == states["answered"] >= 3


def test_the_coverage_page_counts_texts_by_nation_and_sources_by_site() -> None:
    page = advisor("topics", "--markdown").stdout.decode()
    assert page.startswith("# What the advisor covers\n")
    assert "| topic | entries | England | Scotland | Wales | Northern Ireland |" in page
    assert "| legislation.gov.uk | " in page
    assert "| in-force | " in page
