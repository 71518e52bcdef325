"""Slack: hears what people do there, shows them replies as Block Kit. Nothing here decides what to say."""
