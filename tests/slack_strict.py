"""What Slack would refuse or bring alive, said without any help of the code under test: names, lengths, markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

LIVE = re.compile(r"<[^>]*>?")
SOURCE = re.compile(r"<https?://[^<>|\s]+\|[^<>]*>")
FENCE = "```"
TYPES = {"section", "context", "actions", "context_actions", "header", "divider", "input"}
KEYS = {
    "section": {"type", "text", "block_id", "accessory"},
    "context": {"type", "elements", "block_id"},
    "actions": {"type", "elements", "block_id"},
    "context_actions": {"type", "elements", "block_id"},
    "header": {"type", "text", "block_id"},
    "divider": {"type", "block_id"},
    "input": {"type", "label", "element", "block_id", "optional", "hint"},
}


def problems(message: dict[str, Any], most: int = 50, total: int = 13_200, shared_by: str = "") -> list[str]:
    """Every reason for which Slack would refuse the message, or something in it could come alive."""
    return list(_problems(message, most, total, shared_by))


def _problems(message: dict[str, Any], most: int, total: int, shared_by: str) -> Iterator[str]:
    blocks = message.get("blocks", [])
    if "text" in message or most == 50:
        if not message.get("text", "").strip():
            yield "no text beside the blocks"
        if len(message.get("text", "")) > 4000:
            yield f"text of {len(message['text'])} characters"
        yield from _alive(message.get("text", ""), "")
    if not blocks:
        yield "no blocks"
    if len(blocks) > most:
        yield f"{len(blocks)} blocks"
    if most == 50 and len(json.dumps(blocks, ensure_ascii=False)) > total:
        yield f"msg_blocks_too_long: {len(json.dumps(blocks, ensure_ascii=False))}"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield f"the same block_id twice: {ids}"
    for block in blocks:
        yield from _block(block, shared_by)


def _block(block: dict[str, Any], shared_by: str) -> Iterator[str]:
    kind = block.get("type", "")
    if kind not in TYPES:
        yield f"a block of type {kind!r}"
        return
    yield from (f"{kind} has {key}" for key in block if key not in KEYS[kind])
    if len(block.get("block_id", "")) > 255:
        yield "a block_id too long"
    if kind in {"section", "header"}:
        yield from _text(block["text"], 150 if kind == "header" else 3000, shared_by)
        if "accessory" in block:
            yield from _element(block["accessory"])
    if kind == "input":
        yield from _text(block["label"], 2000, shared_by)
    elements = block.get("elements", [])
    if kind in {"context", "actions", "context_actions"}:
        if not 1 <= len(elements) <= {"context": 10, "actions": 25, "context_actions": 5}[kind]:
            yield f"{len(elements)} elements in {kind}"
        names = [element["action_id"] for element in elements if "action_id" in element]
        if len(names) != len(set(names)):
            yield f"the same action_id twice: {names}"
    for element in elements:
        if kind == "context":
            yield from _text(element, 3000, shared_by)
        else:
            yield from _element(element)


def _element(element: dict[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if not 1 <= len(element["action_id"]) <= 255:
        yield "an action_id of no or too great length"
    if len(element.get("accessibility_label", "")) > 75:
        yield "an accessibility_label too long"
    if kind == "button":
        yield from _text(element["text"], 75, "")
        if len(element["value"]) > 2000 or element.get("style") not in {None, "danger", "primary"}:
            yield "a button's value or style"
    elif kind == "static_select":
        yield from _text(element["placeholder"], 150, "")
        if not 1 <= len(element["options"]) <= 100:
            yield f"{len(element['options'])} options"
        for option in (*element["options"], *([element["initial_option"]] if "initial_option" in element else [])):
            yield from _text(option["text"], 75, "")
            if not 1 <= len(option["value"]) <= 150:
                yield "an option's value"
        if "initial_option" in element and element["initial_option"] not in element["options"]:
            yield "an initial option that is not one of the options"
    elif kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            thumb = element[name]
            yield from _text(thumb["text"], 75, "")
            if not thumb.get("accessibility_label") or len(thumb["accessibility_label"]) > 75:
                yield "a feedback button without a label for screen readers, or with too long a one"
            if len(thumb["value"]) > 2000:
                yield "a feedback button's value"
    elif kind != "plain_text_input":
        yield f"an element of type {kind!r}"


def _text(text: dict[str, Any], most: int, shared_by: str) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= most:
        yield f"a text of {len(text['text'])} characters where 1 to {most} fit"
    if text["type"] == "plain_text":
        if text.get("emoji") is not False:
            yield "a plain text in which :words: become pictures"
        return
    if text["type"] != "mrkdwn" or text.get("verbatim") is not True:
        yield "markup in which plain words become links"
    if text["text"].count(FENCE) % 2:
        yield "a block to copy that does not end"
    yield from _alive(text["text"], shared_by)


def _alive(text: str, shared_by: str) -> Iterator[str]:
    text = SOURCE.sub("", text)
    if shared_by:
        text = text.replace(f"<@{shared_by}>", "")
    if LIVE.search(text) or ">" in text:
        yield f"something comes alive in {text[:200]!r}"
    if re.search(r"&(?!amp;|lt;|gt;)", text):
        yield f"an unescaped & in {text[:200]!r}"


def words(blocks: Sequence[dict[str, Any]]) -> str:
    """Every text in the blocks, one after the other."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list | tuple):
            for value in node:
                walk(value)

    walk(list(blocks))
    return "\n".join(found)
