"""The Slack channel as a process for the fault test: a strict Slack of our own sends it m0, m1, ... each twice.

Usage: python fault_channel.py FOLDER COUNT. Each answer that is posted becomes a line of FOLDER/sent.jsonl.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from slack_fake import Call, fake_slack, mention
from slack_world import library, running, until


async def main(folder: Path, count: int) -> None:
    handle = os.open(folder / "sent.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    known_in = folder / f"knowledge-{os.getpid()}"
    async with fake_slack() as fake:

        def posted(call: Call) -> None:
            number = int(call.body["thread_ts"].split(".")[1])
            os.write(handle, json.dumps({"message": f"m{number}"}).encode() + b"\n")

        fake.on_post = posted
        async with running(library(known_in), folder, fake.api_url, interval=0.02) as world:
            for number in range(count):
                envelopes = [
                    await fake.deliver(
                        mention("what is an asset lock?", f"1764000000.{number:06d}", f"C{number % 2 + 1}")
                    )
                    for _ in range(2)
                ]
                await fake.acknowledged(envelopes[1])
            await until(lambda: world.channel.idle, seconds=50)
    os.close(handle)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
