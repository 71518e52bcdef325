"""YAML is read safely: text stays text, traps are refused, and nothing anybody types crashes the program."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge import yaml_safe
from bot.knowledge.yaml_safe import MAX_BYTES, MAX_DEPTH, YamlProblem, read


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "off", "2016-06-01", "1_000", "012", "1:30", "1e3", "=", "0x1F", ".inf"]
)
def test_what_looks_like_another_type_stays_text(text: str) -> None:
    assert read(f"key: {text}".encode()).data == {"key": text}


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_only_nothing_is_nothing(text: str) -> None:
    assert read(f"key: {text}".encode()).data == {"key": None}
    assert read(f'key: "{text}"'.encode()).data == {"key": text}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "stands here twice"),
        ("x: &a [1]\ny: *a\n", 1, "shortcuts are not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: !!python/object:os.system x\n", 1, "tags such as"),
        ("a: b: c\n", 1, "put double quotes round this sentence"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ('a: "open\nb: 2\n', 1, "not closed"),
        ("a: [1, 2\nb: 3\n", 2, "not closed"),
        ("<<: {a: 1}\n", 1, "<< is not allowed"),
        ("a: %x\n", 1, "special character"),
        ("a: & b\n", 1, "special character"),
        ("lead: the answer\n  is this: no\n", 2, "put double quotes round this sentence"),
        ("lead:no\nb: 1\n", 1, "a space is missing after the colon"),
        ("a: x\n  b: y\n", 2, "the spaces at the start of this line do not fit"),
        ("a:\n  - x\n -y\n", 3, "the spaces at the start of this line do not fit"),
        ("a: x\nand more\nb: y\n", 2, "neither `name: value` nor part of the text above"),
        ('a: "Yes" is the answer\n', 1, "goes on after its closing quote"),
        ("a: 'It's fine'\n", 1, "goes on after its closing quote"),
        ("a: [number] of people\n", 1, "goes on after its closing quote or bracket"),
        ('a: "C:\\Users"\n', 1, "a backslash in double quotes"),
        ('a: "x\\ud800"\n', 1, "a backslash in double quotes"),
        ('a: 1\nb: "x\\0y"\n', 2, "invisible control character"),
        ("a: 1\nb: x\x00y\n", 2, "invisible control character"),
        ("? [a]\n: b\n", 1, "a key must be one word"),
        ("- id: a\n  lead: x\n- id: b\n  lead y\n  c: z\n", 4, "a colon is missing after 'lead'"),
        ("a: 1\nstatus:in-force\nc: z\n", 2, "a space is missing after the colon"),
        ("a:\n  - x\n  y\nb: 1\n", 3, "a dash is missing at the start of this line"),
        ("a:\n  - 'twas so\n  - x\n  - it can't be\n", 2, "a quote that opens here closes only on line 4"),
        ("- id: a\n  b: 1\n  id: c\n", 3, "or begin a new item with a dash: - id"),
        ("a:\n  - form #2 please\n", 2, "all from the # on is left out"),
    ],
)
def test_a_mistake_is_told_in_plain_words_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlProblem) as caught:
        read(text.encode())
    assert caught.value.line == line
    assert words in caught.value.message


def test_comments_and_marks_inside_words_or_quotes_are_fine() -> None:
    text = "a: x # note\nb: C#4 and a#b\nc: 'form #2'\n#d\ne: [f, g] #h\n"
    assert read(text.encode()).data == {"a": "x", "b": "C#4 and a#b", "c": "form #2", "e": ["f", "g"]}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\n").data == {"a": "1"}


def test_many_aliases_are_refused_before_they_are_built() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    with pytest.raises(YamlProblem, match="shortcuts are not allowed"):
        read(bomb.encode())


def test_forty_levels_are_read_and_one_more_is_refused() -> None:
    assert read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).data is not None
    with pytest.raises(YamlProblem, match="nested more than"):
        read(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


def test_the_parser_without_c_reads_and_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_safe, "_Loader", yaml.SafeLoader)
    assert read(b"a: no\nb: ~\nc: '~'\n").data == {"a": "no", "b": None, "c": "~"}
    with pytest.raises(YamlProblem, match="has a colon"):
        read(b"a: b: c\n")
    with pytest.raises(YamlProblem, match="nested more than"):
        read(b"[" * 50_000)


def test_bytes_that_are_not_text_are_told_with_their_line() -> None:
    with pytest.raises(YamlProblem) as caught:
        read(b"a: 1\nb: \xff\xfe\n")
    assert (caught.value.line, "UTF-8" in caught.value.message) == (2, True)


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(YamlProblem, match="is the most"):
        read(b"a" * (MAX_BYTES + 1))


def test_lines_are_known_for_every_part() -> None:
    document = read(b"topic:\n  id: x\nentries:\n  - id: a\n  - id: b\n")
    assert document.line(("entries", 1, "id")) == 5
    assert document.line(("entries", 1, "missing")) == 5


DEEP = "this is nested more than"


@pytest.mark.parametrize(
    ("opening", "why"), [("[", DEEP), ("{a: ", DEEP), ("- ", DEEP), ("? ", "a key must be one word")]
)
def test_a_document_nested_fifty_thousand_deep_is_refused_and_the_program_lives(opening: str, why: str) -> None:
    code = (
        "import sys\nfrom bot.knowledge.yaml_safe import read, YamlProblem\n"
        "try:\n    read(sys.argv[1].encode() * 50_000)\n"
        "except YamlProblem as p:\n    print('refused:', p.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, opening], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert f"refused: {why}" in done.stdout


@given(st.text(alphabet="ab:-?,[]{}&*!|>'\"%@`#~ \n\t\\0u", max_size=60))
def test_any_text_of_marks_gives_data_or_a_problem_on_one_of_its_lines(text: str) -> None:
    try:
        read(text.encode())
    except YamlProblem as problem:
        assert 1 <= problem.line <= text.count("\n") + 2


@given(st.text(max_size=400))
def test_any_text_gives_data_or_a_problem(text: str) -> None:
    try:
        read(text.encode(errors="replace"))
    except YamlProblem as problem:
        assert problem.line >= 1
        assert problem.message


@given(st.binary(max_size=200))
def test_any_bytes_give_data_or_a_problem(raw: bytes) -> None:
    try:
        read(raw)
    except YamlProblem as problem:
        assert problem.line >= 1
