"""Counts as bar charts in SVG, to stand inside a page: each with a title and the figures in words for who can't see it.

Imported only when a report is made: its library is an extra.
"""

from __future__ import annotations

import io
import re
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.figure import Figure

from bot.report import Counts

INK, BAR = "#1a1a1a", "#1d5a8a"  # 17.4 and 7.1 to 1 on white: both over the 4.5 that WCAG 2.2 AA asks
WIDE = 7.2  # inches of 72 points
TICKS = 10  # labels under a course of time


def bars(counts: Counts, title: str, name: str, *, upright: bool = False) -> str:
    """A bar for each count; `upright` for a course of time, else lying with its label before it. `name` is the id."""
    labels, values = [label for label, _ in counts], [value for _, value in counts]
    figure = Figure(figsize=(WIDE, 2.6 if upright else 0.5 + 0.3 * len(counts)), layout="constrained")
    axes = figure.add_subplot()
    if upright:
        drawn = axes.bar(range(len(values)), values, color=BAR)
        step = max(1, len(labels) // TICKS)
        axes.set_xticks(range(0, len(labels), step), labels[::step], rotation=30, ha="right")
        axes.set_yticks([])
    else:
        drawn = axes.barh(range(len(values)), values, color=BAR)
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.set_xticks([])
    axes.bar_label(drawn, padding=2, color=INK, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)
    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return _inside_a_page(file.getvalue(), title, name, "; ".join(f"{label}: {value}" for label, value in counts))


def _inside_a_page(svg: str, title: str, name: str, words: str) -> str:
    """The drawing without its file's head, with ids of its own, and with what it shows in words."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", svg)
    named = f'role="img" aria-labelledby="{name}-title {name}-words" style="max-width:100%;height:auto"'
    told = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(words)}</desc>'
    return re.sub(r"<svg([^>]*)>", lambda found: f"<svg {named}{found[1]}>{told}", svg, count=1)
