"""The only reader of the environment: ADVISOR_ for the advisor, SLACK_ and TELEGRAM_ for the channels.

All have defaults that work on one machine; a channel is on when its token is set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar, cast

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from bot.model import Nation, Operator, Retention
from bot.pace import PER_MINUTE
from bot.store.keys import Pseudonyms, load_or_make_key, parse_key

APP = "spinout-advisor"

Found = TypeVar("Found", bound="BaseSettings")


def _nation(value: object) -> object:
    """A nation as people write it in a setting: `ni` too, and nothing for none."""
    short = {"": None, "uk": None, "ni": Nation.NORTHERN_IRELAND}
    return short.get(value.strip().casefold(), value.strip().casefold()) if isinstance(value, str) else value


def _key(value: SecretStr) -> SecretStr:
    """A key that can be used, or none."""
    if value.get_secret_value():
        parse_key(value.get_secret_value())
    return value


def _channel_nations(value: object) -> object:
    """`C0123=scotland, C0456=wales` as a dictionary."""
    if not isinstance(value, str):
        return value
    pairs = [pair.split("=", 1) for pair in value.split(",") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("write it as C0123=scotland,C0456=wales")
    return {channel.strip(): _nation(nation) for channel, nation in pairs}


def _address(value: str) -> str:
    """A web address, with no slash at its end."""
    if value and not value.startswith(("https://", "http://127.0.0.1", "http://localhost", "http://[::1]")):
        raise ValueError("write a whole address that begins with https://")
    return value.rstrip("/")


DefaultNation = Annotated[Nation | None, BeforeValidator(_nation)]
Days = Annotated[int, Field(ge=0, le=3650)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """What an operator can set for every channel."""

    model_config = SettingsConfigDict(env_prefix="ADVISOR_", extra="ignore")

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path(APP))
    cache_dir: Path = Field(default_factory=lambda: platformdirs.user_cache_path(APP))
    database_url: str = ""  # empty: SQLite in the data folder
    key: Annotated[SecretStr, AfterValidator(_key)] = SecretStr(
        ""
    )  # 64 hexadecimal digits or more; empty: a file in the data folder
    operator: str = ""
    operator_contact: str = ""
    operator_privacy_url: str = ""
    keep_answered_text_days: Days = 30
    keep_other_text_days: Days = 180
    keep_rows_days: Days = 365
    keep_no_text: bool = False  # store no words of anybody
    gaps_floor: Annotated[int, Field(ge=1)] = 3
    messages_per_minute: Annotated[int, Field(ge=1)] = PER_MINUTE
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080

    def who_runs_it(self) -> Operator:
        """The operator as replies name them."""
        if not self.operator:
            return Operator(contact=self.operator_contact, privacy_url=self.operator_privacy_url)
        return Operator(self.operator, self.operator_contact, self.operator_privacy_url)

    def retention(self) -> Retention:
        """How long what is kept."""
        return Retention(
            answered_text_days=self.keep_answered_text_days,
            other_text_days=self.keep_other_text_days,
            row_days=self.keep_rows_days,
            keep_text=not self.keep_no_text,
            gaps_floor=self.gaps_floor,
        )

    def pseudonyms(self) -> Pseudonyms:
        """The keyed hashes of people. AdvisorError if the key can't be read or made."""
        given = self.key.get_secret_value()
        return Pseudonyms(parse_key(given) if given else load_or_make_key(self.data_dir / "key"))

    def store_url(self) -> str:
        """The database: the one set, or SQLite in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'advisor.db'}"


class SlackSettings(BaseSettings):
    """What Slack needs. On when SLACK_BOT_TOKEN is set."""

    model_config = SettingsConfigDict(env_prefix="SLACK_", extra="ignore", hide_input_in_errors=True)

    bot_token: SecretStr = SecretStr("")  # xoxb-...
    app_token: SecretStr = SecretStr("")  # xapp-..., for Socket Mode
    signing_secret: SecretStr = SecretStr("")  # for HTTP events
    default_nation: DefaultNation = None
    channel_nations: Annotated[dict[str, Nation], NoDecode, BeforeValidator(_channel_nations)] = {}
    digest_channel: Annotated[str, Field(pattern=r"^([CG][A-Z0-9]+)?$")] = ""  # where maintainers are told things
    api_url: Address = "https://slack.com/api"

    @property
    def on(self) -> bool:
        """Whether this channel is to run."""
        return bool(self.bot_token.get_secret_value())

    def problems(self, *, http: bool) -> list[str]:
        """What is missing or malformed for the mode, each with what to do."""
        app_page = "https://api.slack.com/apps"
        found = []
        if not self.bot_token.get_secret_value().startswith("xoxb-"):
            found.append(f"SLACK_BOT_TOKEN does not begin with xoxb-: copy it from OAuth & Permissions at {app_page}.")
        if http and not self.signing_secret.get_secret_value():
            found.append(f"SLACK_SIGNING_SECRET is not set: copy it from Basic Information at {app_page}.")
        if not http and not self.app_token.get_secret_value().startswith("xapp-"):
            found.append(
                f"SLACK_APP_TOKEN is not set or does not begin with xapp-: make one with connections:write under "
                f"Basic Information, App-Level Tokens, at {app_page}."
            )
        return found


class TelegramSettings(BaseSettings):
    """What Telegram needs. On when TELEGRAM_BOT_TOKEN is set."""

    model_config = SettingsConfigDict(env_prefix="TELEGRAM_", extra="ignore", hide_input_in_errors=True)

    bot_token: SecretStr = SecretStr("")
    webhook_url: Address = ""  # the public address of this program; empty: polling
    webhook_secret: SecretStr = SecretStr("")
    api_url: Address = "https://api.telegram.org"

    @property
    def on(self) -> bool:
        """Whether this channel is to run."""
        return bool(self.bot_token.get_secret_value())

    def problems(self, *, http: bool) -> list[str]:
        """What is missing or malformed for the mode, each with what to do."""
        found = []
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", self.bot_token.get_secret_value()):
            found.append("TELEGRAM_BOT_TOKEN is not of the form 123456:ABC...: copy it whole from BotFather.")
        if self.webhook_url and not http:
            found.append("TELEGRAM_WEBHOOK_URL is set, so start with --http, or unset it to poll.")
        if self.webhook_url and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", self.webhook_secret.get_secret_value()):
            found.append(
                "TELEGRAM_WEBHOOK_SECRET must be 16 to 256 letters, digits, - and _, so that nobody else can post to "
                "the webhook: openssl rand -hex 32 makes one."
            )
        return found


@dataclass(frozen=True)
class AllSettings:
    """Everything the environment says."""

    advisor: Settings
    slack: SlackSettings
    telegram: TelegramSettings

    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be seen in a log."""
        slack, telegram = self.slack, self.telegram
        found = (
            self.advisor.key,
            slack.bot_token,
            slack.app_token,
            slack.signing_secret,
            telegram.bot_token,
            telegram.webhook_secret,
        )
        return tuple(secret.get_secret_value() for secret in found)

    def problems(self, *, http: bool) -> list[str]:
        """What stands in the way of serving the channels that are on, each with what to do."""
        if not (self.slack.on or self.telegram.on):
            return ["No channel has settings: set SLACK_BOT_TOKEN or TELEGRAM_BOT_TOKEN. The README says how."]
        found = []
        if not self.advisor.operator:
            found.append(
                "ADVISOR_OPERATOR is not set. People must be told who runs this bot: give your organisation's name, and "
                "in ADVISOR_OPERATOR_CONTACT and ADVISOR_OPERATOR_PRIVACY_URL where to ask and your privacy page."
            )
        if self.slack.on:
            found += self.slack.problems(http=http)
        if self.telegram.on:
            found += self.telegram.problems(http=http)
        return found


def read_all() -> AllSettings:
    """The whole environment; one SettingsError with everything that is malformed."""
    wrong = []

    def tried(kind: type[Found]) -> Found:
        try:
            return _read(kind)
        except SettingsError as error:
            wrong.append(str(error))
            return cast("Found", kind.model_construct())  # the pydantic plugin forgets which kind it was

    found = AllSettings(tried(Settings), tried(SlackSettings), tried(TelegramSettings))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return found


def _read(kind: type[Found]) -> Found:
    """Read the environment; SettingsError names everything that is wrong, all at once, and never repeats a secret."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        wrong = [f"{prefix}{'_'.join(str(part).upper() for part in e['loc'][:1])}: {e['msg']}" for e in error.errors()]
        raise SettingsError("These settings can't be used: " + "; ".join(wrong)) from None


def read_settings() -> Settings:
    """The settings for every channel."""
    return _read(Settings)
