"""The Slack channel: its parts joined, and started and stopped in either mode.

Socket Mode needs no public address: one process, Slack's events over a socket we open. HTTP is for those who have one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.channel import Health, Parts
from adapters.delivery import Delivery, TryAgain, Undeliverable
from adapters.settings import SlackSettings
from adapters.slack_app.api import Api, SlackError, TokenFor, call, make_client
from adapters.slack_app.blocks import letter
from adapters.slack_app.hearing import CHANNEL, Ear
from adapters.slack_app.intake import CLAIM_SECONDS, GIVEN_UP_AFTER, Intake
from adapters.slack_app.listeners import Listeners
from adapters.slack_app.pacing import INTERVAL, Pacer
from adapters.slack_app.sending import Sender
from adapters.slack_app.signature import BAD_REQUEST, OK, Doorkeeper
from adapters.slack_app.status import AFTER, StatusLine
from bot.errors import AdvisorError, StoreUnavailable
from bot.model import Reply, Utterance

log = logging.getLogger(__name__)

PATH = "/slack/events"
AT_ONCE = 4  # questions in the core together: their acknowledgements, which are due in three seconds, come first
PING_SECONDS = 10


class SlackChannel:
    """One Slack app. `token_for` gives a workspace's bot token; today there is one workspace."""

    name = CHANNEL

    def __init__(
        self,
        settings: SlackSettings,
        parts: Parts,
        token_for: TokenFor,
        *,
        http: bool,
        interval: float = INTERVAL,
        status_after: float = AFTER,
        claim_seconds: float = CLAIM_SECONDS,
        stop_seconds: float = GIVEN_UP_AFTER,
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._token_for = token_for
        self._http = http
        self._pacer = Pacer(interval)
        self._status_after = status_after
        self._claim_seconds = claim_seconds
        self._stop_seconds = stop_seconds
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._doorkeeper = Doorkeeper(settings.signing_secret.get_secret_value()) if http else None
        self._stopping = False
        self._session: aiohttp.ClientSession | None = None
        self._bolt: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._intake: Intake | None = None
        self._sender: Sender | None = None
        self._team = ""

    async def start(self) -> None:
        """Learn who we are, answer what is pending, and begin to hear. AdvisorError says what is wrong."""
        self._session = aiohttp.ClientSession()
        try:
            await self._start(self._session)
        except BaseException:
            await self.stop()  # nothing may be left at work on a store that is closed next
            raise

    async def _start(self, session: aiohttp.ClientSession) -> None:
        parts, settings = self._parts, self._settings
        api = Api(self._token_for, settings.api_url, session)
        who = await _who(make_client(settings.bot_token.get_secret_value(), settings.api_url, session))
        status = StatusLine(api, lambda: parts.advisor().voice.say("slack_status"), self._status_after)
        ear = Ear(parts.pseudonyms, parts.clock, settings.default_nation, settings.channel_nations)
        self._team = who["team_id"]
        self._sender = sender = Sender(parts.advisor, api, self._pacer, status, ear.person)
        delivery = Delivery(self._answer, parts.claims, sender)
        self._intake = Intake(delivery, parts.claims, status, self._claim_seconds)
        self._bolt = self._make_bolt(who, api)
        Listeners(parts.advisor, api, ear, self._intake, sender).register(self._bolt)
        self._intake.spawn(self._resume(delivery))
        self._sweeping = asyncio.create_task(delivery.sweep(CHANNEL))
        if not self._http:
            self._socket = await self._connect(self._bolt, session)

    async def stop(self) -> None:
        """Hear no more, answer what was accepted, let go."""
        self._stopping = True
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]  # the SDK left it so
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping  # it must be out of the store before the store closes
        if self._intake is not None:
            await self._intake.drain(self._stop_seconds)
        if self._session is not None:
            await self._session.close()

    @property
    def idle(self) -> bool:
        """Nothing is being heard, answered or sent."""
        return self._intake is None or not self._intake.busy

    def routes(self) -> Iterable[web.RouteDef]:
        """Where Slack posts in HTTP mode."""
        return [web.post(PATH, self._over_http)] if self._http else []

    def health(self) -> Health:
        """Connected, and nothing waiting to be sent that could not be."""
        if self._bolt is None or self._intake is None or self._stopping:
            return Health(False, "not started")
        unsent = self._intake.unsent
        waiting = f"; {unsent} answers could not be sent at once, and are tried again" if unsent else ""
        if self._socket is not None:
            session = self._socket.client.current_session
            if session is None or session.closed:
                return Health(False, f"the socket to Slack is closed; it is being opened again{waiting}")
        return Health(True, f"{'HTTP' if self._http else 'Socket Mode'}{waiting}")

    @property
    def tells_maintainers(self) -> bool:
        """Whether SLACK_DIGEST_CHANNEL is set."""
        return bool(self._settings.digest_channel)

    async def tell_maintainers(self, text: str) -> None:
        """Post to the channel set. AdvisorError says why if it could not be."""
        if self._sender is None:
            raise AdvisorError("Slack is not connected yet.")
        try:
            await self._sender.post(self._team, self._settings.digest_channel, letter(text))
        except (SlackError, Undeliverable, TryAgain, aiohttp.ClientError, TimeoutError) as error:
            raise AdvisorError(
                f"Slack did not take a message for SLACK_DIGEST_CHANNEL ({error}). Invite the bot to that channel "
                "(/invite), and see that its id is right."
            ) from None

    async def _answer(self, utterance: Utterance) -> Reply:
        async with self._gate:
            if self._intake is not None:
                await self._intake.calm()
            return await self._parts.advisor().answer(utterance)

    async def _resume(self, delivery: Delivery) -> None:
        try:
            await delivery.resume(CHANNEL, alone=self._parts.alone)
        except StoreUnavailable:
            log.warning("the store is down; what was left over on Slack is looked for again when it answers")

    def _make_bolt(self, who: dict[str, str], api: Api) -> AsyncApp:
        async def authorize(team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None,
                team_id=team_id,
                bot_token=self._token_for(team_id or ""),
                bot_user_id=who["user_id"],
                bot_id=who.get("bot_id"),
            )

        return AsyncApp(
            name="advisor",
            client=make_client(None, self._settings.api_url, api.session),
            authorize=authorize,
            signing_secret="",
            request_verification_enabled=False,  # the doorkeeper has checked it, without a traceback for nonsense
            attaching_conversation_kwargs_enabled=False,  # we keep the status and prompts ourselves
        )

    async def _connect(self, bolt: AsyncApp, session: aiohttp.ClientSession) -> AsyncSocketModeHandler:
        token = self._settings.app_token.get_secret_value()
        client = make_client(token, self._settings.api_url, session)
        try:
            opened = await call(client, "apps.connections.open")
        except (SlackError, Undeliverable, TryAgain, aiohttp.ClientError, TimeoutError) as error:
            raise AdvisorError(
                f"Slack does not open a socket ({error}). See that SLACK_APP_TOKEN is an app-level token with "
                "connections:write and that Socket Mode is on; advisor doctor says more."
            ) from None
        handler = AsyncSocketModeHandler(bolt, token, web_client=client, ping_interval=PING_SECONDS)
        handler.client.wss_uri = opened["url"]  # or the SDK would ask for it, and ask for ever if it is refused
        await handler.connect_async()  # type: ignore[no-untyped-call]  # the SDK left it so
        return handler

    async def _over_http(self, request: web.Request) -> web.Response:
        if self._bolt is None or self._doorkeeper is None or self._stopping:
            return web.Response(status=503)  # Slack sends it again
        body, headers = await request.read(), request.headers
        verdict = self._doorkeeper.check(
            body, headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
        )
        text = body.decode(errors="replace")
        if verdict == OK and not _is_readable(text, request.content_type):
            verdict = BAD_REQUEST
        if verdict != OK:
            return web.Response(status=verdict)
        try:
            bolt_request = AsyncBoltRequest(body=text, query=request.query_string, headers=dict(headers))
            answer = await self._bolt.async_dispatch(bolt_request)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            log.warning("a signed request can't be read (%s)", type(error).__name__)  # Bolt looks before it asks us
            return web.Response(status=BAD_REQUEST)
        return await to_aiohttp_response(answer)


