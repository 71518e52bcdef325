"""From what Slack delivers to an utterance and an address. Pure: hashes ids at the door and decides nothing else.

Deaf to what nobody said to the bot: edits, deletions, joins, bots, its own posts, talk in channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from adapters.slack_app.address import Address, Surface
from adapters.slack_app.choices import FEEDBACK, SHARE
from adapters.slack_app.tags import Origin, Tag, read
from adapters.slack_app.words import EXPORT, as_typed, command_in
from bot.model import Nation, OptionKind, Utterance, UtteranceKind
from bot.options import decode
from bot.store.keys import Pseudonyms

CHANNEL = "slack"
COMMAND = "/advisor"
SHORTCUT = "ask_advisor"
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """Something said to the bot, with where the answer goes."""

    utterance: Utterance
    address: Address


@dataclass(frozen=True)
class Ear:
    """Hears for every workspace. `default_nation` and `channel_nations` are what the operator set."""

    pseudonyms: Pseudonyms
    clock: Callable[[], datetime]
    default_nation: Nation | None = None
    channel_nations: Mapping[str, Nation] = field(default_factory=dict)

    def hear(self, body: Body) -> Heard | None:
        """What was said to the bot, or None. KeyError or ValueError for what Slack would never send."""
        if body.get("type") == "event_callback":
            return self._event(body)
        if body.get("command") == COMMAND:
            return self._command(body)
        if body.get("type") == "message_action" and body.get("callback_id") == SHORTCUT:
            return self._shortcut(body)
        if body.get("type") == "block_actions":
            return self._tap(body)
        return None

    def person(self, team: str, user: str) -> str:
        """The hash of a person."""
        return self.pseudonyms.person(CHANNEL, team, user)

    def _event(self, body: Body) -> Heard | None:
        event, team = body["event"], body["team_id"]
        if event["type"] not in {"message", "app_mention"} or "subtype" in event or "bot_id" in event:
            return None
        channel, ts, user = event["channel"], event["ts"], event.get("user")
        direct = event.get("channel_type") == "im" or channel.startswith("D")
        if not user or "edited" in event or not (direct or event["type"] == "app_mention"):
            return None
        thread = event.get("thread_ts", "")
        where = (channel, thread) if direct and thread else (channel,) if direct else (channel, thread or ts)
        address = Address(
            Surface.DIRECT if direct else Surface.CHANNEL,
            team,
            user,
            channel=channel,
            thread=thread if direct else thread or ts,
            message=ts,
        )
        said = self._said(as_typed(event.get("text", "")), address, where, ts, direct=direct)
        return replace(said, utterance=replace(said.utterance, sent_at=datetime.fromtimestamp(float(ts), UTC)))

    def _command(self, body: Body) -> Heard:
        team, user, channel = body["team_id"], body["user_id"], body["channel_id"]
        address = Address(Surface.RESPONSE, team, user, channel=channel, url=body.get("response_url", ""))
        text = as_typed(body.get("text") or "") or "help"
        return self._said(text, address, (channel, user), body["trigger_id"])

    def _shortcut(self, body: Body) -> Heard:
        team, user, channel = _team_of(body), body["user"]["id"], body["channel"]["id"]
        address = Address(Surface.RESPONSE, team, user, channel=channel, url=body.get("response_url", ""))
        text = as_typed(body["message"].get("text", ""))
        # another person's words are a question here, never a command
        return self._said(text, address, (channel, user), body["trigger_id"], commands=False)

    def _said(
        self,
        text: str,
        address: Address,
        where: tuple[str, ...],
        message: str,
        *,
        direct: bool = False,
        commands: bool = True,
    ) -> Heard:
        command = command_in(text) if commands else ""
        if command == EXPORT:
            address = _to_direct_message(address)
        kind = UtteranceKind.COMMAND if command else UtteranceKind.TEXT
        utterance = self._utterance(kind, f"/{command}" if command else text, address, where, message)
        return Heard(replace(utterance, direct=direct), address)

    def _utterance(
        self, kind: UtteranceKind, text: str, address: Address, where: tuple[str, ...], message: str
    ) -> Utterance:
        return Utterance(
            kind=kind,
            text=text,
            message_id=self.pseudonyms.message(CHANNEL, address.team, address.channel, message),
            person=self.person(address.team, address.user),
            conversation=self.pseudonyms.conversation(CHANNEL, address.team, *where),
            channel=CHANNEL,
            sent_at=self.clock(),
            workspace=address.team,
            default_nation=self.channel_nations.get(address.channel, self.default_nation),
        )

    def _tap(self, body: Body) -> Heard | None:
        action = body["actions"][0]
        if action["action_id"] == SHARE:
            return None  # a preview first; nothing is asked of the core
        code = value_of(action)
        tag = read(action.get("block_id", "")) or Tag(Origin.COMMAND)
        team, user = _team_of(body), body["user"]["id"]
        if action["action_id"] == FEEDBACK and not (tag.private or tag.asker == user):
            return None  # only who got an answer can rate it; a private one was got by who sees it
        address, where = _place_of_tap(body, tag, team, user, code)
        if not address.channel and address.surface is not Surface.HOME:
            return None
        option = decode(code)
        if option is not None and (option.kind, option.value) == (OptionKind.COMMAND, EXPORT):
            address = _to_direct_message(address)
        message = f"{_message_of(body)}:{user}:{action.get('action_ts', '')}:{code}"
        return Heard(self._utterance(UtteranceKind.CHOICE, code, address, where, message), address)


def value_of(action: Body) -> str:
    """The code behind a button, a menu's option or a thumb; what is none of ours is an old button."""
    chosen = action.get("selected_option") or action
    return str(chosen.get("value") or "")


