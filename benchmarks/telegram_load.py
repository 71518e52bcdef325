"""How long a person waits: 1,000 updates from 500 chats through the Telegram channel and through a bare echo bot.

    PYTHONPATH=.:tests .venv/bin/python benchmarks/telegram_load.py [--updates 1000] [--chats 500] [--rate 30]

Both bots talk to the strict server of the tests, each in a process of its own, with no limit on sending. Time runs from
the moment an update is there to be fetched to the moment its sendMessage arrives. Ours claims each update in SQLite,
shows "typing", answers from the shipped knowledge and records the turn; the echo bot is the same library's stock
Application with its own updater and concurrent updates, and does nothing but send the text back.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fake_telegram.rig import parts_of, settings_for, store_in
from fake_telegram.server import FakeTelegram
from fake_telegram.world import TOKEN, Sent

from adapters.bootstrap import open_library
from adapters.telegram_bot.channel import TelegramChannel
from adapters.telegram_bot.pace import Unlimited
from bot.knowledge.load import default_folder, load

FIRST_CHAT = 100_001


def questions(count: int) -> list[str]:
    """Phrasings of the shipped knowledge, the same in every run."""
    phrasings = [phrasing for entry in load(default_folder()).entries.values() for phrasing in entry.phrasings]
    return random.Random(7).choices(phrasings, k=count)  # noqa: S311  # nothing secret


async def told() -> None:
    """Until the process is told to stop."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    print("ready", flush=True)
    await stopping.wait()


async def ours(url: str, folder: Path) -> None:
    """The channel of `advisor serve`, with the pace taken off."""
    library = open_library(default_folder(), folder / "cache")
    telegram = FakeTelegram()
    telegram.url = url
    async with store_in(folder) as store:
        channel = TelegramChannel(settings_for(telegram), parts_of(library, store), pace=Unlimited())
        await channel.start()
        await told()
        await channel.stop()


async def echo(url: str, _folder: Path) -> None:
    """The library's stock bot."""
    from telegram import Update  # noqa: PLC0415  # so that `ours` measures nothing of it
    from telegram.ext import ApplicationBuilder, MessageHandler, filters  # noqa: PLC0415

    async def reply(update: Update, _context: Any) -> None:
        if update.message is not None:
            await update.message.reply_text(
                update.message.text or "", link_preview_options={"is_disabled": True}  # type: ignore[arg-type]
            )  # fmt: skip

    app = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").concurrent_updates(True).build()
    app.add_handler(MessageHandler(filters.TEXT, reply))
    async with app:
        await app.start()
        assert app.updater is not None  # noqa: S101
        await app.updater.start_polling()
        await told()
        await app.updater.stop()
        await app.stop()


async def measure(bot: str, updates: int, chats: int, rate: float) -> list[float]:
    """Seconds each update waited."""
    texts = questions(updates)
    began: dict[int, list[float]] = {}
    waited: list[float] = []

    def arrived(sent: Sent) -> None:
        waited.append(sent.at - began[sent.chat].pop(0))  # one chat is answered in order

    async with FakeTelegram() as telegram:
        telegram.on_sent = arrived
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--bot", bot, "--url", telegram.url, "--folder", folder]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
            assert process.stdout is not None  # noqa: S101
            await asyncio.to_thread(process.stdout.readline)
            start = time.monotonic()
            for number, text in enumerate(texts):
                if rate:
                    await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
                chat = FIRST_CHAT + number % chats
                began.setdefault(chat, []).append(time.monotonic())
                await telegram.says(chat, text)
            await telegram.until(lambda: len(waited) == updates, 600)
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 60)
            process.stdout.close()
    return waited


def main() -> None:
    """Run both bots, in the open and as a burst, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--chats", type=int, default=500)
    parser.add_argument("--rate", type=float, default=30.0, help="updates a second for the first two rows")
    parser.add_argument("--bot", choices=["ours", "echo"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bot:
        asyncio.run({"ours": ours, "echo": echo}[given.bot](given.url, given.folder))
        return
    print(f"{given.updates} updates from {given.chats} chats; milliseconds from update to sendMessage")
    print(f"{'bot':<6}{'arriving':<16}{'p50':>8}{'p99':>8}{'most':>8}{'answers/s':>11}")
    for rate, arriving in ((given.rate, f"{given.rate:g} a second"), (0.0, "all at once")):
        for bot in ("ours", "echo"):
            began = time.monotonic()
            waited = sorted(asyncio.run(measure(bot, given.updates, given.chats, rate)))
            whole = waited[-1] if not rate else time.monotonic() - began
            p50, p99 = statistics.median(waited), waited[int(len(waited) * 0.99)]
            row = f"{bot:<6}{arriving:<16}{p50 * 1000:>8.1f}{p99 * 1000:>8.1f}{waited[-1] * 1000:>8.1f}"
            print(row + (f"{len(waited) / whole:>11.0f}" if not rate else f"{'':>11}"), flush=True)


if __name__ == "__main__":
    main()
