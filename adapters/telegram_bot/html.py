"""Blocks as Telegram HTML: everything escaped, every tag closed in the span that opened it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.telegram_bot.blocks import Block, Span, Style

_TAGS = {Style.BOLD: "b", Style.ITALIC: "i", Style.COPY: "pre"}


def escape(text: str) -> str:
    """Text that stands for itself in Telegram HTML, in a tag or in an attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def html(blocks: Sequence[Block]) -> str:
    """The blocks as the text of one message."""
    return "".join(
        ("\n\n" if block.gap else "\n") * bool(number) + "".join(_span(span) for span in block.spans)
        for number, block in enumerate(blocks)
    )


def _span(span: Span) -> str:
    text = escape(span.text)
    if span.url:
        text = f'<a href="{escape(span.url)}">{text}</a>'
    tag = _TAGS.get(span.style)
    return f"<{tag}>{text}</{tag}>" if tag else text
