"""The Home tab: how to ask, the person's nation and role, what the bot knows, who runs it, privacy. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.slack_app.blocks import Frame, render
from adapters.slack_app.choices import OPTION, option_blocks
from adapters.slack_app.limits import BUTTON, VIEW_BLOCKS, Block
from adapters.slack_app.mrkdwn import bold, chunks, escape, plain, sections
from adapters.slack_app.tags import Origin, Tag
from bot.model import Nation, Option, OptionKind, PersonSettings, Reply, Role
from bot.options import encode
from bot.say import Voice

TAG = Tag(Origin.HOME, private=True)


def home_view(
    voice: Voice,
    settings: PersonSettings,
    topics: Iterable[tuple[str, str]],
    direct: str,
    reply: Reply | None = None,
    chosen: str = "",
) -> dict[str, Any]:
    """The view to publish. `direct` is the person's direct message, kept so that a tap here belongs to that talk.

    A reply to a tap here stands on top. It is rated nowhere: Slack has no feedback buttons outside messages.
    """
    blocks: list[Block] = []
    if reply is not None:
        pages = render(reply, Frame(TAG, chosen=chosen, rated=False), voice)
        blocks += [*pages[0].blocks, {"type": "divider"}]
    blocks += _text(voice.say("slack_home_ask_title"), voice.say("slack_home_ask"))
    blocks += _text(voice.say("slack_home_you"), voice.say("slack_home_settings"))
    blocks.append({"type": "actions", "block_id": TAG.block_id("you"), "elements": _selects(voice, settings)})
    blocks += _text(voice.say("slack_home_topics"), "")
    known = tuple(Option(OptionKind.TOPIC, topic, title) for topic, title in topics)
    blocks += option_blocks(known, Tag(Origin.HOME, turn="0", private=True), voice)
    blocks += _text(voice.say("slack_home_who"), voice.say("slack_home_who_text"))
    link = f"\n{voice.say('privacy_link')}" if voice.say_value("url") else ""
    blocks += _text(voice.say("slack_home_privacy"), voice.say("privacy") + link)
    pause = "resume" if settings.paused else "pause"
    buttons = tuple(
        Option(OptionKind.COMMAND, name, voice.say(f"label_{name}")) for name in (pause, "mydata", "forget")
    )
    blocks += option_blocks(buttons, Tag(Origin.HOME, turn="1", private=True), voice)
    return {"type": "home", "private_metadata": direct, "blocks": blocks[:VIEW_BLOCKS]}


def _text(title: str, text: str) -> list[Block]:
    return sections([bold(title), *(escape(piece) for piece in chunks(text))])


def _selects(voice: Voice, settings: PersonSettings) -> list[Block]:
    nations = [Option(OptionKind.NATION, nation.value, nation.title) for nation in Nation]
    roles = [Option(OptionKind.ROLE, role.value, voice.say(f"role_{role.value}").capitalize()) for role in Role]
    return [
        _select("nation", voice.say("slack_home_nation"), nations, settings.nation),
        _select("role", voice.say("slack_home_role"), roles, settings.role),
    ]


def _select(name: str, placeholder: str, options: Sequence[Option], chosen: str | None) -> Block:
    shown = {option.value: {"text": plain(option.title, BUTTON), "value": encode(option)} for option in options}
    found: Block = {
        "type": "static_select",
        "action_id": f"{OPTION}-{name}",
        "placeholder": plain(placeholder, BUTTON),
        "options": list(shown.values()),
    }
    if chosen is not None:
        found["initial_option"] = shown[chosen]
    return found


_PROMPTS = {
    None: "slack_prompts_any",
    Role.COMMISSIONER: "slack_prompts_commissioner",
    Role.FOUNDER: "slack_prompts_founder",
    Role.STAFF: "slack_prompts_staff",
}
MOST_PROMPTS = 4


def prompts(voice: Voice, role: Role | None) -> list[dict[str, str]]:
    """Suggested prompts for the Messages tab, by role."""
    questions = [question.strip() for question in voice.say(_PROMPTS[role]).split("|")]
    return [{"title": question, "message": question} for question in questions[:MOST_PROMPTS]]
