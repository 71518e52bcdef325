"""The operational log: on standard error, JSON when that is not a terminal, and never with a token in it.

It carries message ids, never what people write; that is the conversation log's, in the store.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

_TOKENS = re.compile(
    r"(?<=hooks\.slack\.com)/[\w/-]+|xox[a-z]-[A-Za-z0-9-]+|xapp-[A-Za-z0-9-]+|(?<!\d)\d{6,}:[A-Za-z0-9_-]{20,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_NOISY = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "aiohttp.access": logging.WARNING}


def without_tokens(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with everything that looks like a token, and every secret given, replaced."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[secret]")
    return _TOKENS.sub("[secret]", text)


class Formatter(logging.Formatter):
    """One line a record, tokens taken out of message and traceback alike."""

    def __init__(self, secrets: Iterable[str], *, as_json: bool) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as text or as JSON."""
        if not self._as_json:
            return without_tokens(super().format(record), self._secrets)
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.casefold(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return without_tokens(json.dumps(fields, ensure_ascii=False), self._secrets)


def set_up(secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Send every library's records through one handler. httpx would write the Telegram token into each request's line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(secrets, as_json=not sys.stderr.isatty()))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, quieter in _NOISY.items():
        logging.getLogger(name).setLevel(quieter)
