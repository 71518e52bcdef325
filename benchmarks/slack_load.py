"""Many mentions at once through the Slack channel, beside a bare Bolt app that only echoes. On loopback, no real Slack.

    PYTHONPATH=. .venv/bin/python benchmarks/slack_load.py [--mentions 1000] [--channels 200]

A process of its own plays Slack: it sends every mention at once over one socket, and takes the time from sending an
event to its acknowledgement and to its answer. Both apps run in Socket Mode over the same SDK and session, with the
limit of one post a second a channel lifted. The difference between the two is our code: hearing, the claim and the
turn in SQLite, the core with the shipped knowledge, and the blocks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.bootstrap import make_advisor, now, open_library
from adapters.channel import Parts
from adapters.settings import SlackSettings
from adapters.slack_app.api import call, make_client
from adapters.slack_app.app import SlackChannel
from bot.knowledge.load import default_folder
from bot.model import Nation
from bot.store.keys import Pseudonyms
from bot.store.store import open_store

BOT_TOKEN, APP_TOKEN = "xoxb-benchmark", "xapp-benchmark"  # of a server on loopback
LONGEST = 300.0


class Slack:
    """Plays Slack: sends mentions, and notes when each was acknowledged and answered."""

    def __init__(self) -> None:
        self.socket: web.WebSocketResponse | None = None
        self.sent: dict[str, float] = {}
        self.acked: dict[str, float] = {}
        self.answered: dict[str, list[float]] = {}
        self.done = asyncio.Event()

    async def method(self, request: web.Request) -> web.Response:
        """A method of Slack's."""
        name, body = request.match_info["method"], await request.json() if request.can_read_body else {}
        if name == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"ws://{request.host}/socket"})
        if name in {"chat.postMessage", "chat.postEphemeral"}:
            self.answered.setdefault(body["thread_ts"], []).append(time.perf_counter())
            if len(self.answered) == len(self.sent):
                self.done.set()
        return web.json_response({"ok": True, "user_id": "UBOT", "team_id": "T1", "team": "T", "ts": "1.1"})

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """The app's socket."""
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.acked.setdefault(json.loads(message.data)["envelope_id"], time.perf_counter())
        return self.socket

    async def run(self, request: web.Request) -> web.Response:
        """Send every mention at once, wait until each has its answer, and tell the times."""
        texts, channels = await request.json(), int(request.query["channels"])
        self.sent, self.acked, self.answered, self.done = {}, {}, {}, asyncio.Event()
        assert self.socket is not None  # noqa: S101  # the app has connected before it asks for a run
        for number, text in enumerate(texts):
            ts = f"{1764000000 + number}.000100"
            event = {"type": "app_mention", "user": f"U{number}", "text": f"<@UBOT> {text}", "ts": ts}
            event["channel"] = f"C{number % channels}"
            payload = {"type": "event_callback", "team_id": "T1", "event_id": ts, "event": event}
            self.sent[ts] = time.perf_counter()
            await self.socket.send_str(json.dumps({"envelope_id": ts, "type": "events_api", "payload": payload}))
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                await self.done.wait()
        await asyncio.sleep(1.0)  # for answers that should not be
        return web.json_response(
            {
                "answer": [self.answered[ts][0] - at for ts, at in self.sent.items() if ts in self.answered],
                "ack": [self.acked[ts] - at for ts, at in self.sent.items() if ts in self.acked],
                "times": Counter(len(self.answered.get(ts, [])) for ts in self.sent),
                "seconds": max(at for found in self.answered.values() for at in found) - min(self.sent.values()),
            }
        )


async def play_slack() -> None:
    """The server's process: prints its port, runs until it is ended."""
    slack, app = Slack(), web.Application(client_max_size=10_000_000)
    routes = [web.post("/api/{method}", slack.method), web.get("/socket", slack.connect), web.post("/run", slack.run)]
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def measure(base: str, texts: list[str], channels: int) -> dict[str, Any]:
    """One run, driven by the server."""
    timeout = aiohttp.ClientTimeout(total=LONGEST + 30)
    where = {"channels": channels}
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(f"{base}/run", params=where, json=texts) as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found


async def echo(base: str, texts: list[str], channels: int) -> dict[str, Any]:
    """A bare Bolt app: no claim, no store, no answer to find; it says back what it heard."""
    async with aiohttp.ClientSession() as session:
        client = make_client(BOT_TOKEN, f"{base}/api", session)
        app = AsyncApp(client=client)

        @app.event("app_mention")
        async def heard(event: dict[str, Any]) -> None:
            await call(client, "chat.postMessage", channel=event["channel"], thread_ts=event["ts"], text=event["text"])

        handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=make_client(APP_TOKEN, f"{base}/api", session))
        await handler.connect_async()
        try:
            return await measure(base, texts, channels)
        finally:
            await handler.close_async()


async def ours(base: str, texts: list[str], channels: int) -> dict[str, Any]:
    """The whole channel on the shipped knowledge, with a store on SQLite."""
    library = open_library(default_folder(), None)
    settings = SlackSettings(
        bot_token=SecretStr(BOT_TOKEN),
        app_token=SecretStr(APP_TOKEN),
        api_url=f"{base}/api",
        default_nation=Nation.SCOTLAND,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_store(f"sqlite+aiosqlite:///{folder / 'a.db'}", folder / "spool.jsonl", now) as store:
            advisor = make_advisor(library, store.log)
            parts = Parts(lambda: advisor, store.claims, Pseudonyms(b"k" * 32), now, store.leaders)
            channel = SlackChannel(settings, parts, lambda team: BOT_TOKEN, http=False, interval=0.0)
            await channel.start()
            try:
                return await measure(base, texts, channels)
            finally:
                await channel.stop()


def at(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def told(name: str, found: dict[str, Any]) -> str:
    """A row of the table."""
    answer, ack = found["answer"], found["ack"]
    times = ", ".join(f"{count} x {number}" for number, count in sorted(found["times"].items()))
    return (
        f"| {name} | {times} | {at(answer, 0.5):.2f} s | {at(answer, 0.99):.2f} s | {at(ack, 0.5):.2f} s "
        f"| {max(ack):.2f} s | {len(answer) / found['seconds']:.0f}/s |"
    )


async def main(mentions: int, channels: int) -> int:
    """Both runs, then the table. Exit code 1 if a mention was not answered exactly once."""
    questions = [entry.question for entry in open_library(default_folder(), None).knowledge.entries.values()]
    texts = [questions[number % len(questions)] for number in range(mentions)]
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--play-slack", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None  # noqa: S101  # it is a pipe
    try:
        base = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        bare = await echo(base, texts, channels)
        whole = await ours(base, texts, channels)
    finally:
        server.terminate()
        await server.wait()
    print(f"{mentions} mentions at once over {channels} channels")
    print("| app | answers a mention | answer p50 | answer p99 | ack p50 | ack longest | pace |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(told("bare Bolt echo", bare))
    print(told("the advisor", whole))
    share = 1 - bare["seconds"] / whole["seconds"]
    print(f"Share of the advisor's time in our code, the store and the core: {share:.0%}.")
    return 0 if whole["times"] == {"1": mentions} else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mentions", type=int, default=1000, help="how many, all at once")
    parser.add_argument("--channels", type=int, default=200, help="over how many channels")
    parser.add_argument("--play-slack", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.play_slack:
        asyncio.run(play_slack())
    else:
        sys.exit(asyncio.run(main(wanted.mentions, wanted.channels)))
