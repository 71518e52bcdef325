"""`advisor doctor` for Telegram: token, polling or webhook, menus, inline mode, privacy mode, each with how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime

from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from adapters.channel import Check
from adapters.settings import AllSettings, TelegramSettings
from adapters.telegram_bot import menus, webhook
from bot.knowledge.load import default_folder, load
from bot.say import Voice

ON_ITS_OWN = "advisor serve sets them at its next start."


async def examine(settings: AllSettings) -> list[Check]:
    """Everything about Telegram; nothing if it is not on."""
    own = settings.telegram
    if not own.on:
        return []
    problems = own.problems(http=bool(own.webhook_url))
    if problems:
        return [
            Check("telegram settings", False, problem, "Set it and run advisor doctor again.") for problem in problems
        ]
    request = HTTPXRequest()
    bot = Bot(
        own.bot_token.get_secret_value(), f"{own.api_url}/bot", request=request, get_updates_request=HTTPXRequest()
    )
    try:
        async with bot:
            me = await bot.get_me()
            found = [Check("telegram token", True, f"@{me.username}"), await _receiving(bot, own), *_modes(me)]
            voice = Voice(load(default_folder()).messages.languages, settings.advisor.who_runs_it())
            return [*found, await _menus(bot, voice)]
    except InvalidToken:
        mend = "Copy it whole from BotFather: /mybots, the bot, API Token."
        return [Check("telegram token", False, "Telegram does not accept it", mend)]
    except TelegramError as error:
        mend = f"See that this machine may connect to {own.api_url}."
        return [Check("telegram", False, f"can't be reached ({type(error).__name__})", mend)]


async def _receiving(bot: Bot, own: TelegramSettings) -> Check:
    info = await bot.get_webhook_info()
    waiting = f"{info.pending_update_count} waiting"
    wanted = f"{own.webhook_url}{webhook.PATH}" if own.webhook_url else ""
    if info.url != wanted:
        have = f"a webhook at {info.url}" if info.url else "no webhook"
        mend = "advisor serve sets or removes it at its next start. If another program set it, stop that one first."
        return Check("telegram updates", False, f"{have}, but {'a webhook' if wanted else 'polling'} is set up", mend)
    if info.last_error_date is not None and (datetime.now(UTC) - info.last_error_date).total_seconds() < 3600:
        mend = "See that the address reaches advisor serve --http, with a certificate Telegram trusts."
        return Check("telegram updates", False, f"webhook failing: {info.last_error_message}; {waiting}", mend)
    return Check("telegram updates", True, f"{'webhook' if wanted else 'polling'}, {waiting}")


def _modes(me: User) -> list[Check]:
    inline = bool(me.supports_inline_queries)
    reads_all = bool(me.can_read_all_group_messages)
    return [
        Check(
            "telegram inline mode",
            inline or None,
            "on" if inline else "off; people can't look answers up from other chats",
            "In BotFather: /setinline, choose the bot, give a hint such as: community benefits threshold",
        ),
        Check(
            "telegram privacy mode",
            not reads_all,
            "off: Telegram sends the bot everything said in its groups" if reads_all else "on",
            "In BotFather: /setprivacy, choose the bot, Enable. Then take it out of each group and add it again.",
        ),
    ]


async def _menus(bot: Bot, voice: Voice) -> Check:
    well = await menus.are_set(bot, voice)
    return Check("telegram commands", well or None, "menus set" if well else "menus not set yet", ON_ITS_OWN)
