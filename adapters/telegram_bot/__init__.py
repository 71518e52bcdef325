"""Telegram: python-telegram-bot's Application over the core, with a poll loop and a webhook that lose nothing."""
