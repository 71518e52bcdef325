"""A channel for tests: accepts messages m0, m1, ... (redelivering each, as platforms do), answers slowly, writes a file.

Usage: python fake_channel.py FOLDER COUNT
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from adapters.delivery import Delivery
from bot.model import Outcome, Reply, Utterance, UtteranceKind
from bot.store.store import open_store


def now() -> datetime:
    return datetime.now(UTC)


async def answer(utterance: Utterance) -> Reply:
    await asyncio.sleep(0.01)
    return Reply(turn=utterance.message_id, outcome=Outcome.ANSWERED, lead=utterance.text)


async def main(folder: Path, count: int) -> None:
    handle = os.open(folder / "sent.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    async def send(reply: Reply, address: Mapping[str, str]) -> None:
        os.write(handle, json.dumps({"message": reply.turn, "to": address["chat"]}).encode() + b"\n")

    async with open_store(f"sqlite+aiosqlite:///{folder / 'fake.db'}", folder / "spool.jsonl", now) as store:
        delivery = Delivery(answer, store.claims, send)
        await delivery.resume("fake", alone=True)
        gate = asyncio.Semaphore(4)

        async def receive(number: int) -> None:
            chat = f"chat{number % 5}"
            utterance = Utterance(UtteranceKind.TEXT, "hello", f"m{number}", "p", chat, "fake", now())
            async with gate:
                await asyncio.gather(*(delivery.handle(utterance, {"chat": chat}) for _ in range(2)))

        await asyncio.gather(*(receive(number) for number in range(count)))
    os.close(handle)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