def _is_readable(text: str, content_type: str) -> bool:
    """Whether a body is one of the two shapes Slack sends: JSON, or a form that may hold JSON as its payload."""
    try:
        if content_type == "application/json":
            return _has_shape(json.loads(text))
        form = parse_qs(text, strict_parsing=True)
        return "payload" not in form or _has_shape(json.loads(form["payload"][0]))
    except ValueError:
        return False


def _has_shape(payload: object) -> bool:
    """Whether Bolt can take it: it looks at a tap's first action before any listener is asked."""
    if not isinstance(payload, dict):
        return False
    actions = payload.get("actions", [{}])
    return isinstance(actions, list) and bool(actions) and isinstance(actions[0], dict)


async def _who(client: AsyncWebClient) -> dict[str, str]:
    """The bot's own ids. AdvisorError if the token is not taken."""
    try:
        return await call(client, "auth.test")
    except (SlackError, Undeliverable) as error:
        raise AdvisorError(
            f"Slack does not take SLACK_BOT_TOKEN ({error}). Copy it again from OAuth & Permissions; if the app was "
            "uninstalled or its scopes changed, install it again."
        ) from None
    except (TryAgain, aiohttp.ClientError, TimeoutError) as error:
        raise AdvisorError(
            f"Slack can't be reached ({type(error).__name__}). See that this machine reaches it."
        ) from None
