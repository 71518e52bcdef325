"""Blocks into messages that Telegram takes: split between blocks, else at a sentence end, never losing a word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from adapters.telegram_bot.blocks import Block, length, units

MOST_UNITS = 4096
MOST_ENTITIES = 100

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s|\n")
_SPACE = re.compile(r"\s")


def pages(
    blocks: Sequence[Block], most_units: int = MOST_UNITS, most_entities: int = MOST_ENTITIES
) -> tuple[tuple[Block, ...], ...]:
    """The blocks in as few messages as keep to the limits, in order."""
    done: list[tuple[Block, ...]] = []
    current: list[Block] = []
    for block in (piece for whole in blocks for piece in _pieces(whole, most_units, most_entities)):
        if current and (length([*current, block]) > most_units or _entities([*current, block]) > most_entities):
            done.append(tuple(current))
            current = []
        current.append(block)
    return (*done, tuple(current)) if current else tuple(done)


def _entities(blocks: Sequence[Block]) -> int:
    return sum(span.is_entity for block in blocks for span in block.spans)


def _pieces(block: Block, most_units: int, most_entities: int) -> Iterator[Block]:
    """The block, cut until every piece fits a message of its own."""
    while units(block.text) > most_units:
        head, block = _cut(block, _place(block.text, most_units))
        if head.text:
            yield head
    if _entities([block]) > most_entities:
        raise ValueError("a block of more entities than a message may have: no renderer of ours makes one")
    if block.text.strip():
        yield block


def _place(text: str, room: int) -> int:
    """Where to cut: after the last sentence that fits, else after the last word, else where the room ends."""
    fits = 0
    for char in text:
        room -= units(char)
        if room < 0:
            break
        fits += 1
    window = text[: fits + 1]  # the blank after a sentence may stand just outside
    ends = [match.end() for match in _SENTENCE_END.finditer(window)]
    if not ends:
        ends = [match.end() for match in _SPACE.finditer(window)]
    ends = [end for end in ends if window[:end].strip()]
    return ends[-1] if ends else fits


def _cut(block: Block, at: int) -> tuple[Block, Block]:
    """The block up to `at` and the rest, without the blanks around the cut."""
    head, tail = [], []
    for span in block.spans:
        before, after = span.text[: max(at, 0)], span.text[max(at, 0) :]
        at -= len(span.text)
        if before:
            head.append(replace(span, text=before))
        if after:
            tail.append(replace(span, text=after))
    if head:
        head[-1] = replace(head[-1], text=head[-1].text.rstrip())
    if tail:
        tail[0] = replace(tail[0], text=tail[0].text.lstrip())
    return Block(tuple(head), block.gap), Block(tuple(span for span in tail if span.text))