def title_of(action: Body) -> str:
    """The words on the button or option that was tapped."""
    shown = (action.get("selected_option") or action).get("text") or {}
    return str(shown.get("text", ""))


def _place_of_tap(body: Body, tag: Tag, team: str, user: str, code: str) -> tuple[Address, tuple[str, ...]]:
    """Where the answer to a tap goes, and the conversation it belongs to."""
    action, channel = body["actions"][0], body.get("channel", {}).get("id", "")
    rates = action["action_id"] == FEEDBACK
    option = decode(code)
    plain = Address(
        Surface.RESPONSE,
        team,
        user,
        channel=channel,
        thread=tag.thread,
        url=body.get("response_url", ""),
        asker=tag.asker,
        chosen="" if rates or option is None else title_of(action),
    )
    match tag.origin:
        case Origin.HOME:
            direct = str(body.get("view", {}).get("private_metadata", ""))
            return replace(plain, surface=Surface.HOME, channel=direct, url="", thread=""), (direct or user,)
        case Origin.DIRECT if rates:
            return replace(plain, surface=Surface.ALONE, url=""), _direct(channel, tag)
        case Origin.DIRECT:
            shows_all = option is not None and option.kind is OptionKind.MORE
            again = _message_of(body) if shows_all else ""
            return replace(plain, surface=Surface.DIRECT, url="", replace=again), _direct(channel, tag)
        case Origin.THREAD:
            root = tag.thread or _message_of(body)
            own = user == tag.asker
            # who asked and chose gets the answer as if asked like that at once: in the thread, for all
            public = own and tag.private and tag.once and not rates
            surface = Surface.CHANNEL if public else Surface.ALONE
            where = (channel, root) if own else (channel, root, user)
            return replace(plain, surface=surface, thread=root, url=""), where
        case Origin.COMMAND:
            return replace(plain, thread=""), (channel, user)


def _direct(channel: str, tag: Tag) -> tuple[str, ...]:
    return (channel, tag.thread) if tag.thread else (channel,)


def _message_of(body: Body) -> str:
    container = body.get("container", {})
    return str(container.get("message_ts") or container.get("view_id") or "")


def _team_of(body: Body) -> str:
    team = body.get("team") or body["user"]
    return str(team.get("id" if body.get("team") else "team_id", ""))


def _to_direct_message(address: Address) -> Address:
    if address.surface is Surface.DIRECT:
        return replace(address, surface=Surface.EXPORT)
    return replace(address, surface=Surface.EXPORT, channel=address.user, thread="")
