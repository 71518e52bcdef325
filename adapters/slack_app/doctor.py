"""What `advisor doctor` looks at for Slack: the tokens, the scopes granted, the socket, each with how to mend it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.channel import Check
from adapters.delivery import TryAgain, Undeliverable
from adapters.settings import AllSettings, SlackSettings
from adapters.slack_app.api import SlackError, call, make_client, meaning

MANIFEST = Path(__file__).parent / "manifest.json"
_PAGE = "https://api.slack.com/apps"


def manifest() -> dict[str, Any]:
    """The manifest that the app is made from."""
    found: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return found


def scopes_needed() -> set[str]:
    """The scopes that the manifest asks for."""
    return set(manifest()["oauth_config"]["scopes"]["bot"])


async def examine(settings: AllSettings) -> list[Check]:
    """Every check for Slack, in the order in which things are needed."""
    slack = settings.slack
    if not slack.on:
        return [Check("Slack", None, "off", "Set SLACK_BOT_TOKEN to turn it on; the README says how.")]
    modes: list[list[str]] = [slack.problems(http=http) for http in (False, True)]
    settled = next((Check("Slack settings", True, "complete") for problems in modes if not problems), None)
    if settled is None:
        settled = Check(
            "Slack settings",
            False,
            " ".join(sorted(modes, key=len)[0]),
            f"Both tokens are at {_PAGE}.",
        )
    async with aiohttp.ClientSession() as session:
        checks = [settled, *await _token(slack, session)]
        if slack.app_token.get_secret_value():
            checks.append(await _socket(slack, session))
    return checks


async def _token(slack: SlackSettings, session: aiohttp.ClientSession) -> list[Check]:
    client = make_client(slack.bot_token.get_secret_value(), slack.api_url, session)
    mend = f"Copy the Bot User OAuth Token again from OAuth & Permissions at {_PAGE}, or install the app again."
    try:
        answer = await client.api_call("auth.test")
    except SlackApiError as error:
        why = str(meaning("auth.test", error))
        if "status" in why or "wait" in why:
            return [
                Check("Slack bot token", False, f"could not be told ({why})", "Slack is busy or ill: look again soon.")
            ]
        return [Check("Slack bot token", False, f"refused: {why}", mend)]
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return [_unreached("Slack bot token", error)]
    token = Check("Slack bot token", True, f"taken for {answer.get('team')}, as {answer.get('user')}")
    return [token, _scopes(answer.headers)]


def _scopes(headers: dict[str, str]) -> Check:
    told = {name.casefold(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if told is None:
        return Check("Slack scopes", None, "the server does not say which were granted")
    granted = {scope.strip() for scope in told.split(",") if scope.strip()}
    missing, more = sorted(scopes_needed() - granted), sorted(granted - scopes_needed())
    if missing:
        mend = f"Put adapters/slack_app/manifest.json into App Manifest at {_PAGE} and install the app again."
        return Check("Slack scopes", False, f"missing: {', '.join(missing)}", mend)
    if more:
        mend = "They do no harm here, but take them away: the app should hold no more than it uses."
        return Check("Slack scopes", None, f"all that are needed, and more: {', '.join(more)}", mend)
    return Check("Slack scopes", True, "those of the manifest and no others")


async def _socket(slack: SlackSettings, session: aiohttp.ClientSession) -> Check:
    client = make_client(slack.app_token.get_secret_value(), slack.api_url, session)
    mend = (
        f"Under Basic Information, App-Level Tokens, at {_PAGE} make a token with connections:write for "
        "SLACK_APP_TOKEN, and turn Socket Mode on."
    )
    try:
        opened = await call(client, "apps.connections.open")
        async with session.ws_connect(opened["url"]):
            return Check("Slack socket", True, "opens")
    except (SlackError, Undeliverable, TryAgain) as error:
        return Check("Slack socket", False, f"refused: {error}", mend)
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError) as error:
        return _unreached("Slack socket", error)


def _unreached(what: str, error: Exception) -> Check:
    mend = "See that this machine reaches slack.com and wss-primary.slack.com on port 443, also through a proxy."
    return Check(what, False, f"Slack could not be reached ({type(error).__name__})", mend)
