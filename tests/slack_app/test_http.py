"""HTTP mode: only Slack is heard, nonsense is refused without a traceback, and a redelivery is answered once."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_fake import FakeSlack, command, fake_slack, mention, shortcut, sign
from slack_world import SECRET, World, library, running, until
from slack_world import served as site

from adapters.bootstrap import Library
from adapters.slack_app.app import PATH
from adapters.slack_app.signature import Doorkeeper

LOCK = "what is an asset lock?"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("known") / "knowledge")


@dataclass
class Served:
    fake: FakeSlack
    world: World
    url: str

    async def post(self, body: str, **headers: str) -> tuple[int, str]:
        stamp = headers.pop("stamp", str(int(time.time())))
        signature = headers.pop("signature", sign(body, stamp))
        kind = headers.pop("kind", "application/json")
        sent = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, "Content-Type": kind, **headers}
        sent = {name: value for name, value in sent.items() if value}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body.encode(), headers=sent) as answer,
        ):
            return answer.status, await answer.text()


@pytest.fixture
async def served(known: Library, tmp_path: Path) -> AsyncIterator[Served]:
    async with fake_slack() as fake, running(known, tmp_path, fake.api_url, http=True) as world, site(world) as port:
        fake.events_url = f"http://127.0.0.1:{port}{PATH}"
        yield Served(fake, world, fake.events_url)
        assert fake.refused == []


async def test_a_signed_event_a_command_and_a_shortcut_are_answered(served: Served) -> None:
    assert await served.post(json.dumps(mention(LOCK, "1.1"))) == (200, "")
    form = "application/x-www-form-urlencoded"
    assert (await served.post(urlencode(command(served.fake, LOCK)), kind=form))[0] == 200
    payload = urlencode({"payload": json.dumps(shortcut(served.fake, LOCK))})
    assert (await served.post(payload, kind=form))[0] == 200
    await until(lambda: served.fake.posts() and len(served.fake.of("response_url")) == 2)
    assert served.world.channel.health().detail == "HTTP"


async def test_slacks_own_check_of_the_address_is_answered(served: Served) -> None:
    status, text = await served.post(json.dumps({"type": "url_verification", "challenge": "abc"}))
    assert (status, json.loads(text)["challenge"]) == (200, "abc")


async def test_a_redelivery_is_acknowledged_and_answered_once(served: Served) -> None:
    body = json.dumps(mention(LOCK, "1.1"))
    for retry in range(4):
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        assert (await served.post(body, **headers))[0] == 200
    await until(served.fake.posts)
    assert len(served.fake.posts()) == 1


OLD = str(int(time.time()) - 400)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"signature": "v0=" + "0" * 64}, 401),
        ({"signature": "nonsense"}, 401),
        ({"signature": "v0=é" + "0" * 63}, 401),
        ({"signature": ""}, 401),
        ({"stamp": ""}, 401),
        ({"stamp": OLD}, 401),
        ({"stamp": "99999999999"}, 401),
        ({"stamp": "yesterday"}, 400),
        ({"stamp": "1e9"}, 400),
        ({"stamp": "-1"}, 400),
        ({"stamp": "٣"}, 400),
    ],
    ids=str,
)
async def test_who_is_not_slack_is_refused(served: Served, headers: dict[str, str], status: int) -> None:
    assert (await served.post(json.dumps(mention(LOCK, "1.1")), **headers))[0] == status
    assert served.fake.posts() == []


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"type": "event_callback"}', '{"type": "event_callback", "event": {}}', "🦊"]
)
async def test_signed_nonsense_is_400_and_never_500(
    served: Served, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await served.post(body))[0] == 400
    assert (await served.post("payload=%7B", kind="application/x-www-form-urlencoded"))[0] == 400
    assert "Traceback" not in caplog.text


async def test_anything_signed_gets_an_answer_below_500(served: Served) -> None:
    odd = [
        {"type": "block_actions"}, {"type": "block_actions", "actions": []}, {"type": "view_submission"},
        {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "channel": 7, "ts": [], "user": "U1"}},
        {"type": "event_callback", "team_id": "T1", "event": {"type": "app_mention", "channel": "C1", "ts": "x", "user": "U1"}},
        {"command": "/advisor"}, {"type": "message_action", "callback_id": "ask_advisor"}, {"hello": 1},
    ]  # fmt: skip
    for payload in odd:
        status, _ = await served.post(json.dumps(payload))
        assert status < 500, payload


async def test_when_stopping_slack_is_asked_to_come_again(served: Served) -> None:
    await served.world.channel.stop()
    assert (await served.post(json.dumps(mention(LOCK, "1.1"))))[0] == 503


@given(st.binary(max_size=50), st.text(max_size=20), st.text(max_size=80))
def test_the_doorkeeper_never_fails(body: bytes, stamp: str, signature: str) -> None:
    assert Doorkeeper(SECRET).check(body, stamp, signature) in {400, 401}
