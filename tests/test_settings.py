"""Settings from the environment: read at one place, every fault named at once, no secret repeated."""

from __future__ import annotations

import pytest

from adapters.settings import read_all
from bot.errors import SettingsError
from bot.model import Nation

GOOD_TELEGRAM = "123456:" + "A" * 35


def test_nothing_set_serves_no_channel_and_says_what_to_set() -> None:
    assert "SLACK_BOT_TOKEN or TELEGRAM_BOT_TOKEN" in "".join(read_all().problems(http=False))


def test_a_channel_needs_an_operator_and_its_own_tokens_all_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxp-wrong")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "nonsense")
    problems = read_all().problems(http=False)
    for name in ("ADVISOR_OPERATOR", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "TELEGRAM_BOT_TOKEN"):
        assert any(problem.startswith(name) for problem in problems), name
    assert "xoxp-wrong" not in "".join(problems)
    assert "nonsense" not in "".join(problems)


def test_each_mode_needs_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_OPERATOR", "Anytown CVS")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert [p.split(" ")[0] for p in read_all().problems(http=False)] == ["SLACK_APP_TOKEN"]
    assert [p.split(" ")[0] for p in read_all().problems(http=True)] == ["SLACK_SIGNING_SECRET"]
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", GOOD_TELEGRAM)
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://bot.example")
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", "short")
    problems = [p.split(" ")[0] for p in read_all().problems(http=False)]
    assert problems == ["SLACK_APP_TOKEN", "TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"]


def test_nations_of_a_workspace_and_its_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_DEFAULT_NATION", "ni")
    monkeypatch.setenv("SLACK_CHANNEL_NATIONS", "C1=scotland, C2=Wales")
    slack = read_all().slack
    assert slack.default_nation is Nation.NORTHERN_IRELAND
    assert slack.channel_nations == {"C1": Nation.SCOTLAND, "C2": Nation.WALES}


def test_every_malformed_setting_is_named_at_once_and_no_value_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HTTP_PORT", "eighty")
    monkeypatch.setenv("SLACK_DEFAULT_NATION", "narnia")
    monkeypatch.setenv("SLACK_CHANNEL_NATIONS", "C1")
    monkeypatch.setenv("TELEGRAM_API_URL", "ftp://secret-host")
    with pytest.raises(SettingsError) as caught:
        read_all()
    for name in ("ADVISOR_HTTP_PORT", "SLACK_DEFAULT_NATION", "SLACK_CHANNEL_NATIONS", "TELEGRAM_API_URL"):
        assert name in str(caught.value)
    assert "secret-host" not in str(caught.value)


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-very-secret")
    assert "very-secret" not in repr(read_all())
    assert "xoxb-very-secret" in read_all().secrets()
