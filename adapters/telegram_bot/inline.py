"""Inline mode: `@bot cbc threshold` in any chat gives up to ten ranked entries to choose from. Nothing of it is stored."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from adapters.telegram_bot.blocks import Say, clean
from adapters.telegram_bot.keyboards import View, deep_link, entry_payload
from adapters.telegram_bot.render import render
from bot.advisor import Advisor
from bot.model import Nation, Reply

log = logging.getLogger(__name__)

MOST_RESULTS = 10
LEAST_SCORE = 0.01  # beneath it nothing speaks for an entry; measured on nonsense, which scores under 0.008
CACHED_SECONDS = 300  # at Telegram, for all people alike: results hold nothing of who asks
CACHED_QUERIES = 256  # here
DESCRIPTION = 120  # characters of the answer shown in the list


class Inline:
    """Answers the inline queries of one bot."""

    def __init__(self, advisor: Callable[[], Advisor], username: str) -> None:
        self._advisor = advisor
        self._username = username
        self._cache: OrderedDict[tuple[str, str], tuple[InlineQueryResultArticle, ...]] = OrderedDict()

    async def answer(self, query: InlineQuery) -> None:
        """Answer a query. One that is too old by now is let be."""
        button = InlineQueryResultsButton(self._advisor().voice.say("label_open_chat"), start_parameter="open")
        try:
            await query.answer(self.results(query.query), cache_time=CACHED_SECONDS, is_personal=False, button=button)
        except TelegramError as error:
            log.info("an inline query could not be answered: %s", error)

    def results(self, text: str) -> tuple[InlineQueryResultArticle, ...]:
        """Up to ten entries for a text, best first; where texts differ by nation and none is named, one a nation."""
        advisor = self._advisor()
        key = (advisor.knowledge.revision, " ".join(text.casefold().split()))
        if key not in self._cache:
            self._cache[key] = tuple(self._found(advisor, text))[:MOST_RESULTS] if key[1] else ()
            while len(self._cache) > CACHED_QUERIES:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return self._cache[key]

    def _found(self, advisor: Advisor, text: str) -> Iterator[InlineQueryResultArticle]:
        named = advisor.nation_in(text)
        exact = text.strip() if text.strip() in advisor.knowledge.entries else None
        ranked = [found.entry for found in advisor.find(text, MOST_RESULTS) if found.score >= LEAST_SCORE]
        for entry in dict.fromkeys([exact, *ranked] if exact else ranked):
            yield from self._articles(advisor, entry, named)

    def _articles(self, advisor: Advisor, entry: str, named: Nation | None) -> Iterator[InlineQueryResultArticle]:
        shown = set()
        reply = advisor.show(entry, nation=named)
        replies = [reply] if reply.parts else [advisor.show(entry, nation=nation) for nation in named_or_all(named)]
        for found in replies:
            if found.parts and found.parts[0].nations not in shown:
                shown.add(found.parts[0].nations)
                yield self._article(found, advisor.voice.say)

    def _article(self, reply: Reply, say: Say) -> InlineQueryResultArticle:
        part = reply.parts[0]
        message = render(reply, View(), say)[0]
        everywhere = len(part.nations) == len(Nation)
        nations = "" if everywhere else f" ({', '.join(nation.title for nation in part.nations)})"
        link = deep_link(self._username, entry_payload(part.entry))
        return InlineQueryResultArticle(
            id=f"{part.entry}:{''.join(nation.value[0] for nation in part.nations)}",
            title=f"{clean(part.question)}{nations}",
            description=clean(part.lead)[:DESCRIPTION],
            input_message_content=InputTextMessageContent(
                message.html, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
            ),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton(say("label_more"), url=link)]]),
        )


def named_or_all(nation: Nation | None) -> tuple[Nation, ...]:
    """The nation alone, or all four."""
    return (nation,) if nation else tuple(Nation)
