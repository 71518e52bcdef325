"""The report: right counts, one file that needs nothing, read without eyes or a mouse, and nobody's words in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from adapters.bootstrap import Library
from adapters.report.page import in_words, page
from bot.gaps import Gap, Why
from bot.report import Report, percentile, summarise
from bot.store.reports import Use

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday
NASTY = '<script>alert("1")</script> & {{ 7 * 7 }}'


def use(day: int, outcome: str = "answered", entry: str = "what-is-cic", micros: int = 900, *feedback: str) -> Use:
    entries = (entry,) if outcome == "answered" else ()
    return Use(START + timedelta(days=day), "slack", outcome, "wales", entries, micros, frozenset(feedback))


@pytest.fixture
def report(shipped: Library) -> Report:
    uses = [use(0), use(1, "fallback"), use(8, "answered", "tupe-basics", 5000, "down"), use(20, "answered", "gone-id")]
    return summarise(uses, shipped.knowledge, date(2026, 11, 2), date(2026, 11, 24))


@pytest.fixture
def html(report: Report, shipped: Library) -> str:
    gap = Gap(((NASTY, 3),), 2, ("pension",), 5, 4, ((Why.UNANSWERED, 5),), (("what-is-cic", 0.4),))
    return page(report, [gap], shipped.knowledge, "Anytown CVS", 3, date(2026, 11, 24))


def test_it_counts_what_happened(report: Report) -> None:
    assert report.turns == 4
    assert report.by_week == (("2026-11-02", 2), ("2026-11-09", 1), ("2026-11-16", 1), ("2026-11-23", 0))
    assert report.outcomes == (("answered", 3), ("fallback", 1))
    assert report.nations == (("wales", 3),)
    assert report.entries == (("gone-id", 1), ("tupe-basics", 1), ("what-is-cic", 1))
    assert report.feedback == (("tupe-basics", 0, 1),)
    assert (report.up, report.down) == (0, 1)
    never = {entry for entry, _ in report.never}
    assert "what-is-cic" not in never
    assert "asset-lock" in never
    assert not any(entry.startswith("term-") for entry in never)


def test_percentiles_are_nearest_rank() -> None:
    assert [percentile(range(1, 101), share) for share in (50, 99)] == [50, 99]
    assert (percentile([7], 99), percentile([], 50)) == (7, 0)
    assert [in_words(micros) for micros in (800, 12_300, 1_200_000)] == ["0.8 ms", "12 ms", "1.2 s"]


def test_it_is_one_file_that_fetches_and_runs_nothing(html: str) -> None:
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b", html)
    assert not re.search(r"""\b(?:src|href|action)\s*=\s*["'](?!#)""", html)
    assert "@import" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert "default-src 'none'" in html


def test_whatever_people_wrote_is_text(html: str) -> None:
    assert NASTY not in html
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; {{ 7 * 7 }}" in html


class Outline(HTMLParser):
    """Headings, ids, tables and charts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_it_can_be_read_without_eyes_or_mouse(html: str) -> None:
    outline = Outline()
    outline.feed(html)
    tags = outline.tags
    assert next(attrs["lang"] for tag, attrs in tags if tag == "html") == "en-GB"
    assert [tag for tag, _ in tags if re.fullmatch("h[1-6]", tag)] == ["h1", *["h2"] * 7]
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [str(attrs["href"])[1:] for tag, attrs in tags if tag == "a"]
    assert set(targets) <= set(ids)
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "caption" for tag, _ in tags)
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    charts = [attrs for tag, attrs in tags if tag == "svg"]
    assert len(charts) == 3
    for attrs in charts:
        assert attrs["role"] == "img"
        assert set(str(attrs["aria-labelledby"]).split()) <= set(ids)
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        Xml.fromstring(svg)  # noqa: S314  # our own drawing


def test_a_browser_shows_it_and_prints_it(html: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here: install it to look at the report as people do")
    (tmp_path / "report.html").write_text(html)
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += [
        "--no-first-run",
        "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1000,1400",
    ]
    shot, printed = tmp_path / "report.png", tmp_path / "report.pdf"
    for option in (f"--screenshot={shot}", f"--print-to-pdf={printed}"):
        subprocess.run(
            [*command, option, f"file://{tmp_path / 'report.html'}"], check=True, capture_output=True, timeout=90
        )
    assert shot.read_bytes().startswith(b"\x89PNG")
    assert shot.stat().st_size > 20_000  # a blank page is a few thousand bytes
    assert printed.read_bytes().startswith(b"%PDF")
