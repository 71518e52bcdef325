"""`advisor serve`: health, figures, bounds on what is sent to it, and an orderly end, with a channel of our own on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters import serve as serving
from adapters import web as site
from adapters.channel import Health, Parts
from adapters.delivery import Delivery
from adapters.settings import AllSettings, read_all
from bot.knowledge.load import default_folder
from bot.model import Outcome, Reply, Utterance, UtteranceKind


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped knowledge without question files beside it, which a second process would ask at every start."""
    folder = tmp_path_factory.mktemp("serve") / "knowledge"
    shutil.copytree(default_folder(), folder)
    return folder


class Echo:
    """A channel over HTTP: POST /echo {"id", "text"} is accepted with 200 and its answer kept in `sent`."""

    name = "echo"
    never_on = False

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.sent: dict[str, Reply] = {}
        self.told: list[str] = []
        self.slow = 0.0
        self.state = Health(True)
        self._news = asyncio.Condition()
        self._open: set[asyncio.Task[bool]] = set()
        self._delivery = Delivery(lambda u: self.parts.advisor().answer(u), parts.claims, self._send)

    async def _send(self, reply: Reply, address: Mapping[str, str]) -> None:
        await asyncio.sleep(self.slow)
        async with self._news:
            self.sent[address["id"]] = reply
            self._news.notify_all()

    async def has_sent(self, count: int) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= count), 30)

    async def start(self) -> None:
        if self.never_on:
            await asyncio.Event().wait()
        await self._delivery.resume(self.name, alone=True)

    async def stop(self) -> None:
        await asyncio.gather(*self._open)

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/echo", self._receive)]

    def health(self) -> Health:
        return self.state

    @property
    def tells_maintainers(self) -> bool:
        return True

    async def tell_maintainers(self, text: str) -> None:
        async with self._news:
            self.told.append(text)
            self._news.notify_all()

    async def has_told(self, count: int) -> None:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.told) >= count), 30)

    async def _receive(self, request: web.Request) -> web.Response:
        found = await request.json()
        words = UtteranceKind.TEXT, found["text"], found["id"], "ann", found["id"], self.name, self.parts.clock()
        utterance, address = Utterance(*words), {"id": found["id"]}
        if await self._delivery.accept(utterance, address):
            task = asyncio.create_task(self._delivery.answer_accepted(utterance, address))
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        return web.Response()


class Running:
    def __init__(self, url: str, echo: Echo, stopping: asyncio.Event, task: asyncio.Task[None]) -> None:
        self.url, self.echo, self.stopping, self.task = url, echo, stopping, task


@asynccontextmanager
async def running(monkeypatch: pytest.MonkeyPatch, knowledge: Path) -> AsyncIterator[Running]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("ADVISOR_HTTP_PORT", str(port))
    monkeypatch.setenv("ADVISOR_OPERATOR", "Anytown CVS")
    made: list[Echo] = []
    started = asyncio.Event()

    def make(settings: AllSettings, parts: Parts, http: bool) -> list[Echo]:
        made.append(Echo(parts))
        started.set()
        return made

    stopping = asyncio.Event()
    task = asyncio.create_task(serving.serve(knowledge, read_all(), stopping, http=True, make=make))  # type: ignore[arg-type]
    await asyncio.wait_for(started.wait(), 30)
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        for _ in range(100):
            try:
                async with session.get(f"{url}/health/live") as found:
                    assert found.status == 200
                    break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)
    try:
        yield Running(url, made[0], stopping, task)
    finally:
        stopping.set()
        await task


