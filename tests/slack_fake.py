"""A strict Slack of our own on loopback: refuses what Slack would, redelivers, limits, fails when told, remembers all.

It shares no code with the adapter. What nobody could try against the real Slack is taken from its documentation.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_strict import problems
from slack_world import ANN, APP_TOKEN, BOT, BOT_TOKEN, SECRET, TEAM, until

SCOPES = "app_mentions:read,assistant:write,chat:write,commands,im:history"
CHANNELS = {"C1", "C2", "G1", "D1"}
VIEWS = {"views.open", "views.publish", "views.update"}
NEEDED = {  # method -> what Slack will not do without
    "chat.postMessage": {"channel", "text", "blocks", "unfurl_links", "unfurl_media"},
    "chat.postEphemeral": {"channel", "user", "text", "blocks"},
    "chat.update": {"channel", "ts", "text", "blocks"},
    "views.open": {"trigger_id", "view"},
    "views.publish": {"user_id", "view"},
    "assistant.threads.setStatus": {"channel_id", "thread_ts", "status"},
    "assistant.threads.setSuggestedPrompts": {"channel_id", "prompts"},
}


@dataclass(frozen=True)
class Call:
    """One call that was taken."""

    method: str
    body: dict[str, Any]
    at: float

    @property
    def channel(self) -> str:
        return str(self.body.get("channel", ""))


@dataclass(frozen=True)
class Fault:
    """What a method answers in place of doing its work."""

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    hang: float = 0.0


@dataclass
class FakeSlack:
    """The server. `faults[method]` are used up one a call; `only_for` limits them to one channel."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    unknown: set[str] = field(default_factory=set)
    acks: dict[str, float] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    scopes: str = SCOPES
    over: set[str] = field(default_factory=set)
    events_url: str = ""
    on_post: Callable[[Call], None] = lambda call: None
    channels: set[str] = field(default_factory=lambda: set(CHANNELS))
    _socket: web.WebSocketResponse | None = None
    _connected: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    def of(self, method: str, channel: str = "") -> list[Call]:
        return [call for call in self.calls if call.method == method and (not channel or call.channel == channel)]

    def posts(self, channel: str = "") -> list[Call]:
        return self.of("chat.postMessage", channel)

    def whispers(self) -> list[Call]:
        return self.of("chat.postEphemeral")

    def new_ts(self) -> str:
        self._count += 1
        return f"1764000000.{self._count:06d}"

    # --- what Slack does to the app -------------------------------------------------------------------------------

    async def deliver(self, payload: dict[str, Any], kind: str = "events_api", retry: int = 0) -> str:
        """Send an envelope over the socket; its id, under which the acknowledgement is found."""
        await asyncio.wait_for(self._connected.wait(), 10)
        envelope = str(uuid.uuid4())
        assert self._socket is not None
        self.sent[envelope] = time.monotonic()
        whole = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if retry:
            whole |= {"retry_attempt": retry, "retry_reason": "timeout"}
        await self._socket.send_str(json.dumps(whole))
        return envelope

    async def acknowledged(self, envelope: str) -> float:
        """Wait for an envelope's acknowledgement; the seconds it took."""
        await until(lambda: envelope in self.acks)
        return self.acks[envelope] - self.sent[envelope]

    def forget_socket(self) -> None:
        """The app has gone; the next `deliver` waits for its next connection."""
        self._connected.clear()

    async def drop(self) -> None:
        """Close the socket, as Slack does every few hours."""
        self._connected.clear()
        if self._socket is not None:
            await self._socket.close()

    async def over_http(
        self, payload: dict[str, Any], *, form: bool = False, headers: dict[str, str] | None = None, body: str = ""
    ) -> int:
        """Post as Slack does over HTTP, signed; the status that came back."""
        found = body or (urlencode({"payload": json.dumps(payload)}) if form else json.dumps(payload))
        stamp = str(int(time.time()))
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        known = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(found, stamp), "Content-Type": kind}
        all_headers = {**known, **(headers or {})}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.events_url, data=found, headers=all_headers) as answer,
        ):
            return answer.status

    # --- what the app does to Slack -------------------------------------------------------------------------------

    async def method(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body: dict[str, Any] = await request.json() if request.can_read_body else {}
        wanted = APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return self._no("invalid_auth")
        if name in self.unknown:
            return self._no("unknown_method")
        if self.faults[name]:
            fault = self.faults[name].popleft()
            await asyncio.sleep(fault.hang)
            if fault.status == 429:
                headers = {"Retry-After": str(fault.retry_after)}
                return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
            if fault.status >= 500:
                return web.Response(status=fault.status, text="<html>oh no</html>", content_type="text/html")
            if fault.error:
                return self._no(fault.error)
        wrong = self._wrong(name, body)
        if wrong:
            self.refused.append(f"{name}: {wrong}")
            return self._no(wrong.split(":")[0])
        call = Call(name, body, time.monotonic())
        self.calls.append(call)
        if name == "chat.postMessage":
            self.on_post(call)
        return self._yes(name, body)

    def _wrong(self, name: str, body: dict[str, Any]) -> str:
        missing = NEEDED.get(name, set()) - set(body)
        if missing == {"blocks"} and name in {"chat.postMessage", "chat.postEphemeral"}:
            missing = set()  # words alone are a message too
        if missing:
            return f"invalid_arguments: without {sorted(missing)}"
        channel = body.get("channel", body.get("channel_id", ""))
        if channel and channel not in self.channels and not (name == "chat.postMessage" and channel.startswith("U")):
            return "channel_not_found"
        if name in VIEWS:
            view = body["view"]
            if view["type"] == "modal" and not all(
                len(view[k]["text"]) <= 24 for k in ("title", "submit", "close") if k in view
            ):
                return "invalid_arguments: a modal's title or button is too long"
            if len(view.get("private_metadata", "")) > 3000:
                return "invalid_arguments: private_metadata"
            found = problems({"blocks": view["blocks"]}, most=100, shared_by=ANN)
            if any(block["type"] == "context_actions" for block in view["blocks"]):
                found.append("feedback buttons outside a message")
            return f"invalid_arguments: {found}" if found else ""
        if name == "assistant.threads.setSuggestedPrompts":
            bad = "thread_ts" in body or not 1 <= len(body["prompts"]) <= 4
            return "invalid_arguments: prompts" if bad else ""
        if "blocks" in body:
            found = problems(body, shared_by=ANN if name == "chat.postMessage" else "")
            return f"invalid_blocks: {found}" if found else ""
        return ""

    def _yes(self, name: str, body: dict[str, Any]) -> web.Response:
        more: dict[str, Any] = {}
        if name == "auth.test":
            more = {"team": "Anytown", "team_id": TEAM, "user": "advisor", "user_id": BOT, "bot_id": "BBOT"}
        if name == "apps.connections.open":
            more = {"url": f"{self.url.replace('http', 'ws')}/socket"}
        if name == "chat.postMessage":
            more = {"channel": body["channel"], "ts": self.new_ts()}
        return web.json_response({"ok": True, **more}, headers={"x-oauth-scopes": self.scopes})

    @staticmethod
    def _no(error: str) -> web.Response:
        return web.json_response({"ok": False, "error": error})

    async def respond(self, request: web.Request) -> web.Response:
        if request.match_info["id"] in self.over:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        body = await request.json()
        found = problems(body)
        if found:
            self.refused.append(f"response_url: {found}")
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        self.calls.append(Call("response_url", body, time.monotonic()))
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        found = web.WebSocketResponse()
        await found.prepare(request)
        self._socket = found
        await found.send_str(json.dumps({"type": "hello"}))
        self._connected.set()
        async for message in found:
            if message.type is aiohttp.WSMsgType.TEXT:
                answer = json.loads(message.data)
                self.acks.setdefault(answer["envelope_id"], time.monotonic())
                if "payload" in answer:
                    self.calls.append(Call("ack", answer["payload"], time.monotonic()))
        return found


def sign(body: str, stamp: str, secret: str = SECRET) -> str:
    """Slack's signature, from its documentation."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()


@asynccontextmanager
async def fake_slack(port: int = 0) -> AsyncIterator[FakeSlack]:
    """The server, listening."""
    fake = FakeSlack()
    app = web.Application()
    app.add_routes(
        [
            web.post("/api/{method}", fake.method),
            web.post("/respond/{id}", fake.respond),
            web.get("/socket", fake.socket),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        await runner.cleanup()


# --- what people do, as Slack tells it ------------------------------------------------------------------------------


def event(found: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    """An event as it is delivered."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A1",
        "event_id": event_id or uuid.uuid4().hex,
        "event": found,
    }


