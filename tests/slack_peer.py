"""local-slack, a Slack-compatible server that is not ours, run for a test and driven as people would."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from peers import npm_peer
from slack_world import ANN, APP_TOKEN, BEN, BOT, BOT_TOKEN, SECRET, TEAM

CHANNEL, OTHER, DIRECT = "C1", "C2", "D1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def local_slack(folder: Path, events_url: str = "", channels: int = 0) -> Iterator[Peer]:
    """The server, ready. `events_url` turns Socket Mode into HTTP events."""
    program = npm_peer("local-slack-linux-x64", "bin", "local-slack")
    mode = {"mode": "events", "requestUrl": events_url} if events_url else {"mode": "socket"}
    app = {"appId": "A1", "botUserId": BOT, "botName": "advisor", "botToken": BOT_TOKEN, "appToken": APP_TOKEN}
    names = {CHANNEL: "general", OTHER: "buying", **{f"C9{n:04d}": f"c{n}" for n in range(channels)}}
    people = [{"id": u, "name": n, "real_name": n, "email": f"{n}@x.example"} for u, n in ((ANN, "ann"), (BEN, "ben"))]
    config = {
        "workspace": {"name": "Anytown", "domain": "anytown", "teamId": TEAM},
        "apps": [{**app, "signingSecret": SECRET, **mode}],
        "users": people,
        "channels": [
            *({"id": i, "name": n, "members": [ANN, BEN, BOT]} for i, n in names.items()),
            {"id": DIRECT, "name": "dm", "members": [ANN, BOT], "is_im": True, "is_channel": False},
        ],
    }
    path, port = folder / "local-slack.json", free_port()
    path.write_text(json.dumps(config))  # JSON is YAML
    environment = {"TMPDIR": str(folder), "PATH": "/usr/bin:/bin"}  # it leaves files in the temporary folder
    command = [str(program), "--config", str(path), "--port", str(port), "--base-host", "127.0.0.1"]
    with (folder / "local-slack.log").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            _wait_for(port, process)
            yield Peer(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("local-slack did not start")


class Peer:
    """Drives the server and reads what the bot sent."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.api_url = f"{base}/api"

    async def post(self, what: str, **body: Any) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.base}/_control/{what}", json=body) as answer,
        ):
            found: dict[str, Any] = await answer.json()
            return found

    async def say(self, text: str, channel: str = CHANNEL, user: str = ANN, thread: str = "") -> dict[str, Any]:
        more = {"thread_ts": thread} if thread else {}
        return await self.post("message", channel=channel, user=user, text=text, **more)

    async def mention(self, text: str, channel: str = CHANNEL, user: str = ANN, thread: str = "") -> dict[str, Any]:
        return await self.say(f"<@{BOT}> {text}", channel, user, thread)

    async def command(self, text: str, channel: str = CHANNEL, user: str = ANN) -> None:
        await self.post("command", channel=channel, user=user, command="/advisor", text=text)

    async def tap(self, message: dict[str, Any], title: str, user: str = ANN, channel: str = CHANNEL) -> None:
        action = find_action(message, title)
        await self.post("interact", channel=channel, messageTs=message["ts"], user=user, action=action)

    async def get(self, what: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(f"{self.base}/_control/{what}") as answer:
            return await answer.json()

    async def said(self, channel: str = CHANNEL, count: int = 1, seconds: float = 10.0) -> list[dict[str, Any]]:
        """What the bot said in a channel, once there are `count` messages."""
        end = time.monotonic() + seconds
        while True:
            found = await self.get(f"messages/{channel}")
            messages = [m for m in (found["messages"] if isinstance(found, dict) else found) if m.get("user") == BOT]
            if len(messages) >= count:
                return messages
            assert time.monotonic() < end, f"{len(messages)} of {count} messages in {channel}"
            await asyncio.sleep(0.03)


def find_action(message: dict[str, Any], title: str) -> dict[str, Any]:
    """The button, menu option or thumb with that title, as a tap on it is told."""
    for block in message["blocks"]:
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            common = {"action_id": element.get("action_id"), "block_id": block.get("block_id"), "type": element["type"]}
            if element["type"] == "button" and element["text"]["text"] == title:
                return {**common, "value": element["value"], "text": element["text"]}
            if element["type"] == "static_select":
                for option in element["options"]:
                    if option["text"]["text"] == title:
                        return {**common, "selected_option": option}
            if element["type"] == "feedback_buttons":
                for thumb in (element["positive_button"], element["negative_button"]):
                    if thumb["text"]["text"] == title:
                        return {**common, "value": thumb["value"], "text": thumb["text"]}
    raise AssertionError(f"nothing called {title!r} to tap")
