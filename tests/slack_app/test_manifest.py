"""The manifest asks for what the code uses and nothing else, and the page for those who approve it tells the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slack_strict import problems

from adapters.settings import AllSettings, Settings, SlackSettings, read_all
from adapters.slack_app.doctor import manifest, scopes_needed
from adapters.slack_app.listeners import EVENTS, Listeners
from bot.model import Retention

ROOT = Path(__file__).parent.parent.parent
CODE = "\n".join(path.read_text() for path in (ROOT / "adapters" / "slack_app").glob("*.py"))
PAGE = (ROOT / "docs" / "slack-security.md").read_text()
SCOPE_OF = {  # from Slack's documentation of its methods and events; None needs no scope of its own
    "auth.test": None, "apps.connections.open": None, "views.open": None, "views.publish": None,
    "chat.postMessage": "chat:write", "chat.postEphemeral": "chat:write", "chat.update": "chat:write",
    "assistant.threads.setStatus": "assistant:write", "assistant.threads.setSuggestedPrompts": "assistant:write",
    "app_mention": "app_mentions:read", "message.im": "im:history", "app_home_opened": None,
}  # fmt: skip


class Bolt:
    """Notes what is registered, as Bolt would take it."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Any]] = []

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Any], None]]:
        def register(what: Any) -> Callable[[Any], None]:
            self.found.append((kind, what))
            return lambda listener: None

        return register


def registered(kind: str) -> set[str]:
    bolt = Bolt()
    listeners: Any = Listeners.__new__(Listeners)
    listeners.register(bolt)
    return {what for found, what in bolt.found if found == kind and isinstance(what, str)}


def test_the_manifest_and_the_listeners_agree() -> None:
    features, events = manifest()["features"], manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {name.split(".")[0] for name in events} == set(EVENTS) == registered("event")
    assert {found["command"] for found in features["slash_commands"]} == registered("command")
    assert {found["callback_id"] for found in features["shortcuts"]} == registered("message_shortcut")
    assert manifest()["settings"]["interactivity"]["is_enabled"] is True


def test_it_asks_for_the_scopes_really_used_and_no_others() -> None:
    methods = set(
        re.findall(r"\"((?:chat|views|auth|apps|assistant|conversations|users|files|reactions)\.[A-Za-z.]+)\"", CODE)
    )
    used = methods | set(manifest()["settings"]["event_subscriptions"]["bot_events"])
    assert used <= set(SCOPE_OF)
    needed = {scope for name in used if (scope := SCOPE_OF[name])} | {"commands"}
    assert scopes_needed() == needed
    assert not any("history" in scope and scope != "im:history" for scope in scopes_needed())


def test_it_fits_slacks_limits() -> None:
    """From Slack's published manifest schema."""
    shown, features = manifest()["display_information"], manifest()["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert all(len(found["name"]) <= 24 and len(found["description"]) <= 150 for found in features["shortcuts"])
    assert "assistant_view" not in features


def test_the_page_names_each_scope_with_its_reason_and_no_other() -> None:
    rows = dict(re.findall(r"^\| `([a-z_:]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == scopes_needed()
    assert all(len(reason) > 10 for reason in rows.values())


def test_the_page_names_settings_that_exist_with_their_real_values() -> None:
    named = set(re.findall(r"\b(?:ADVISOR|SLACK)_[A-Z_]+", PAGE))
    known = {
        f"{kind.model_config['env_prefix']}{name.upper()}"
        for kind in (Settings, SlackSettings)
        for name in kind.model_fields
    }
    assert named <= known
    kept = Retention()
    for days, setting in (
        (kept.answered_text_days, "ANSWERED_TEXT"),
        (kept.other_text_days, "OTHER_TEXT"),
        (kept.row_days, "ROWS"),
    ):
        assert f"{days} days (`ADVISOR_KEEP_{setting}_DAYS`)" in PAGE
    assert f"{kept.gaps_floor} people or more" in PAGE


def test_the_page_names_every_host(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: AllSettings = read_all()
    assert settings.slack.api_url.split("/")[2] in PAGE
    for host in ("wss-primary.slack.com", "hooks.slack.com", "port 443", "/slack/events"):
        assert host in PAGE


def test_the_shortcut_has_the_name_that_the_texts_give_it() -> None:
    name = manifest()["features"]["shortcuts"][0]["name"]
    for text in (PAGE, (ROOT / "README.md").read_text(), (ROOT / "knowledge" / "messages.yaml").read_text()):
        assert name in text


def test_the_recorded_messages_are_ones_that_slack_takes() -> None:
    found = json.loads((ROOT / "docs" / "slack-messages.json").read_text())
    assert len(found) >= 6
    for name, message in found.items():
        most = 100 if name == "home" else 50
        assert problems(message, most=most) == [], name
