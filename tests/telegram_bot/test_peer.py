"""A smoke dialogue against telegram-test-api, a server that is not ours, behind the repairs of `peer.js`."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from fake_telegram.rig import parts_of, store_in
from fake_telegram.world import TOKEN
from peers import missing, npm_peer
from pydantic import SecretStr

from adapters.bootstrap import Library
from adapters.settings import TelegramSettings
from adapters.telegram_bot.channel import TelegramChannel

SCRIPT = Path(__file__).parent.parent / "fake_telegram" / "peer.js"
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann"}


class Peer:
    """The user's side of the peer."""

    def __init__(self, url: str, session: ClientSession) -> None:
        self.url = url
        self._session = session

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(f"{self.url}/{path}", json=body) as answer:
            return (await answer.json())["result"]

    async def say(self, text: str) -> None:
        body = {"botToken": TOKEN, "date": int(time.time()), "from": ANN, "chat": CHAT, "text": text}
        if text.startswith("/"):
            marked = [{"type": "bot_command", "offset": 0, "length": len(text)}]
            await self.post("sendCommand", **body, entities=marked)
        else:
            await self.post("sendMessage", **body)

    async def tap(self, data: str, message: Any) -> None:
        shown = {"message_id": message["messageId"], "date": int(time.time()), "chat": CHAT, "text": "..."}
        await self.post(
            "sendCallback", botToken=TOKEN, date=int(time.time()), data=data, message=shown, **{"from": ANN}
        )

    async def hears(self) -> Any:
        """The next thing the bot said."""
        for _ in range(200):
            found = await self.post("getUpdates", token=TOKEN, chatId="7")
            if found:
                return found[-1]
            await asyncio.sleep(0.05)
        raise AssertionError("the bot said nothing")

    async def all_said(self) -> str:
        return str(await self.post("getUpdatesHistory", token=TOKEN))


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    package = npm_peer("telegram-test-api", "package.json").parent
    node = shutil.which("node")
    if node is None:
        missing("node is not installed, so telegram-test-api can't run")
    with subprocess.Popen([str(node), str(SCRIPT), str(package.parent)], stdout=subprocess.PIPE, text=True) as found:
        yield found
        found.kill()


@pytest.fixture
async def peer(process: subprocess.Popen[str]) -> AsyncIterator[Peer]:
    assert process.stdout is not None
    port = int(await asyncio.to_thread(process.stdout.readline))
    async with ClientSession() as session:
        yield Peer(f"http://127.0.0.1:{port}", session)


async def test_a_smoke_dialogue_with_a_server_that_is_not_ours(peer: Peer, bread: Library, tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        settings = TelegramSettings(bot_token=SecretStr(TOKEN), api_url=peer.url)
        channel = TelegramChannel(settings, parts_of(bread, store))
        await channel.start()
        await peer.say("/start")
        hello = await peer.hears()
        assert "Anytown CVS runs me" in hello["message"]["text"]
        await peer.say("which rules hold for flour")
        fork = await peer.hears()
        assert "differs by nation" in fork["message"]["text"] or "texts differ" in fork["message"]["text"]
        await peer.tap("e:flour-rules:s", fork)
        for _ in range(200):
            if "Flour must be sieved twice." in await peer.all_said():
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("the tap was not answered")
        await peer.say("what is bread")
        assert "Bread is baked dough." in (await peer.hears())["message"]["text"]
        await channel.stop()
