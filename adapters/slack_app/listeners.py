"""What Bolt calls, as a table: each listener acknowledges, and hands on. Bolt passes arguments by name; only here."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from adapters.delivery import TryAgain, Undeliverable
from adapters.slack_app.api import Api, SlackError
from adapters.slack_app.blocks import Message, notice
from adapters.slack_app.choices import FEEDBACK, SHARE
from adapters.slack_app.hearing import COMMAND, SHORTCUT, Ear, Heard, title_of, value_of
from adapters.slack_app.home import prompts
from adapters.slack_app.intake import Intake
from adapters.slack_app.modals import REASON, SHARE_VIEW, reason_in, reason_view, words_view
from adapters.slack_app.sending import Sender, as_body
from adapters.slack_app.settling import settled
from adapters.slack_app.sharing import Sharing
from adapters.slack_app.tags import Origin, read
from bot.advisor import Advisor

log = logging.getLogger(__name__)

Ack = Callable[..., Awaitable[Any]]
Body = dict[str, Any]
HEARD = "heard"  # in Bolt's context: what is to be answered
DOUBLE_TAP_SECONDS = 3.0
FEEDBACK_SECONDS = 2.0  # of the three that Slack gives a modal's submission

EVENTS = ("app_mention", "message", "app_home_opened")  # the manifest subscribes to these and no others


class Listeners:
    """The listeners of one Slack app."""

    def __init__(self, advisor: Callable[[], Advisor], api: Api, ear: Ear, intake: Intake, sender: Sender) -> None:
        self._advisor = advisor
        self._api = api
        self._ear = ear
        self._intake = intake
        self._sender = sender
        self._sharing = Sharing(advisor, sender)
        self._taps: OrderedDict[str, float] = OrderedDict()

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt. The first that matches runs, so what catches the rest comes last."""
        app.middleware(self.claim_first)
        app.event("app_mention")(self.on_words)
        app.event("message")(self.on_words)
        app.event("app_home_opened")(self.on_home)
        app.command(COMMAND)(self.on_asked)
        app.message_shortcut(SHORTCUT)(self.on_asked)
        app.action(SHARE)(self.on_share)
        app.action(FEEDBACK)(self.on_feedback)
        app.action(re.compile(".*"))(self.on_tap)
        app.view(SHARE_VIEW)(self.on_shared)
        app.view(REASON)(self.on_reason)
        app.event(re.compile(".*"))(self.on_nothing)  # or Slack would send it again and again

    async def claim_first(
        self,
        body: Body,
        context: AsyncBoltContext,
        next: Callable[[], Awaitable[Any]],  # noqa: A002  # Bolt's name
    ) -> BoltResponse | None:
        """Before anything is acknowledged: was it said to the bot, is it new, and is its claim written?"""
        try:
            if self._is_double_tap(body):
                return BoltResponse(status=200, body="")
            heard = self._ear.hear(body)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            log.warning("Slack sent something that can't be read (%s)", type(error).__name__)
            return BoltResponse(status=400, body="")
        if heard is not None and not await self._intake.accept(heard):
            return BoltResponse(status=200, body="")  # answered, or being answered
        context[HEARD] = heard
        await next()
        return None

    async def on_words(self, context: AsyncBoltContext) -> None:
        """A mention or a direct message; Bolt has acknowledged it."""
        self._answer(context)

    async def on_asked(self, ack: Ack, context: AsyncBoltContext) -> None:
        """A slash command or the message shortcut."""
        await ack()
        self._answer(context)

    async def on_tap(self, ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        """A button or menu: show what was chosen, and answer."""
        await ack()
        self._intake.spawn(self._settle(body))
        self._answer(context)

    async def on_feedback(self, ack: Ack, body: Body, context: AsyncBoltContext) -> None:
        """A thumb: kept at once; after a thumb down the reason may follow."""
        await ack()
        if context.get(HEARD) is None:
            await self._tell(body, notice(self._sender.voice.say("slack_feedback_theirs")))
            return
        self._answer(context)
        turn, value = value_of(body["actions"][0]).removeprefix("f:").rsplit(":", 1)
        if value == "down":
            await self._open(body, reason_view(turn, self._sender.voice))

    async def on_reason(self, ack: Ack, body: Body) -> None:
        """Why it was no help: kept before the modal closes, or it says that it could not be."""
        person = self._ear.person(self._team(body), body["user"]["id"])
        keeping = self._advisor().feedback(body["view"]["private_metadata"], person, "down", reason_in(body["view"]))
        try:
            kept = await asyncio.wait_for(keeping, FEEDBACK_SECONDS)
        except TimeoutError:
            kept = False
        if kept:
            await ack()
            return
        voice = self._sender.voice
        view = words_view(voice.say("slack_reason_title"), voice.say("slack_reason_failed"), voice)
        await ack(response_action="update", view=view)

    async def on_share(self, ack: Ack, body: Body) -> None:
        """A preview of what the channel would see."""
        await ack()
        await self._open(body, self._sharing.preview(body))

    async def on_shared(self, ack: Ack, body: Body) -> None:
        """Share it."""
        await ack()
        self._intake.spawn(self._sharing.post(body))

    async def on_home(self, body: Body) -> None:
        """The Home tab is shown as it is now; the Messages tab gets prompts. Nothing is written to anybody."""
        event, team = body["event"], body["team_id"]
        if event.get("tab") == "messages":
            self._intake.spawn(self._prompt(team, event["user"], event["channel"]))
        else:
            self._intake.spawn(self._show_home(team, event["user"], event.get("channel", "")))

    async def on_nothing(self) -> None:
        """An event that this app has no use for."""

    def _answer(self, context: AsyncBoltContext) -> None:
        heard: Heard | None = context.get(HEARD)
        if heard is not None:
            self._intake.answer(heard)

    def _is_double_tap(self, body: Body) -> bool:
        """The same person on the same button of the same message, again within three seconds."""
        if body.get("type") != "block_actions":
            return False
        container, action = body.get("container", {}), body["actions"][0]
        where = container.get("message_ts") or container.get("view_id")
        key = f"{where}:{body['user']['id']}:{action['action_id']}:{value_of(action)}"
        now = asyncio.get_running_loop().time()
        before = self._taps.pop(key, None)
        self._taps[key] = now
        while len(self._taps) > 1000:
            self._taps.popitem(last=False)
        return before is not None and now - before < DOUBLE_TAP_SECONDS

    async def _settle(self, body: Body) -> None:
        """Show the choice in place of its buttons. If that fails the answer still comes, and the buttons do no harm."""
        message = settled(body, title_of(body["actions"][0]), self._sender.voice)
        if message is None:
            return
        tag = read(body["actions"][0]["block_id"])
        if tag is None or tag.origin is not Origin.DIRECT:
            await self._sender.tell(body.get("response_url", ""), message, instead=True)
            return
        where = {"channel": body["channel"]["id"], "ts": body["container"]["message_ts"]}
        await self._harmless(self._api.call(self._team(body), "chat.update", **where, **as_body(message)))

    async def _show_home(self, team: str, user: str, direct: str) -> None:
        await self._harmless(self._sender.publish_home(team, user, direct))

    async def _prompt(self, team: str, user: str, channel: str) -> None:
        settings = await self._advisor().settings_of(self._ear.person(team, user))
        voice = self._sender.voice
        call = self._api.call(
            team,
            "assistant.threads.setSuggestedPrompts",  # without thread_ts, which the agent view does not take
            channel_id=channel,
            title=voice.say("slack_prompts_title"),
            prompts=prompts(voice, settings.role),
        )
        await self._harmless(call)

    async def _open(self, body: Body, view: dict[str, Any]) -> None:
        call = self._api.call(self._team(body), "views.open", trigger_id=body["trigger_id"], view=view)
        await self._harmless(call)

    async def _tell(self, body: Body, message: Message) -> None:
        await self._sender.tell(body.get("response_url", ""), message)

    @staticmethod
    async def _harmless(call: Awaitable[Any]) -> None:
        """What no answer depends on: if Slack refuses it, the log says so and nothing else happens."""
        try:
            await call
        except (SlackError, Undeliverable, TryAgain, OSError, TimeoutError) as error:
            log.info("not shown: %s", error)

    @staticmethod
    def _team(body: Body) -> str:
        return str((body.get("team") or {}).get("id") or body["user"]["team_id"])
