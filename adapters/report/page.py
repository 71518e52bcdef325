"""The report as one HTML page: everything escaped by the template engine, nothing fetched, nothing run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bot.errors import UsageError
from bot.gaps import Gap
from bot.knowledge.base import TERMS, KnowledgeBase
from bot.report import Report
from bot.say import day_in_words

SHOWN = 12  # bars of a chart


def page(report: Report, gaps: Sequence[Gap], knowledge: KnowledgeBase, operator: str, floor: int, today: date) -> str:
    """The whole page. UsageError where the packages for it are not installed."""
    missing = [name for name in ("jinja2", "matplotlib") if find_spec(name) is None]
    if missing:
        raise UsageError(f"The report needs {' and '.join(missing)}: pip install 'spinout-advisor[report]'")
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from adapters.report.charts import bars

    charts = {
        "weeks": bars(report.by_week, "Messages by week", "weeks", upright=True),
        "outcomes": bars(report.outcomes, "Messages by outcome", "outcomes"),
        "topics": bars(report.topics[:SHOWN], "Answers by subject", "topics"),
    }
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["day"] = day_in_words
    environment.filters["time"] = in_words
    template = environment.from_string((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        gaps=gaps,
        # drawn by the chart library from counts, with every label escaped in it
        charts={name: Markup(svg) for name, svg in charts.items()},  # noqa: S704
        operator=operator,
        floor=floor,
        revision=knowledge.revision,
        entries=sum(topic != TERMS for topic in knowledge.topic_of.values()),
        today=today,
    )


def in_words(micros: int) -> str:
    """A time as people read it: 0.8 ms, 12 ms, 1.2 s."""
    if micros >= 1_000_000:
        return f"{micros / 1_000_000:.1f} s"
    return f"{micros / 1000:.1f} ms" if micros < 10_000 else f"{micros / 1000:.0f} ms"
