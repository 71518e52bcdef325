"""The only reader of the environment. Every setting begins with ADVISOR_; all have defaults that work on one machine."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.model import Operator

APP = "spinout-advisor"


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(env_prefix="ADVISOR_", extra="ignore")

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path(APP))
    cache_dir: Path = Field(default_factory=lambda: platformdirs.user_cache_path(APP))
    database_url: str = ""  # empty: SQLite in the data folder
    operator: str = ""
    operator_contact: str = ""
    operator_privacy_url: str = ""

    def who_runs_it(self) -> Operator:
        """The operator as replies name them."""
        if not self.operator:
            return Operator(contact=self.operator_contact, privacy_url=self.operator_privacy_url)
        return Operator(self.operator, self.operator_contact, self.operator_privacy_url)

    def store_url(self) -> str:
        """The database: the one set, or SQLite in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'advisor.db'}"


def read_settings() -> Settings:
    """Read the environment; SettingsError names everything that is wrong, all at once."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"ADVISOR_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("These settings can't be used: " + "; ".join(wrong)) from error
