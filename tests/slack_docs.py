"""Writes what people see in Slack into `docs/`: a recorded conversation, and its messages as Block Kit JSON.

PYTHONPATH=.:tests .venv/bin/python tests/slack_docs.py

Real parts on the shipped knowledge, against the strict server of the tests; each answer is rendered as it was sent.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slack_fake import Call, FakeSlack, command, direct, event, fake_slack, mention, tap
from slack_peer import find_action
from slack_world import ANN, BEN, running, until

from adapters.bootstrap import open_library
from bot.knowledge.load import default_folder

DOCS = Path(__file__).parent.parent / "docs"
SHOWN = {"chat.postMessage", "chat.postEphemeral", "response_url"}
HEAD = """\
# What people see in Slack

A recorded conversation on the shipped knowledge, written by `tests/slack_docs.py` from the messages that were sent.
The same messages as Block Kit JSON are in [slack-messages.json](slack-messages.json): paste the `blocks` of one into
Slack's Block Kit Builder to see it drawn. No real Slack was reached.
"""


def drawn(body: dict[str, Any]) -> str:
    """A message as lines of Markdown: texts as they read, [buttons] in brackets, small print in italics."""
    lines: list[str] = []
    for block in body["blocks"]:
        if block["type"] == "section":
            lines += plain(block["text"]["text"]).split("\n")
            lines += [f"[{block['accessory']['text']['text']}]"] if "accessory" in block else []
        elif block["type"] == "context":
            lines += [f"_{line}_" for element in block["elements"] for line in plain(element["text"]).split("\n")]
        else:
            lines.append(" ".join(titles(block)))
    return "\n>\n".join(f"> {line}" for line in lines)


def plain(mrkdwn: str) -> str:
    """Slack's markup as Markdown: links as links, bold as bold."""
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r"[\2](\1)", mrkdwn)
    return html.unescape(re.sub(r"\*([^*\n]+)\*", r"**\1**", text))


def titles(block: dict[str, Any]) -> list[str]:
    """What can be tapped in a row."""
    found = []
    for element in block["elements"]:
        if element["type"] == "feedback_buttons":
            found += [element["positive_button"]["text"]["text"], element["negative_button"]["text"]["text"]]
        elif element["type"] == "static_select":
            found.append(element["placeholder"]["text"] + " ▾")
        else:
            found.append(element["text"]["text"])
    return [f"[{title}]" for title in found]


class Recorder:
    """Says things and writes down what came of them."""

    def __init__(self, fake: FakeSlack) -> None:
        self.fake, self.lines, self.messages = fake, [HEAD], dict[str, Any]()

    async def hear(self, name: str, who: str, said: str, payload: dict[str, Any], kind: str = "events_api") -> Call:
        """Deliver, wait for the answer, write both down."""
        before = len(self.shown())
        await self.fake.deliver(payload, kind)
        found: Call = (await until(lambda: self.shown()[before:]))[0]
        alone = "" if found.method == "chat.postMessage" else f" _(only {who} sees this)_"
        self.lines.append(f"**{who}:** {said}\n\n**Spinout Advisor:**{alone}\n\n{drawn(found.body)}\n")
        self.messages[name] = {"text": found.body["text"], "blocks": found.body["blocks"]}
        return found

    def shown(self) -> list[Call]:
        return [call for call in self.fake.calls if call.method in SHOWN and "replace_original" not in call.body] + [
            call for call in self.fake.calls if call.body.get("replace_original") is False
        ]

    def part(self, title: str) -> None:
        """A heading."""
        self.lines.append(f"## {title}\n")


async def record(write: Callable[[str, str], object]) -> None:
    """The conversation, then the two files."""
    with tempfile.TemporaryDirectory() as name:
        async with fake_slack() as fake, running(open_library(default_folder(), None), Path(name), fake.api_url):
            to = Recorder(fake)
            to.part("In a channel")
            asked = "do we not have to include community benefits under £4m"
            fork = await to.hear("a-choice", "Ann", f"@Spinout Advisor {asked}", mention(asked, "1.1"))
            chosen = tap(fake, fork.body, find_action(fork.body, "Scotland"))
            answer = await to.hear("an-answer-in-a-channel", "Ann", "_taps_ Scotland", chosen, "interactive")
            whole = tap(fake, answer.body, find_action(answer.body, "Show all"), user=BEN, ts="1.6")
            await to.hear("all-of-it-for-one", "Ben", "_taps_ Show all", whole, "interactive")
            to.part("In a direct message")
            await to.hear("a-first-answer", "Ann", "what is a PSP", direct("what is a PSP", "2.1"))
            garden = "can you plan my garden"
            await to.hear("not-known", "Ann", garden, direct(garden, "2.2"))
            await to.hear("privacy", "Ann", "privacy", direct("privacy", "2.3"))
            to.part("With the command")
            tupe = "can the new employer change our pay"
            await to.hear("a-private-answer", "Ann", f"/advisor {tupe}", command(fake, tupe), "slash_commands")
            await fake.deliver(event({"type": "app_home_opened", "user": ANN, "channel": "D1", "tab": "home"}))
            (home,) = await until(lambda: fake.of("views.publish"))
            to.part("The Home tab")
            to.lines.append(drawn(home.body["view"]) + "\n")
            to.messages["home"] = {"blocks": home.body["view"]["blocks"]}
            write("slack.md", "\n".join(to.lines))
            write("slack-messages.json", json.dumps(to.messages, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(record(lambda name, text: (DOCS / name).write_text(text, encoding="utf-8")))
