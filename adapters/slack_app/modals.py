"""The two modals: what was wrong with an answer, and a preview of what is shared. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.slack_app.blocks import Message
from adapters.slack_app.limits import VIEW_TITLE
from adapters.slack_app.mrkdwn import context, escape, plain, sections
from bot.say import Voice

REASON = "reason"
SHARE_VIEW = "share"
LONGEST_REASON = 500


def reason_view(turn: str, voice: Voice) -> dict[str, Any]:
    """Asks what was wrong; the person may leave it empty or close it, and the vote counts all the same."""
    answer = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "max_length": LONGEST_REASON,
    }
    return {
        "type": "modal",
        "callback_id": REASON,
        "private_metadata": turn,
        "title": plain(voice.say("slack_reason_title"), VIEW_TITLE),
        "submit": plain(voice.say("slack_reason_send"), VIEW_TITLE),
        "close": plain(voice.say("slack_close"), VIEW_TITLE),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "optional": True,
                "label": plain(voice.say("slack_reason_label"), 2000),
                "element": answer,
            }
        ],
    }


def reason_in(view: Mapping[str, Any]) -> str:
    """What the person wrote; empty if nothing."""
    values = view.get("state", {}).get("values", {})
    return str(values.get(REASON, {}).get(REASON, {}).get("value") or "")


def words_view(title: str, text: str, voice: Voice) -> dict[str, Any]:
    """A modal that only says something."""
    return {
        "type": "modal",
        "title": plain(title, VIEW_TITLE),
        "close": plain(voice.say("slack_close"), VIEW_TITLE),
        "blocks": sections([escape(text)]),
    }


def share_view(message: Message, where: Mapping[str, str], voice: Voice) -> dict[str, Any]:
    """Shows what the channel will see, before it does. `where` comes back with the submission."""
    dead = [block for block in message.blocks if block["type"] not in {"actions", "context_actions"}]
    return {
        "type": "modal",
        "callback_id": SHARE_VIEW,
        "private_metadata": json.dumps(dict(where)),
        "title": plain(voice.say("slack_share_title"), VIEW_TITLE),
        "submit": plain(voice.say("slack_share"), VIEW_TITLE),
        "close": plain(voice.say("slack_cancel"), VIEW_TITLE),
        "blocks": [*context([escape(voice.say("slack_share_preview"))]), {"type": "divider"}, *dead],
    }
