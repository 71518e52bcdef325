"""`advisor doctor` on Slack: each thing that can be wrong is named, with how to mend it, and no token is repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_fake import FakeSlack, Fault, fake_slack
from slack_world import APP_TOKEN, BOT_TOKEN

from adapters.channel import Check
from adapters.settings import read_all
from adapters.slack_app.doctor import examine


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    async with fake_slack() as found:
        monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
        monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
        monkeypatch.setenv("SLACK_API_URL", found.api_url)
        yield found


async def checks() -> dict[str, Check]:
    return {check.what: check for check in await examine(read_all())}


async def test_all_is_well(fake: FakeSlack) -> None:
    found = await checks()
    assert {what: check.ok for what, check in found.items()} == {
        "Slack settings": True, "Slack bot token": True, "Slack scopes": True, "Slack socket": True,
    }  # fmt: skip
    assert "Anytown" in found["Slack bot token"].detail


async def test_off_is_not_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    (check,) = (await checks()).values()
    assert (check.ok, check.detail) == (None, "off")


async def test_scopes_missing_and_too_many_are_named(fake: FakeSlack) -> None:
    fake.scopes = "chat:write,commands,im:history,app_mentions:read"
    missing = (await checks())["Slack scopes"]
    assert (missing.ok, missing.detail) == (False, "missing: assistant:write")
    assert "manifest.json" in missing.mend
    fake.scopes += ",assistant:write,channels:history"
    more = (await checks())["Slack scopes"]
    assert more.ok is None
    assert "channels:history" in more.detail


async def test_refused_tokens_are_named_with_where_to_get_others(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
    found = await checks()
    assert found["Slack bot token"].ok is False
    assert "invalid_auth" in found["Slack bot token"].detail
    assert found["Slack socket"].ok is False
    assert "connections:write" in found["Slack socket"].mend
    assert not any("wrong" in text for check in found.values() for text in (check.detail, check.mend))


async def test_a_failing_slack_is_told_from_a_wrong_token(fake: FakeSlack) -> None:
    fake.faults["auth.test"].append(Fault(status=503))
    found = (await checks())["Slack bot token"]
    assert (found.ok, found.detail) == (False, "could not be told (auth.test: status 503)")
    assert "look again soon" in found.mend


async def test_a_slack_out_of_reach_says_what_must_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT_TOKEN)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api")
    found = await checks()
    assert found["Slack bot token"].ok is False
    assert "port 443" in found["Slack bot token"].mend
    assert "port 443" in found["Slack socket"].mend


async def test_missing_settings_are_named(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_APP_TOKEN")
    found = await checks()
    assert found["Slack settings"].ok is False
    assert "SLACK_" in found["Slack settings"].detail
