"""One of several processes that share a database: every message reaches every process, as behind a careless balancer.

Usage: python replica.py DATABASE FOLDER NAME COUNT. Appends {"message", "by"} to FOLDER/sent.jsonl; ends when it has seen
every message and nothing is left open. Leases last a second here, so that a test need not wait for thirty.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.delivery import Delivery
from bot.model import Outcome, Reply, Turn, Utterance, UtteranceKind
from bot.store import claims
from bot.store.store import open_store

AT_ONCE = 4


def now() -> datetime:
    return datetime.now(UTC)


def utterance(number: int) -> Utterance:
    return Utterance(
        UtteranceKind.TEXT, f"question {number}", f"m{number}", f"p{number % 7}", f"c{number % 5}", "fake", now()
    )


async def main(database: str, folder: Path, name: str, count: int) -> None:
    handle = os.open(folder / "sent.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    async with open_store(database, folder / f"spool-{name}.jsonl", now) as store:

        async def answer(u: Utterance) -> Reply:
            await asyncio.sleep(0.01)
            reply = Reply(turn=f"{name}-{u.message_id}", outcome=Outcome.ANSWERED, lead=u.text)
            await store.log.record(Turn(reply.turn, u, reply, (), (), 0.5, "rev", 1, now()))
            return reply

        async def send(reply: Reply, address: Mapping[str, str]) -> None:
            os.write(handle, json.dumps({"message": address["message"], "by": name}).encode() + b"\n")

        delivery = Delivery(answer, store.claims, send)
        sweeping = asyncio.create_task(delivery.sweep("fake", 0.2))
        gate = asyncio.Semaphore(AT_ONCE)

        async def receive(number: int) -> None:
            async with gate:
                await delivery.handle(utterance(number), {"message": f"m{number}"})

        await asyncio.gather(*(receive(number) for number in range(count)))
        while await store.claims.count_open():  # noqa: ASYNC110  # what another process does, no event tells
            await asyncio.sleep(0.1)
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
    os.close(handle)


if __name__ == "__main__":
    claims.LEASE = timedelta(seconds=1)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