def mention(text: str, ts: str, channel: str = "C1", user: str = ANN, **more: Any) -> dict[str, Any]:
    return event(
        {"type": "app_mention", "user": user, "text": f"<@{BOT}> {text}", "ts": ts, "channel": channel, **more}
    )


def direct(text: str, ts: str, user: str = ANN, **more: Any) -> dict[str, Any]:
    found = {"type": "message", "channel_type": "im", "user": user, "text": text, "ts": ts, "channel": "D1", **more}
    return event(found)


def command(fake: FakeSlack, text: str, channel: str = "C1", url: str = "one") -> dict[str, Any]:
    return {
        "command": "/advisor", "text": text, "team_id": TEAM, "channel_id": channel, "user_id": ANN,
        "trigger_id": uuid.uuid4().hex, "response_url": f"{fake.url}/respond/{url}", "api_app_id": "A1",
    }  # fmt: skip


def shortcut(fake: FakeSlack, text: str) -> dict[str, Any]:
    return {
        "type": "message_action", "callback_id": "ask_advisor", "team": {"id": TEAM}, "user": {"id": ANN},
        "channel": {"id": "C1"}, "message": {"text": text, "user": "U2", "ts": "1.2"}, "trigger_id": uuid.uuid4().hex,
        "message_ts": "1.2", "response_url": f"{fake.url}/respond/one",
    }  # fmt: skip


def tap(
    fake: FakeSlack,
    message: dict[str, Any],
    action: dict[str, Any],
    channel: str = "C1",
    user: str = ANN,
    ts: str = "1.5",
) -> dict[str, Any]:
    """A tap on a message that was sent."""
    return {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": "A1",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel}, "channel": {"id": channel},
        "message": {"ts": ts, "text": message.get("text", ""), "blocks": message.get("blocks", [])},
        "trigger_id": uuid.uuid4().hex, "response_url": f"{fake.url}/respond/tap",
        "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
    }  # fmt: skip


def home_tap(view: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    """A tap on the Home tab."""
    return {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": ANN, "team_id": TEAM}, "api_app_id": "A1",
        "container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", **view}, "trigger_id": uuid.uuid4().hex,
        "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
    }  # fmt: skip


def submission(view: dict[str, Any], view_id: str = "V2", values: dict[str, Any] | None = None) -> dict[str, Any]:
    """A modal sent off."""
    return {
        "type": "view_submission", "team": {"id": TEAM}, "user": {"id": ANN, "team_id": TEAM}, "api_app_id": "A1",
        "view": {"id": view_id, "team_id": TEAM, "state": {"values": values or {}}, **view}, "trigger_id": "t",
    }  # fmt: skip
