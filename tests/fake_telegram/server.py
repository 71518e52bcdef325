"""The server: every method the bot uses, long polling with offset and redelivery, webhooks, and faults on demand."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, web

from fake_telegram import strict
from fake_telegram.strict import Refused, bad
from fake_telegram.world import TOKEN, Sent, World, bot

Json = dict[str, Any]
TOO_OLD = 15.0  # seconds after which a callback can't be answered any more


class FakeTelegram:
    """`async with FakeTelegram() as telegram`: its `url` goes into TELEGRAM_API_URL."""

    def __init__(self) -> None:
        self.world = World()
        self.queue: list[Json] = []  # not yet confirmed
        self.delivered: Counter[int] = Counter()  # how often each update was handed out
        self.calls: list[tuple[str, Json]] = []
        self.typing: list[tuple[int, float]] = []
        self.files: list[tuple[int, bytes]] = []
        self.toasts: list[tuple[str, str]] = []  # answered callbacks with their text
        self.inline: dict[str, Json] = {}  # answered inline queries
        self.menus: dict[str, list[Json]] = {}
        self.about: dict[str, str] = {}
        self.blocked: set[int] = set()
        self.gone: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.limited: dict[int, tuple[float, int]] = {}  # chat -> (until, refused so far)
        self.fail_next: list[Callable[[str, Json], Refused | str | None]] = []  # a Refused, or "drop" the connection
        self.webhook = ""
        self.secret = ""
        self.allowed: list[str] = []
        self.posted: list[int] = []  # statuses the webhook answered
        self.url = ""
        self.delay = 0.0  # seconds that every message takes on its way
        self.on_sent: Callable[[Sent], None] = lambda _sent: None
        self._news = asyncio.Condition()
        self._poller = 0
        self._pushing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> FakeTelegram:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._pushing is not None:
            self._pushing.cancel()
        async with self._news:
            self._poller += 1
            self._news.notify_all()
        await self._runner.cleanup()

    # --- what people do --------------------------------------------------------------------------------------------

    async def happen(self, *updates: Json) -> None:
        """These updates are there for the bot to take."""
        self.queue += updates
        async with self._news:
            self._news.notify_all()

    async def says(self, chat: int, text: str = "", person: int | None = None, **extra: Any) -> Json:
        update = self.world.says(chat, text, person, **extra)
        await self.happen(update)
        return update

    async def taps(self, message: Sent, title: str, person: int | None = None) -> None:
        await self.happen(self.world.taps(message, message.button(title)["callback_data"], person))

    async def until(self, true: Callable[[], Any], seconds: float = 15.0) -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not come about; the bot said {[s.text[:80] for s in self.sent[-3:]]}")
            await asyncio.sleep(0.005)

    @property
    def sent(self) -> list[Sent]:
        return self.world.sent

    # --- the API ---------------------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _parameters(request)
        self.calls.append((method, given))
        try:
            if request.match_info["token"] != TOKEN:
                raise Refused(401, "Unauthorized")
            for fault in self.fail_next:
                found = fault(method, given)
                if found is not None:
                    self.fail_next.remove(fault)
                    if isinstance(found, Refused):
                        raise found
                    assert request.transport is not None
                    request.transport.abort()
                    return web.Response()
            strict.parameters(method, given)
            result = getattr(self, f"_{method}")(given)
            if asyncio.iscoroutine(result):
                result = await result
        except Refused as error:
            body: Json = {"ok": False, "error_code": error.status, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.status)
        return web.json_response({"ok": True, "result": result})

    def _getMe(self, _given: Json) -> Json:
        return bot()

    async def _getUpdates(self, given: Json) -> list[Json]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        self._poller += 1
        mine = self._poller
        async with self._news:
            self._news.notify_all()
        self._allow(given)
        if "offset" in given:
            self.queue = [update for update in self.queue if update["update_id"] >= given["offset"]]
        deadline = time.monotonic() + min(given.get("timeout", 0), 50)
        while not self.queue and time.monotonic() < deadline:
            async with self._news:
                try:
                    await asyncio.wait_for(self._news.wait(), max(deadline - time.monotonic(), 0.001))
                except TimeoutError:
                    break
            if self._poller != mine:
                raise Refused(409, "Conflict: terminated by other getUpdates request; make sure only one is running")
        found = self.queue[: given.get("limit", 100)]
        self.delivered.update(update["update_id"] for update in found)
        return found

    def _allow(self, given: Json) -> None:
        if "allowed_updates" in given:
            self.allowed = given["allowed_updates"]
        self.queue = [u for u in self.queue if not self.allowed or set(self.allowed) & set(u)]

    def _setWebhook(self, given: Json) -> bool:
        if not given["url"].startswith("http"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.secret = given["url"], given.get("secret_token", "")
        self._allow(given)
        if self._pushing is None:
            self._pushing = asyncio.get_running_loop().create_task(self._push())
        return True

    def _deleteWebhook(self, given: Json) -> bool:
        self.webhook = ""
        if given.get("drop_pending_updates"):
            self.queue.clear()
        return True

    async def _push(self) -> None:
        """Hand updates to the webhook, each again and again until it is taken."""
        async with ClientSession() as session:
            while True:
                if not self.queue or not self.webhook:
                    await asyncio.sleep(0.01)
                    continue
                update = self.queue[0]
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.secret}
                try:
                    async with session.post(self.webhook, json=update, headers=headers) as answer:
                        status = answer.status
                except ClientError:
                    status = 0
                self.posted.append(status)
                self.delivered[update["update_id"]] += 1
                if 200 <= status < 300:
                    self.queue.pop(0)
                else:
                    await asyncio.sleep(0.05)

    def _getWebhookInfo(self, _given: Json) -> Json:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.queue)}

    def _may_write(self, given: Json) -> int:
        chat = int(given["chat_id"])
        until, refused = self.limited.get(chat, (0.0, 0))
        if until > time.monotonic():
            self.limited[chat] = (until, refused + 1)
            wait = max(1, round(until - time.monotonic()))
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if chat in self.migrated:
            raise Refused(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.migrated[chat]
            )
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in self.gone:
            raise bad("chat not found")
        if chat not in self.world.started and chat not in self.migrated.values():
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    async def _sendMessage(self, given: Json) -> Json:
        await asyncio.sleep(self.delay)
        chat = self._may_write(given)
        seen, rows = strict.text(given), strict.rows(given.get("reply_markup"))
        answers = (given.get("reply_parameters") or {}).get("message_id")
        person = self.world.people.get((chat, answers)) if answers else None
        found = Sent(
            chat, self.world.next_message(), seen.text, given["text"], rows, given, time.monotonic(), to_person=person
        )
        self.sent.append(found)
        self.on_sent(found)
        return self.world.as_seen(found)

    def _editMessageText(self, given: Json) -> Json:
        chat = self._may_write(given)
        seen, rows = strict.text(given), strict.rows(given.get("reply_markup"))
        found = next((s for s in self.sent if (s.chat, s.id) == (chat, int(given["message_id"]))), None)
        if found is None:
            raise bad("message to edit not found")
        if (found.text, found.html, found.rows) == (seen.text, given["text"], rows):
            raise bad("message is not modified: specified new message content and reply markup are exactly the same")
        found.text, found.html, found.rows, found.edits = seen.text, given["text"], rows, found.edits + 1
        found.at = time.monotonic()
        self.on_sent(found)
        return self.world.as_seen(found)

    def _sendDocument(self, given: Json) -> Json:
        chat = self._may_write(given)
        self.files.append((chat, given["document"]))
        document = {"file_id": "f", "file_unique_id": "u", "file_name": "answer.txt"}
        return {"message_id": 1, "date": int(time.time()), "chat": self.world.chat(chat), "document": document}

    def _sendChatAction(self, given: Json) -> bool:
        chat = self._may_write(given)
        if given["action"] != "typing":
            raise bad("wrong parameter action in request")
        self.typing.append((chat, time.monotonic()))
        return True

    def _answerCallbackQuery(self, given: Json) -> bool:
        query = given["callback_query_id"]
        if time.monotonic() - self.world.queries.pop(query, -TOO_OLD) > TOO_OLD:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.toasts.append((query, given.get("text", "")))
        return True

    def _answerInlineQuery(self, given: Json) -> bool:
        if self.world.queries.pop(given["inline_query_id"], None) is None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        strict.inline_results(given["results"])
        self.inline[given["inline_query_id"]] = given
        return True

    def _setMyCommands(self, given: Json) -> bool:
        strict.commands(given["commands"])
        self.menus[given["scope"]["type"]] = given["commands"]
        return True

    def _getMyCommands(self, given: Json) -> list[Json]:
        return self.menus.get(given["scope"]["type"], [])

    def _setMyDescription(self, given: Json) -> bool:
        if len(given["description"]) > 512:
            raise bad("description is too long")
        self.about["description"] = given["description"]
        return True

    def _getMyDescription(self, _given: Json) -> Json:
        return {"description": self.about.get("description", "")}

    def _setMyShortDescription(self, given: Json) -> bool:
        if len(given["short_description"]) > 120:
            raise bad("short description is too long")
        self.about["short_description"] = given["short_description"]
        return True

    def _getMyShortDescription(self, _given: Json) -> Json:
        return {"short_description": self.about.get("short_description", "")}


async def _parameters(request: web.Request) -> Json:
    """From the query, a form, or multipart; what is JSON is read as JSON."""
    given: Json = dict(request.query)
    if request.can_read_body:
        for name, value in (await request.post()).items():
            given[name] = value.file.read() if isinstance(value, web.FileField) else value
    return {name: _read(name, value) for name, value in given.items()}


def _read(name: str, value: Any) -> Any:
    if name in {"text", "description", "short_description", "callback_query_id", "url", "secret_token", "document"}:
        return value
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value
