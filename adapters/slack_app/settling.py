"""After a choice is made: what was chosen stands where the buttons were. Pure, but for what Slack gave us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.slack_app.blocks import Message, notice
from adapters.slack_app.limits import Block
from adapters.slack_app.tags import read
from bot.say import Voice


def settled(body: Mapping[str, Any], title: str, voice: Voice) -> Message | None:
    """The tapped message with its choice in place of its buttons; None if it is no choice to be made once."""
    action = body["actions"][0]
    tag = read(action.get("block_id", ""))
    if tag is None or not tag.once:
        return None
    said = notice(voice.say("slack_chose", choice=title))
    message = body.get("message") or {}
    kept = [_without_button(block) for block in message.get("blocks", []) if not _goes(block)]
    text = str(message.get("text") or said.text)
    return Message(text, (*(block for block in kept if block), *said.blocks))


def _goes(block: Mapping[str, Any]) -> bool:
    tag = read(block.get("block_id", ""))
    return (tag is not None and tag.once and "accessory" not in block) or block["type"] == "context_actions"


def _without_button(block: Block) -> Block:
    tag = read(block.get("block_id", ""))
    if tag is None or not tag.once:
        return block
    return {key: value for key, value in block.items() if key not in {"accessory", "block_id"}}
