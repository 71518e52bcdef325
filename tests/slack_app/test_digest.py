"""What maintainers are told reaches their channel, escaped, and a channel that was not joined is named with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_fake import fake_slack
from slack_strict import words
from slack_world import running

from adapters.bootstrap import Library
from bot.errors import AdvisorError


async def test_it_is_posted_to_the_channel_that_is_set(shipped: Library, tmp_path: Path) -> None:
    async with fake_slack() as fake, running(shipped, tmp_path, fake.api_url, digest_channel="C1") as world:
        assert world.channel.tells_maintainers
        await world.channel.tell_maintainers("The week\n\nAsked: “<script> & co”\n• a point")
        (post,) = fake.of("chat.postMessage")
        assert post.channel == "C1"
        assert words(post.body["blocks"]) == "*The week*\nAsked: “&lt;script&gt; &amp; co”\n• a point"
        assert fake.refused == []


async def test_a_channel_it_was_not_invited_to_is_an_error_that_says_so(shipped: Library, tmp_path: Path) -> None:
    async with fake_slack() as fake, running(shipped, tmp_path, fake.api_url, digest_channel="C9") as world:
        with pytest.raises(AdvisorError, match="Invite the bot"):
            await world.channel.tell_maintainers("The week")


async def test_without_a_channel_there_is_no_place(shipped: Library, tmp_path: Path) -> None:
    async with fake_slack() as fake, running(shipped, tmp_path, fake.api_url) as world:
        assert not world.channel.tells_maintainers
