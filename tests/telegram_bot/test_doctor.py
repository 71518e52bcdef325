"""`advisor doctor` for Telegram: what it sees, and what it says to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_telegram import world
from fake_telegram.rig import serving, settings_for
from fake_telegram.server import FakeTelegram
from fake_telegram.world import TOKEN
from pydantic import SecretStr

from adapters.bootstrap import Library
from adapters.channel import Check
from adapters.settings import AllSettings, Settings, SlackSettings, TelegramSettings
from adapters.telegram_bot.doctor import examine


async def checks(telegram: TelegramSettings) -> dict[str, Check]:
    """What the doctor says, by what it looked at."""
    everything = AllSettings(Settings(operator="Anytown CVS"), SlackSettings(), telegram)
    return {check.what: check for check in await examine(everything)}


async def test_a_bot_that_serves_is_well_in_all_but_what_only_botfather_can_set(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    async with serving(telegram, bread, tmp_path):
        await telegram.until(lambda: len(telegram.about) == 2)
    found = await checks(settings_for(telegram))
    assert {what: check.ok for what, check in found.items()} == {
        "telegram token": True, "telegram updates": True, "telegram inline mode": True,
        "telegram privacy mode": True, "telegram commands": True,
    }  # fmt: skip
    assert found["telegram token"].detail == "@advice_bot"
    assert found["telegram updates"].detail == "polling, 0 waiting"
    assert [method for method, _ in telegram.calls].count("deleteWebhook") == 1


async def test_what_is_not_as_it_should_be_comes_with_what_to_do(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = {**world.bot(), "supports_inline_queries": False, "can_read_all_group_messages": True}
    monkeypatch.setattr("fake_telegram.server.bot", lambda: bot)
    telegram.webhook = "https://elsewhere.example/hook"
    found = await checks(settings_for(telegram))
    assert (found["telegram inline mode"].ok, found["telegram commands"].ok) == (None, None)
    assert "/setinline" in found["telegram inline mode"].mend
    assert found["telegram privacy mode"].ok is False
    assert "/setprivacy" in found["telegram privacy mode"].mend
    assert "a webhook at https://elsewhere.example/hook, but polling" in found["telegram updates"].detail


async def test_looking_never_takes_an_update_from_the_bot_that_serves(telegram: FakeTelegram) -> None:
    await telegram.says(7, "what is bread")
    assert (await checks(settings_for(telegram)))["telegram updates"].detail == "polling, 1 waiting"
    assert "getUpdates" not in [method for method, _ in telegram.calls]


@pytest.mark.parametrize(
    ("given", "what", "words"),
    [
        ({"bot_token": "nonsense"}, "telegram settings", "BotFather"),
        ({"bot_token": "1234567:" + "B" * 35}, "telegram token", "does not accept"),
        ({"bot_token": TOKEN, "api_url": "http://127.0.0.1:9"}, "telegram", "can't be reached"),
    ],
)
async def test_a_token_that_is_wrong_or_a_telegram_that_is_away_is_said(
    telegram: FakeTelegram, given: dict[str, str], what: str, words: str
) -> None:
    token = SecretStr(given["bot_token"])
    found = await checks(TelegramSettings(bot_token=token, api_url=given.get("api_url", telegram.url)))
    assert found[what].ok is False
    assert words in found[what].detail
    assert given["bot_token"] not in str(found)


async def test_without_a_token_nothing_is_looked_at() -> None:
    assert await checks(TelegramSettings()) == {}
