"""Sharing: the entry's own question and answer go to the channel, after a preview; the words typed never do."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from adapters.slack_app.api import patiently
from adapters.slack_app.blocks import Frame, Message, notice, render
from adapters.slack_app.hearing import value_of
from adapters.slack_app.modals import share_view, words_view
from adapters.slack_app.sending import Sender
from adapters.slack_app.tags import Origin, Tag, read
from bot.advisor import Advisor
from bot.model import Nation, OptionKind
from bot.options import decode

log = logging.getLogger(__name__)

REMEMBERED = 1000


class Sharing:
    """Previews and posts answers that people share."""

    def __init__(self, advisor: Callable[[], Advisor], sender: Sender) -> None:
        self._advisor = advisor
        self._sender = sender
        self._done: list[str] = []  # views submitted: a second submission of one posts nothing

    def preview(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The modal for a tap on Share."""
        action = body["actions"][0]
        code = value_of(action)
        tag = read(action.get("block_id", "")) or Tag(Origin.COMMAND)
        voice = self._sender.voice
        message = self._message(code, body["user"]["id"], "")
        if message is None:
            return words_view(voice.say("slack_share_title"), voice.say("slack_share_gone"), voice)
        channel, url = body.get("channel", {}).get("id", ""), body.get("response_url", "")
        return share_view(message, {"code": code, "channel": channel, "thread": tag.thread, "url": url}, voice)

    async def post(self, body: Mapping[str, Any]) -> None:
        """Post what was previewed, once, and tell who shared it how it went."""
        view, user = body["view"], body["user"]["id"]
        if view["id"] in self._done:
            return
        self._done = [*self._done[-REMEMBERED:], view["id"]]
        where = json.loads(view["private_metadata"])
        team = (body.get("team") or {}).get("id") or view["team_id"]
        message = self._message(where["code"], user, where["thread"])

        async def act() -> None:
            if message is not None:
                await self._sender.post(team, where["channel"], message, thread=where["thread"])

        done = message is not None and await patiently(act)
        words = "slack_share_done" if done else "slack_share_failed"
        await self._sender.tell(where["url"], notice(self._sender.voice.say(words)))

    def _message(self, code: str, user: str, thread: str) -> Message | None:
        """What the channel sees: nothing of the person's role or settings, and no thumbs, since nobody asked there."""
        option = decode(code)
        if option is None:
            return None
        entry, nation = option.value, None
        if option.kind is OptionKind.NATION:
            entry, nation = option.entry, Nation(option.value)
        if option.kind not in {OptionKind.NATION, OptionKind.ENTRY} or entry not in self._advisor().knowledge.entries:
            return None
        reply = self._advisor().show(entry, nation=nation)
        frame = Frame(Tag(Origin.THREAD, thread, user), short=True, shared_by=user, rated=False)
        return render(reply, frame, self._sender.voice)[0] if reply.parts else None
