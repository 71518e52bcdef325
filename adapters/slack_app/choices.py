"""Options as buttons and menus, feedback as Slack's feedback buttons. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from adapters.slack_app.limits import ACTIONS, BUTTON, MENU, Block
from adapters.slack_app.mrkdwn import bold, clip, plain, text_object
from adapters.slack_app.tags import Tag
from bot.model import Option, OptionKind
from bot.options import encode
from bot.say import Voice

MOST_BUTTONS = 5  # questions; more of them are a menu
FEEDBACK = "feedback"
SHARE = "share"
OPTION = "option"  # begins the action_id of every button and menu of options
LONGEST_TITLE = 500
_T = TypeVar("_T")
_ROWS = {
    OptionKind.MORE: "ways", OptionKind.SIMPLER: "ways", OptionKind.SOURCES: "ways", OptionKind.NATION: "nation",
    OptionKind.ROLE: "role", OptionKind.ENTRY: "entry", OptionKind.NONE: "none", OptionKind.TOPIC: "topic",
    OptionKind.SEND_QUESTION: "command", OptionKind.COMMAND: "command", OptionKind.FEEDBACK: "command",
}  # fmt: skip
_ONCE = {OptionKind.ENTRY, OptionKind.NATION, OptionKind.NONE, OptionKind.SEND_QUESTION}


def option_blocks(options: Sequence[Option], tag: Tag, voice: Voice, share: str = "") -> list[Block]:
    """A row for each kind of option, in the order of the reply. `share` is the code behind a Share button."""
    blocks: list[Block] = []
    extra = [_share(share, voice)] if share else []
    for number, (name, group) in enumerate(groupby(options, key=lambda option: _ROWS[option.kind])):
        row = f"{name}{number}"
        blocks += _row(tuple(group), tag, row, voice, extra if name == "ways" else [])
        extra = [] if name == "ways" else extra
    if extra:
        blocks.append(_actions(tag.block_id("share"), extra))
    return blocks


def _row(options: tuple[Option, ...], tag: Tag, row: str, voice: Voice, extra: list[Block]) -> Iterator[Block]:
    once = replace(tag, once=tag.once and options[0].kind in _ONCE)
    if options[0].kind is OptionKind.ENTRY and len(options) > MOST_BUTTONS:
        for number, some in enumerate(_batched(options, MENU)):
            yield _actions(once.block_id(f"{row}x{number}"), [_menu(some, voice)])
    elif options[0].kind is OptionKind.ENTRY and any(len(option.title) > BUTTON for option in options):
        for number, option in enumerate(options):  # a question too long for a button stands beside it, whole
            yield {
                "type": "section",
                "block_id": once.block_id(f"{row}x{number}"),
                "text": text_object(bold(clip(option.title, LONGEST_TITLE)) or "…"),
                "accessory": button(option, number, title=voice.say("slack_this_one"), spoken=option.title),
            }
    else:
        elements = [button(option, number) for number, option in enumerate(options)] + extra
        for number, some_elements in enumerate(_batched(elements, ACTIONS)):
            yield _actions(once.block_id(f"{row}x{number}"), some_elements)


def _batched(elements: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (elements[start : start + size] for start in range(0, len(elements), size))


def button(option: Option, number: int, *, title: str = "", spoken: str = "") -> Block:
    """A button for an option. `spoken` is what a screen reader says, where the title alone tells too little."""
    found: Block = {
        "type": "button",
        "action_id": f"{OPTION}-{number}",
        "text": plain(title or option.title, BUTTON),
        "value": encode(option),
    }
    if spoken:
        found["accessibility_label"] = plain(spoken, BUTTON)["text"]
    if option.kind is OptionKind.COMMAND and option.value == "forget-now":
        found["style"] = "danger"
    return found


def _menu(options: Iterable[Option], voice: Voice) -> Block:
    return {
        "type": "static_select",
        "action_id": f"{OPTION}-menu",
        "placeholder": plain(voice.say("slack_pick"), BUTTON),
        "options": [{"text": plain(option.title, BUTTON), "value": encode(option)} for option in options],
    }


def _share(code: str, voice: Voice) -> Block:
    return {"type": "button", "action_id": SHARE, "text": plain(voice.say("slack_share"), BUTTON), "value": code}


def _actions(block_id: str, elements: Iterable[Any]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def feedback_block(turn: str, tag: Tag, voice: Voice) -> Block:
    """Slack's own feedback buttons, with words for screen readers."""

    def thumb(value: str, label: str, spoken: str) -> Block:
        option = Option(OptionKind.FEEDBACK, turn, "", entry=value)
        return {
            "text": plain(voice.say(label), BUTTON),
            "value": encode(option),
            "accessibility_label": plain(voice.say(spoken), BUTTON)["text"],
        }

    element = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": thumb("up", "label_helpful", "label_helpful_spoken"),
        "negative_button": thumb("down", "label_not_helpful", "label_not_helpful_spoken"),
    }
    return {"type": "context_actions", "block_id": tag.block_id("feedback"), "elements": [element]}
