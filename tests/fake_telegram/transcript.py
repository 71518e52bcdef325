"""Write `docs/telegram.md`: a real conversation with the bot on the shipped knowledge, as a phone shows it.

PYTHONPATH=.:tests .venv/bin/python -m fake_telegram.transcript > docs/telegram.md
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from adapters.bootstrap import open_library
from bot.knowledge.load import default_folder
from fake_telegram.rig import serving
from fake_telegram.server import FakeTelegram
from fake_telegram.world import Sent

CHAT = 4242
SAYS = "say"
STEPS = (
    (SAYS, "/start"),
    (SAYS, "do i keep my nhs pension if we spin out"),
    ("tap", "Scotland"),
    ("tap", "Show all"),
    (SAYS, "and in Wales?"),
    (SAYS, "can managers stop us"),
    (SAYS, "can you plan my garden"),
    (SAYS, "/privacy"),
)
HEAD = """\
# A conversation on Telegram

Recorded against the strict Bot API server of `tests/fake_telegram/`, not against Telegram itself, with the knowledge as
it stood on the day. Buttons stand in [brackets], one keyboard row a line. A tapped choice changes the message in place.
"""


def shown(sent: Sent) -> str:
    """A message with its keyboard."""
    lines = [f"> {line}".rstrip() for line in sent.text.split("\n")]
    rows = [f"> {' '.join('[' + button['text'] + ']' for button in row)}" for row in sent.rows]
    return "\n".join((*lines, ">", *rows)) if rows else "\n".join(lines)


async def main() -> None:
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        async with FakeTelegram() as telegram, serving(telegram, open_library(default_folder(), None), Path(folder)):
            for kind, words in STEPS:
                before = sum(1 + sent.edits for sent in telegram.sent)
                if kind == SAYS:
                    await telegram.says(CHAT, words)
                    print(f"**Ann:** {words}\n")
                else:
                    newest = max(telegram.sent, key=lambda sent: sent.at)
                    await telegram.taps(newest, words)
                    print(f"**Ann taps** [{words}], and the message becomes:\n")
                await telegram.until(lambda before=before: sum(1 + s.edits for s in telegram.sent) > before)  # type: ignore[misc]
                print(shown(max(telegram.sent, key=lambda sent: sent.at)) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
