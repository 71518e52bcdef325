"""Posts a reply where it belongs: in the thread for all, for one person alone, in the direct message, on the Home tab."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from adapters.delivery import TryAgain
from adapters.slack_app.address import Address, Surface
from adapters.slack_app.api import Api, SlackError, UrlGone
from adapters.slack_app.blocks import Frame, Message, export_messages, is_public, notice, render
from adapters.slack_app.home import home_view
from adapters.slack_app.pacing import Pacer
from adapters.slack_app.status import StatusLine
from bot.advisor import Advisor
from bot.model import Reply
from bot.say import Voice

log = logging.getLogger(__name__)

_REFUSED = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"}
_QUIET = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


class Sender:
    """Sends replies of one Slack app."""

    def __init__(
        self,
        advisor: Callable[[], Advisor],
        api: Api,
        pacer: Pacer,
        status: StatusLine,
        person: Callable[[str, str], str],
    ) -> None:
        self._advisor = advisor
        self._api = api
        self._pacer = pacer
        self._status = status
        self._person = person

    @property
    def voice(self) -> Voice:
        """The bot's words, of the knowledge in use now."""
        return self._advisor().voice

    async def __call__(self, reply: Reply, kept: Mapping[str, str]) -> None:
        """Send a reply; Undeliverable, TryAgain or another exception if it could not be."""
        address = Address.of(kept)
        had_status = await self._status.end(address)
        await self._show(reply, address)
        seen_in_thread = address.surface is Surface.CHANNEL and is_public(reply)
        if had_status and not (seen_in_thread or (address.surface is Surface.DIRECT and address.thread)):
            await self._status.clear(address)

    async def _show(self, reply: Reply, address: Address) -> None:
        match address.surface:
            case Surface.DIRECT:
                await self._direct(reply, address)
            case Surface.CHANNEL if is_public(reply):
                frame = Frame(address.tag(), short=True, chosen=address.chosen)
                for message in render(reply, frame, self.voice):
                    await self.post(address.team, address.channel, message, thread=address.thread)
            case Surface.CHANNEL | Surface.ALONE:
                await self._alone(reply, address)
            case Surface.RESPONSE:
                frame = Frame(address.tag(), chosen=address.chosen, shareable=can_be_shared_in(address.channel))
                for message in render(reply, frame, self.voice):
                    await self._respond(address, message)
            case Surface.HOME:
                await self.publish_home(address.team, address.user, address.channel, reply, address.chosen)
            case Surface.EXPORT:
                await self._export(reply, address)

    async def post(self, team: str, channel: str, message: Message, *, thread: str = "") -> None:
        """Post for all in a channel, in its turn."""
        async with self._pacer.turn(f"{team}:{channel}"):
            where = {"channel": channel, **({"thread_ts": thread} if thread else {})}
            await self._call(team, "chat.postMessage", {**where, **_QUIET}, message)

    async def whisper(self, address: Address, message: Message) -> None:
        """Show one person a message in a channel or direct message, that nobody else sees."""
        where = {"channel": address.channel, "user": address.user, "parse": "none", "link_names": False}
        if address.thread:
            where["thread_ts"] = address.thread
        await self._call(address.team, "chat.postEphemeral", where, message)

    async def publish_home(
        self, team: str, user: str, direct: str, reply: Reply | None = None, chosen: str = ""
    ) -> None:
        """Show the Home tab as it is now for this person."""
        advisor = self._advisor()
        settings = await advisor.settings_of(self._person(team, user))
        topics = [
            (topic, advisor.knowledge.topics[topic].title) for topic, entries in advisor.topics().items() if entries
        ]
        view = home_view(advisor.voice, settings, topics, direct, reply, chosen)
        await self._api.call(team, "views.publish", user_id=user, view=view)

    async def _direct(self, reply: Reply, address: Address) -> None:
        pages = render(reply, Frame(address.tag(), chosen="" if address.replace else address.chosen), self.voice)
        for number, message in enumerate(pages):
            if address.replace and not number and await self._replaced(address, message):
                continue
            await self.post(address.team, address.channel, message, thread=address.thread)

    async def _replaced(self, address: Address, message: Message) -> bool:
        """Show all of an answer in its own place; False if it is gone from there."""
        where = {"channel": address.channel, "ts": address.replace, "parse": "none", "link_names": False}
        try:
            await self._call(address.team, "chat.update", where, message)
        except SlackError as error:
            if error.code in {"message_not_found", "cant_update_message", "edit_window_closed"}:
                return False
            raise
        return True

    async def _alone(self, reply: Reply, address: Address) -> None:
        tag = Address(**{**vars(address), "surface": Surface.ALONE}).tag()
        share = address.surface is Surface.ALONE and can_be_shared_in(address.channel)
        for message in render(reply, Frame(tag, chosen=address.chosen, shareable=share), self.voice):
            await self.whisper(address, message)

    async def _respond(self, address: Address, message: Message) -> None:
        body = {"response_type": "ephemeral", "replace_original": False, **as_body(message)}
        try:
            if address.url:
                await self._api.respond(address.url, body)
                return
        except UrlGone:
            log.info("a response_url is over; the answer goes to the direct message")
        await self.post(address.team, address.user, message)  # a person's id posts to their direct message

    async def _export(self, reply: Reply, address: Address) -> None:
        kept = reply.lead.startswith("{")  # else it says that there is nothing, or that it could not be read
        pages = export_messages(reply.lead) if kept else render(reply, Frame(address.tag()), self.voice)
        for message in pages:
            await self.post(address.team, address.channel, message, thread=address.thread)
        await self.tell(address.url, notice(self.voice.say("slack_data_sent")))

    async def tell(self, url: str, message: Message, *, instead: bool = False) -> None:
        """Say something on the side where a person acted, or instead of what stands there; if it can't be, no harm."""
        if not url:
            return
        body = {"response_type": "ephemeral", "replace_original": instead, **as_body(message)}
        try:
            await self._api.respond(url, body)
        except (UrlGone, TryAgain, SlackError, aiohttp.ClientError, TimeoutError) as error:
            log.info("a word on the side was not shown (%s)", type(error).__name__)

    async def _call(self, team: str, method: str, where: Mapping[str, Any], message: Message) -> None:
        try:
            await self._api.call(team, method, **where, **as_body(message))
        except SlackError as error:
            if error.code not in _REFUSED:
                raise
            # a limit nobody has written down: the words alone are better than silence
            log.error("Slack refused the blocks of an answer (%s); its text is sent alone", error.code)
            await self._api.call(team, method, **where, text=message.text)


def as_body(message: Message) -> dict[str, Any]:
    """A message as Slack's methods take it."""
    return {"text": message.text, "blocks": list(message.blocks)}


def can_be_shared_in(channel: str) -> bool:
    """Whether this is a channel or group, and not a direct message."""
    return channel[:1] in {"C", "G"}
