"""What the Bot API refuses, checked as its description says, with its own error texts."""

from __future__ import annotations

import re
from typing import Any

from fake_telegram.markup import BadMarkup, Seen, parse, units

Json = dict[str, Any]

ALLOWED = {
    "getMe": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {"url", "secret_token", "allowed_updates", "max_connections"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "sendMessage": {
        "chat_id", "text", "parse_mode", "reply_markup", "link_preview_options", "message_thread_id", "reply_parameters",
    },
    "editMessageText": {"chat_id", "message_id", "text", "parse_mode", "reply_markup", "link_preview_options"},
    "sendDocument": {"chat_id", "document", "message_thread_id", "reply_parameters"},
    "sendChatAction": {"chat_id", "action", "message_thread_id"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert"},
    "answerInlineQuery": {"inline_query_id", "results", "cache_time", "is_personal", "button", "next_offset"},
    "setMyCommands": {"commands", "scope", "language_code"},
    "getMyCommands": {"scope", "language_code"},
    "setMyDescription": {"description", "language_code"},
    "getMyDescription": {"language_code"},
    "setMyShortDescription": {"short_description", "language_code"},
    "getMyShortDescription": {"language_code"},
}  # fmt: skip


class Refused(Exception):
    """An error answer: HTTP status, description, parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        self.status, self.description, self.parameters = status, description, parameters
        super().__init__(description)


def bad(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def parameters(method: str, given: Json) -> None:
    """An unknown method or parameter is a mistake of ours, whatever Telegram would make of it."""
    if method not in ALLOWED:
        raise Refused(404, "Not Found")
    unknown = set(given) - ALLOWED[method]
    if unknown:
        raise bad(f"unknown parameters {sorted(unknown)}")


def text(given: Json) -> Seen:
    """A text as it will be seen."""
    raw = str(given.get("text", given.get("message_text", "")))
    try:
        seen = parse(raw) if given.get("parse_mode") == "HTML" else Seen(raw, ())
    except BadMarkup as error:
        raise bad(f"can't parse entities: {error}") from None
    if not seen.text.strip():
        raise bad("message text is empty")
    if units(seen.text) > 4096:
        raise bad("message is too long")
    if len(seen.entities) > 100:
        raise bad("too many entities")  # Telegram drops the rest; here it is a mistake of ours
    if not (given.get("link_preview_options") or {}).get("is_disabled"):
        raise bad("link previews are to be off")
    return seen


def rows(markup: Json | None) -> list[list[Json]]:
    """An inline keyboard."""
    found: list[list[Json]] = (markup or {}).get("inline_keyboard", [])
    buttons = [button for row in found for button in row]
    if len(buttons) > 100 or any(len(row) > 8 or not row for row in found):
        raise bad("REPLY_MARKUP_INVALID")
    for button in buttons:
        kinds = set(button) - {"text"}
        if len(kinds) != 1 or not button.get("text", "").strip():
            raise bad("BUTTON_TYPE_INVALID")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"https?://|tg://", button["url"]):
            raise bad("BUTTON_URL_INVALID")
    return found


def inline_results(results: list[Json]) -> None:
    """The results of an inline query."""
    ids = [result["id"] for result in results]
    if len(results) > 50 or len(set(ids)) != len(ids) or not all(1 <= len(i.encode()) <= 64 for i in ids):
        raise bad("RESULT_ID_INVALID")
    for result in results:
        text(result["input_message_content"])
        rows(result.get("reply_markup"))
        if not result.get("title"):
            raise bad("ARTICLE_TITLE_EMPTY")


def commands(found: list[Json]) -> None:
    """A command menu."""
    for command in found:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_INVALID")
