"""The operational log: JSON lines, and no token in message or traceback."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from adapters.logs import Formatter, without_tokens

SECRET = "s3cr3t-signing"  # noqa: S105  # a made-up one
LOOKS = ["xoxb-12-34-abc", "xapp-1-A0-5-ff", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"]


@pytest.mark.parametrize("token", [*LOOKS, SECRET])
@pytest.mark.parametrize("as_json", [True, False])
def test_no_token_reaches_the_log_by_message_or_traceback(token: str, as_json: bool) -> None:
    try:
        raise ValueError(f"https://api.telegram.org/bot{token}/getMe failed")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "calling with %s", (token,), sys.exc_info())
    line = Formatter([SECRET], as_json=as_json).format(record)
    assert token not in line
    assert "[secret]" in line
    if as_json:
        assert set(json.loads(line)) == {"at", "level", "logger", "message", "traceback"}


def test_a_database_password_in_an_address_is_taken_out_and_ordinary_words_stay() -> None:
    assert without_tokens("postgresql://ann:pw@db/advisor") == "postgresql://[secret]@db/advisor"
    assert without_tokens("message 3f9a at 12:30 on 2026-11-24") == "message 3f9a at 12:30 on 2026-11-24"


def test_an_address_at_which_slack_takes_an_answer_is_no_text_for_a_log() -> None:
    line = without_tokens("ClientError: https://hooks.slack.com/commands/T1/22/abcDEF did not answer")
    assert line == "ClientError: https://hooks.slack.com[secret] did not answer"
