"""Slack's signature on what comes over HTTP. Checked before Bolt sees it, so that nothing odd ends in a traceback."""

from __future__ import annotations

import re

from slack_sdk.signature import SignatureVerifier

OK, BAD_REQUEST, UNAUTHORISED = 200, 400, 401
_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Doorkeeper:
    """Says whether a request comes from Slack: 200, or the status to refuse it with."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)

    def check(self, body: bytes, timestamp: str | None, signature: str | None) -> int:
        """400 for what is no request of Slack's at all; 401 for no, a wrong or an old signature (five minutes)."""
        if timestamp is None or signature is None:
            return UNAUTHORISED
        if not _SECONDS.fullmatch(timestamp):
            return BAD_REQUEST
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return BAD_REQUEST
        known = _SIGNATURE.fullmatch(signature) and self._verifier.is_valid(text, timestamp, signature)
        return OK if known else UNAUTHORISED