async def test_it_tells_how_it_is_and_counts_what_it_does(monkeypatch: pytest.MonkeyPatch, knowledge: Path) -> None:
    async with running(monkeypatch, knowledge) as program, aiohttp.ClientSession() as session:
        for text in ("what is TUPE", "qwerty zzz"):
            for _ in range(2):
                async with session.post(f"{program.url}/echo", json={"id": text, "text": text}) as found:
                    assert found.status == 200
        await program.echo.has_sent(2)
        async with session.get(f"{program.url}/health/ready") as found:
            assert (found.status, (await found.json())["store"]["ok"]) == (200, True)
        program.echo.state = Health(False, "no connection")
        async with session.get(f"{program.url}/health/ready") as found:
            assert (found.status, (await found.json())["echo"]["detail"]) == (503, "no connection")
        async with session.get(f"{program.url}/metrics") as found:
            text = await found.text()
    assert 'advisor_answers_total{channel="echo",outcome="answered"} 1.0' in text
    assert 'advisor_redeliveries_total{channel="echo"} 2.0' in text
    assert 'advisor_channel_connected{channel="echo"} 0.0' in text
    assert 'advisor_answer_seconds_count{channel="echo"} 2.0' in text
    assert "advisor_spool_records 0.0" in text
    assert "TUPE" not in text


async def test_too_large_too_slow_and_unknown_are_refused(monkeypatch: pytest.MonkeyPatch, knowledge: Path) -> None:
    monkeypatch.setattr(site, "BODY_SECONDS", 0.2)

    async def endless() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    async with running(monkeypatch, knowledge) as program, aiohttp.ClientSession() as session:
        async with session.post(f"{program.url}/echo", data=b"x" * (site.MAX_BODY + 1)) as found:
            assert found.status == 413
        async with session.post(f"{program.url}/echo", data=endless()) as found:
            assert found.status == 408
        async with session.get(f"{program.url}/../etc/passwd") as found:
            assert found.status == 404


async def test_told_to_stop_it_first_answers_what_it_accepted(monkeypatch: pytest.MonkeyPatch, knowledge: Path) -> None:
    async with running(monkeypatch, knowledge) as program:
        program.echo.slow = 0.3
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(
                *(session.post(f"{program.url}/echo", json={"id": str(n), "text": "what is TUPE"}) for n in range(5))
            )
        assert len(program.echo.sent) < 5
    assert len(program.echo.sent) == 5
    assert {reply.outcome for reply in program.echo.sent.values()} == {Outcome.ANSWERED}


async def test_what_can_not_be_answered_in_time_is_left_for_the_next_start(
    monkeypatch: pytest.MonkeyPatch, knowledge: Path
) -> None:
    monkeypatch.setattr(serving, "DRAIN_SECONDS", 0.2)
    async with running(monkeypatch, knowledge) as program:
        program.echo.slow = 30
        async with aiohttp.ClientSession() as session:
            await session.post(f"{program.url}/echo", json={"id": "late", "text": "what is TUPE"})
    assert program.echo.sent == {}
    async with running(monkeypatch, knowledge) as program:
        await program.echo.has_sent(1)
        assert program.echo.sent["late"].outcome is Outcome.ANSWERED


async def test_the_maintainers_are_told_of_the_week_once_and_not_again_after_a_restart(
    monkeypatch: pytest.MonkeyPatch, knowledge: Path
) -> None:
    async with running(monkeypatch, knowledge) as program:
        await program.echo.has_told(1)
        assert program.echo.told[0].startswith("The advisor, ")
        assert "Nobody asked anything." in program.echo.told[0]
    async with running(monkeypatch, knowledge) as program, aiohttp.ClientSession() as session:
        await session.post(f"{program.url}/echo", json={"id": "1", "text": "what is TUPE"})
        await program.echo.has_sent(1)
    assert program.echo.told == []


async def test_told_to_stop_while_a_channel_can_not_start_it_stops(
    monkeypatch: pytest.MonkeyPatch, knowledge: Path
) -> None:
    monkeypatch.setattr(Echo, "never_on", True)
    async with asyncio.timeout(30), running(monkeypatch, knowledge) as program:
        assert not program.task.done()
    assert program.echo.sent == {}
