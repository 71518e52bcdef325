"""Answers per second end to end through HTTP, with 1, 2 and 4 processes of `advisor serve --http` on one store.

    PYTHONPATH=. .venv/bin/python benchmarks/http_rate.py [--messages 600] [--database postgresql://...] [--page FILE]

This process plays Slack and the load balancer: it signs direct messages, posts each to the next process in turn, and
takes the time until the answer is posted back to it. So many at once are always under way. Without a database they
share one SQLite file. The shipped knowledge, every message by a person and in a conversation of its own. All share the
machine's cores, the one who plays Slack too: read the ratios. Writes its section of `docs/scaling.md`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from aiohttp import web

from adapters.bootstrap import open_library
from benchmarks.page import put, scaling_arguments, stamp, table
from bot.knowledge.load import default_folder

BOT_TOKEN, SECRET = "xoxb-benchmark", secrets.token_hex(16)
PROCESSES = (1, 2, 4)
AT_ONCE = 32
START_SECONDS = 120.0
ROOT = Path(__file__).parent.parent


class Slack:
    """Slack's side: its API, and who waits for an answer in which channel."""

    def __init__(self) -> None:
        self.url = ""
        self._waiting: dict[str, asyncio.Future[float]] = {}

    async def method(self, request: web.Request) -> web.Response:
        """A method of Slack's API."""
        name, body = request.match_info["method"], await request.json() if request.can_read_body else {}
        if name == "chat.postMessage" and (waiting := self._waiting.pop(body["channel"], None)) is not None:
            waiting.set_result(time.perf_counter())
        return web.json_response({"ok": True, "user_id": "UBOT", "team_id": "T1", "team": "T", "ts": "1.1"})

    async def ask(self, session: aiohttp.ClientSession, address: str, run: str, number: int, text: str) -> float:
        """Send a message and wait for its answer. Seconds between the two."""
        channel = f"D{run}{number}"
        event = {"type": "message", "channel_type": "im", "channel": channel, "user": f"U{run}{number}"}
        event |= {"text": text, "ts": f"{1764000000 + number}.0001"}
        body = json.dumps({"type": "event_callback", "team_id": "T1", "event_id": channel, "event": event})
        stamp = str(int(time.time()))
        signature = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
        answered = self._waiting[channel] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        headers["Content-Type"] = "application/json"
        async with session.post(f"{address}/slack/events", data=body, headers=headers) as taken:
            taken.raise_for_status()
        return await asyncio.wait_for(answered, 60) - started


@asynccontextmanager
async def playing() -> AsyncIterator[Slack]:
    """Slack, listening on loopback."""
    slack, app = Slack(), web.Application()
    app.add_routes([web.post("/api/{method}", slack.method)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serving(slack: Slack, folder: Path, number: int, database: str) -> AsyncIterator[str]:
    """One `advisor serve --http`, ready. Its own data folder, the store and the key of all."""
    port = 18080 + number
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ADVISOR_DATA_DIR": str(folder / f"data{number}"),
        "ADVISOR_CACHE_DIR": str(folder / "cache"),
        "ADVISOR_DATABASE_URL": database or f"sqlite+aiosqlite:///{folder / 'shared.db'}",
        "ADVISOR_KEY": "0" * 64,
        "ADVISOR_OPERATOR": "Benchmark",
        "ADVISOR_HTTP_PORT": str(port),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack.url}/api",
        "SLACK_DEFAULT_NATION": "scotland",
    }
    with (folder / f"serve{number}.log").open("ab") as log:
        command = (sys.executable, "-m", "adapters.terminal.main", "serve", "--http")
        command += ("--knowledge", str(folder / "knowledge"))
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
    try:
        await _ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _ready(address: str, process: asyncio.subprocess.Process) -> None:
    end = time.monotonic() + START_SECONDS
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end and process.returncode is None:
            try:
                async with session.get(f"{address}/health/ready") as found:
                    if found.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError(f"{address} did not become ready; the log of that process says why")


async def measure(slack: Slack, addresses: list[str], texts: list[str]) -> dict[str, Any]:
    """Everything asked, AT_ONCE at a time, the processes in turn."""
    run, numbers, seconds = secrets.token_hex(3), iter(range(len(texts))), []

    async def worker(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            address = addresses[number % len(addresses)]
            seconds.append(await slack.ask(session, address, run, number, texts[number]))

    started = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(worker(session) for _ in range(AT_ONCE)))
    return {"rate": len(texts) / (time.perf_counter() - started), "seconds": seconds}


async def main(count: int, database: str) -> str:
    """The section."""
    started, rows = time.monotonic(), []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(default_folder(), folder / "knowledge")  # without question files: no second process asks them
        library = open_library(folder / "knowledge", folder / "cache")  # trained once, for every process
        questions = [text for entry in library.knowledge.entries.values() for text in entry.phrasings[:1]]
        texts = [questions[number % len(questions)] for number in range(count)]
        async with playing() as slack:
            for processes in PROCESSES:
                async with AsyncExitStack() as stack:
                    made = (serving(slack, folder, number, database) for number in range(processes))
                    addresses = [await stack.enter_async_context(one) for one in made]
                    await measure(slack, addresses, texts[: 20 * processes])  # connections open, first pages touched
                    found = await measure(slack, addresses, texts)
                times = [f"{1000 * np.percentile(found['seconds'], share):,.0f} ms" for share in (50, 99)]
                rows.append([str(processes), f"{found['rate']:,.0f}", *times])
    store = "PostgreSQL" if database else "one SQLite file"
    words = f"http_rate.py --messages {count}{' --database URL' if database else ''}"
    return (
        f"{count:,} direct messages over HTTP, {AT_ONCE} at a time, the shipped knowledge, {store}.\n\n"
        f"{table(['processes', 'answers a second', 'answer p50', 'answer p99'], rows)}\n"
        f"{stamp(words, time.monotonic() - started, 'which all share, the load generator and the database too')}"
    )


if __name__ == "__main__":
    parser = scaling_arguments(__doc__ or "")
    parser.add_argument("--messages", type=int, default=600, help="how many, for each number of processes")
    wanted = parser.parse_args()
    put(wanted.page, "http", asyncio.run(main(wanted.messages, wanted.database)))
