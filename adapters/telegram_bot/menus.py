"""The command menus and the bot's own description, set by API where they are not yet as they should be."""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from adapters.telegram_bot.updates import COMMANDS
from bot.say import Voice

log = logging.getLogger(__name__)

IN_GROUPS = ("topics", "help")
DESCRIPTION, SHORT_DESCRIPTION = 512, 120  # characters Telegram allows

Scope = BotCommandScopeAllPrivateChats | BotCommandScopeAllGroupChats


def wanted(voice: Voice) -> tuple[tuple[Scope, tuple[BotCommand, ...]], ...]:
    """The menus: all commands in private, two in groups."""

    def menu(names: tuple[str, ...]) -> tuple[BotCommand, ...]:
        return tuple(BotCommand(name, voice.say(f"command_{name}")) for name in names)

    return (BotCommandScopeAllPrivateChats(), menu(COMMANDS)), (BotCommandScopeAllGroupChats(), menu(IN_GROUPS))


async def are_set(bot: Bot, voice: Voice) -> bool:
    """Whether both menus are as they should be."""
    return all([tuple(await bot.get_my_commands(scope)) == menu for scope, menu in wanted(voice)])


async def set_up(bot: Bot, voice: Voice) -> None:
    """Set what differs: these calls are rationed. A refusal is logged; the bot answers all the same."""
    try:
        for scope, menu in wanted(voice):
            if tuple(await bot.get_my_commands(scope)) != menu:
                await bot.set_my_commands(menu, scope)
        description = voice.say("telegram_description")[:DESCRIPTION]
        if (await bot.get_my_description()).description != description:
            await bot.set_my_description(description)
        short = voice.say("telegram_short")[:SHORT_DESCRIPTION]
        if (await bot.get_my_short_description()).short_description != short:
            await bot.set_my_short_description(short)
    except TelegramError as error:
        log.warning("the menus or the description could not be set (%s); the next start tries again", error)
