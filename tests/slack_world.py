"""A Slack channel with real parts on small knowledge, for tests against any server that speaks Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from adapters.bootstrap import Library, make_advisor, now, open_library
from adapters.channel import Parts
from adapters.desk import Desk
from adapters.metrics import Metrics
from adapters.settings import Settings, SlackSettings
from adapters.slack_app.app import SlackChannel
from adapters.web import make_app
from bot.advisor import Advisor
from bot.model import Nation, Operator
from bot.store.keys import Pseudonyms
from bot.store.store import Store, open_store

BOT_TOKEN = "xoxb-1-very-secret"  # noqa: S105  # of a server on loopback
APP_TOKEN = "xapp-1-very-secret"  # noqa: S105
SECRET = "a-signing-secret"  # noqa: S105
TEAM, BOT, ANN, BEN = "T1", "UBOT", "U1", "U2"

TOPIC = """\
topic:
  id: forms
  title: Legal forms
  owner: editors
  review_every_months: 12
  help:
    - {nations: [uk], name: The Forms Office, for: questions about forms, url: "https://forms.example/"}
entries:
  - id: asset-lock
    question: What is an asset lock?
    phrasings: [what does an asset lock do, why is there an asset lock, asset lock meaning, explain the asset lock]
    answers:
      - nations: [uk]
        status: practice
        lead: It keeps what the body owns for the community.
        points: [One point., Two points., Three points., Four points., Five points.]
        steps: [Write it down., Have it checked.]
        for_founder: Put it in your articles.
        plain: It keeps things for the community.
        wording: {text: "The company shall not transfer assets [except to a locked body]."}
        sources: [{title: Locks & keys, url: "https://locks.example/?a=1&b=2"}, {title: More on locks, url: "https://locks.example/2"}]
        known_to: 2026-06
    see_also: [threshold]
  - id: threshold
    question: When must a buyer consider community benefits?
    phrasings: [community benefit threshold, when must a buyer think of community benefits, is there a duty on community benefits]
    answers:
      - nations: [scotland]
        status: in-force
        from: 2016-06-01
        lead: At four million pounds or more.
        points: [It is a duty to consider., Say why not., Publish it., Below it you may.]
        sources: [{title: The Act, url: "https://law.example/"}]
        known_to: 2026-06
      - nations: [wales]
        status: guidance
        lead: There is a policy and no figure in law.
        sources: [{title: The policy, url: "https://policy.example/"}]
        known_to: 2026-06
    see_also: [asset-lock]
  - id: which-pension
    question: What happens to my pension?
    phrasings: [will I lose my pension, do we keep our pensions, pension after leaving]
    choice:
      ask: Which scheme are you in?
      options: [{label: NHS, entry: nhs-pension}, {label: Council, entry: asset-lock}]
  - id: nhs-pension
    question: Can I stay in the NHS pension?
    phrasings: [keep the NHS pension, NHS superannuation after transfer, does the NHS pension go on]
    answers:
      - nations: [uk]
        status: practice
        lead: Usually yes if you are moved.
        sources: [{title: Fair Deal, url: "https://fair.example/"}]
        known_to: 2026-06
"""
LANGUAGE = """\
scaffold: [what, is, a, an, the, when, must, do, does, i, my, we, will, to, in, me, and, for, of, there]
modifiers:
  more: [more, tell me more]
  simpler: [simpler]
"""
GUARDS = """\
guards:
  - id: crisis
    outcome: signposted
    always: true
    keep_text: false
    patterns: [want to die]
    fires: [I want to die]
    must_not_fire: [the contract is dying]
    says:
      lead: "I'm sorry you are carrying this. Samaritans will listen: call 116 123."
      sources: [{title: Samaritans, url: "https://www.samaritans.org/"}]
"""


def library(folder: Path) -> Library:
    """The small knowledge, trained."""
    (folder / "topics").mkdir(parents=True)
    (folder / "topics" / "forms.yaml").write_text(TOPIC)
    (folder / "language.yaml").write_text(LANGUAGE)
    (folder / "guards.yaml").write_text(GUARDS)
    return open_library(folder, None)


def settings(api_url: str, **others: Any) -> SlackSettings:
    """Settings for a server on loopback."""
    return SlackSettings(
        bot_token=SecretStr(BOT_TOKEN),
        app_token=SecretStr(APP_TOKEN),
        signing_secret=SecretStr(SECRET),
        api_url=api_url,
        **others,
    )


@dataclass
class World:
    """A running channel with what is behind it."""

    channel: SlackChannel
    advisor: Advisor
    store: Store
    pseudonyms: Pseudonyms
    known: Library


@asynccontextmanager
async def running(
    known: Library,
    folder: Path,
    api_url: str,
    *,
    http: bool = False,
    interval: float = 0.0,
    status_after: float = 60.0,
    claim_seconds: float = 1.0,
    stop_seconds: float = 20.0,
    advisor: Callable[[Advisor], Any] = lambda found: found,
    claims: Callable[[Any], Any] = lambda found: found,
    default_nation: Nation | None = None,
    channel_nations: dict[str, Nation] | None = None,
    digest_channel: str = "",
) -> AsyncIterator[World]:
    """The channel, started, with a store in the folder; `advisor` and `claims` may wrap theirs to make them slow."""
    pseudonyms = Pseudonyms(b"k" * 32)
    async with open_store(f"sqlite+aiosqlite:///{folder / 'a.db'}", folder / "spool.jsonl", now) as store:
        real = make_advisor(known, store.log, operator=Operator("Anytown CVS", "help@anytown.example"))
        used = advisor(real)
        parts = Parts(lambda: used, claims(store.claims), pseudonyms, now, store.leaders)
        nations = {"default_nation": default_nation, "channel_nations": channel_nations or {}}
        found = settings(api_url, digest_channel=digest_channel, **nations)
        channel = SlackChannel(
            found,
            parts,
            lambda team: BOT_TOKEN,
            http=http,
            interval=interval,
            status_after=status_after,
            claim_seconds=claim_seconds,
            stop_seconds=stop_seconds,
        )
        await channel.start()
        try:
            yield World(channel, real, store, pseudonyms, known)
        finally:
            await channel.stop()


@asynccontextmanager
async def served(world: World, port: int = 0) -> AsyncIterator[int]:
    """The channel's routes in the project's one web application, on a port of loopback."""
    metrics = Metrics()
    site = make_app([world.channel], Desk(world.known, world.store, Settings(), metrics.observe), world.store, metrics)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def until(found: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What `found` returns once it is something; AssertionError if it stays nothing."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (value := found()):
        assert loop.time() < end, "it did not happen in time"
        await asyncio.sleep(0.01)
    return value
