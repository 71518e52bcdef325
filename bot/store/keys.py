"""Names made unreadable at the door: keyed hashes of people, conversations and messages.

The key is made at first start and lies beside the database, never in it. Without it a hash can't be tied to a name;
with it and a list of names it can, which the privacy words say.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bot.errors import AdvisorError

KEY_BYTES = 32


def load_or_make_key(path: Path) -> bytes:
    """The key in a file only its owner can read; made if there is none, by one process even if two start at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(KEY_BYTES).encode())
    try:
        os.link(temporary, path)  # fails if there is a key already; a reader never sees half of one
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    try:
        return parse_key(path.read_text())
    except ValueError:
        raise AdvisorError(
            f"The key in {path} is damaged. Put back the file from a backup; without it, people the store knows "
            "can't be recognised. If there is no backup, delete it and they start as strangers."
        ) from None


def parse_key(text: str) -> bytes:
    """A key as it is written. ValueError if it is no key, or too short to be one."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise ValueError(
            f"a key is {2 * KEY_BYTES} hexadecimal digits or more: openssl rand -hex {KEY_BYTES} makes one"
        )
    return key


class Pseudonyms:
    """Keyed hashes, apart for each purpose, so that a person's and a chat's never look alike."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def _hash(self, purpose: str, parts: tuple[str, ...]) -> str:
        # lengths before the parts: ("a", "bc") and ("ab", "c") must differ
        text = "|".join((purpose, *(f"{len(part)}:{part}" for part in parts)))
        return hmac.new(self._key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def person(self, channel: str, workspace: str, user: str) -> str:
        """The hash of a person on a channel."""
        return self._hash("person", (channel, workspace, user))

    def conversation(self, *parts: str) -> str:
        """The hash of a thread, chat or run."""
        return self._hash("conversation", parts)

    def message(self, *parts: str) -> str:
        """The hash of a message's id."""
        return self._hash("message", parts)
