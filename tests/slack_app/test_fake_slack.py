"""What the foreign server can't do, on a strict one of ours: redelivery, limits, failures, modals, prompts, crashes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from slack_fake import (
    FakeSlack,
    Fault,
    command,
    direct,
    event,
    fake_slack,
    home_tap,
    mention,
    shortcut,
    submission,
    tap,
)
from slack_peer import find_action
from slack_strict import words
from slack_world import ANN, BEN, library, running, until

from adapters.bootstrap import Library
from bot.errors import AdvisorError, StoreUnavailable
from bot.model import Reply, Role, Utterance
from bot.store.claims import Acceptance

LOCK = "what is an asset lock?"
TYPED = "wHaT DoEs an aSSet lOcK dO"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("known") / "knowledge")


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as found:
        yield found
        assert found.refused == [], "Slack would have refused these"


def shown_on_home(fake: FakeSlack, expected: str) -> bool:
    return expected in words(fake.of("views.publish")[-1].body["view"]["blocks"])


async def settle() -> None:
    """Long enough for anything wrong to happen too."""
    await asyncio.sleep(0.3)


# --- delivery -------------------------------------------------------------------------------------------------------


async def test_the_pair_of_events_and_every_redelivery_are_answered_once(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url):
        once = mention(LOCK, "1.1")
        pair = event(
            {"type": "message", "channel_type": "channel", "user": ANN, "text": LOCK, "ts": "1.1", "channel": "C1"}
        )
        for payload in (pair, once, once):
            await fake.deliver(payload)
        await until(fake.posts)
        late = await fake.deliver(once, retry=1)
        await fake.acknowledged(late)
        twice = direct(LOCK, "1.2")
        await asyncio.gather(*(fake.deliver({**twice, "event_id": f"E{n}"}, retry=n) for n in range(5)))
        await until(lambda: fake.posts("D1"))
        await settle()
        assert (len(fake.posts("C1")), len(fake.posts("D1"))) == (1, 1)
        assert set(fake.acks) == set(fake.sent)


async def test_after_a_restart_a_redelivery_is_still_known(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(mention(LOCK, "1.1"))
        await until(fake.posts)
    fake.forget_socket()
    async with running(known, tmp_path, fake.api_url):
        envelope = await fake.deliver(mention(LOCK, "1.1"), retry=2)
        await fake.acknowledged(envelope)
        await settle()
        assert len(fake.posts()) == 1


class Slow:
    """An advisor that thinks for long, or fails."""

    def __init__(self, real: Any, seconds: float = 0.0, *, fails: bool = False) -> None:
        self._real, self._seconds, self._fails = real, seconds, fails

    async def answer(self, utterance: Utterance) -> Reply:
        await asyncio.sleep(self._seconds)
        if self._fails:
            raise RuntimeError("the core is broken")
        reply: Reply = await self._real.answer(utterance)
        return reply

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


async def test_it_is_acknowledged_at_once_whatever_the_core_does(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url, advisor=lambda real: Slow(real, 4.0)):
        kinds = [
            (mention(LOCK, "1.1"), "events_api"),
            (command(fake, LOCK), "slash_commands"),
            (shortcut(fake, LOCK), "interactive"),
        ]
        for payload, kind in kinds:
            envelope = await fake.deliver(payload, kind)
            await fake.acknowledged(envelope)
            assert fake.acks[envelope] - fake.sent[envelope] < 1.0
        assert fake.posts() == []


class SlowClaims:
    """Claims whose store hangs, or is down."""

    def __init__(self, real: Any, seconds: float = 0.0, *, down: bool = False) -> None:
        self._real, self._seconds, self._down = real, seconds, down
        self.finished: list[str] = []

    async def accept(self, utterance: Utterance, address: Any) -> Acceptance:
        await asyncio.sleep(self._seconds)
        if self._down:
            raise StoreUnavailable("down")
        found: Acceptance = await self._real.accept(utterance, address)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("down", [False, True], ids=["slow", "down"])
async def test_a_store_that_hangs_costs_a_moment_and_never_the_answer(
    fake: FakeSlack, known: Library, tmp_path: Path, down: bool
) -> None:
    seconds = 0.0 if down else 0.6
    options: dict[str, Any] = {"claims": lambda real: SlowClaims(real, seconds, down=down), "claim_seconds": 0.2}
    async with running(known, tmp_path, fake.api_url, **options) as world:
        envelope = await fake.deliver(mention(LOCK, "1.1"))
        await fake.acknowledged(envelope)
        assert fake.acks[envelope] - fake.sent[envelope] < 0.5
        await until(fake.posts)
        await fake.deliver(mention(LOCK, "1.1"), retry=1)
        await asyncio.sleep(1.0)
        assert len(fake.posts()) == 1
        assert await world.store.claims.pending("slack", alone=True) == []


async def test_a_claim_is_written_before_the_acknowledgement(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url, advisor=lambda real: Slow(real, 30.0), stop_seconds=0) as world:
        envelope = await fake.deliver(mention(LOCK, "1.1"))
        await fake.acknowledged(envelope)
        assert len(await world.store.claims.pending("slack", alone=True)) == 1


async def test_what_was_accepted_before_a_stop_is_answered_after_it(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    fake.faults["chat.postMessage"].extend(Fault(error="internal_error") for _ in range(1))
    fake.faults["chat.postMessage"].extend(Fault(status=503) for _ in range(30))
    async with running(known, tmp_path, fake.api_url, stop_seconds=0):
        await fake.deliver(mention(LOCK, "1.1"))
        await until(lambda: len(fake.faults["chat.postMessage"]) < 30)
    fake.faults.clear()
    fake.forget_socket()
    async with running(known, tmp_path, fake.api_url):
        (post,) = await until(fake.posts)
        assert post.body["thread_ts"] == "1.1"


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"subtype": "bot_message"}, {"bot_id": "B9"},
        {"subtype": "file_share"}, {"subtype": "channel_join"}, {"user": "UBOT"}, {"user": None}, {"edited": {"ts": "2"}},
    ],
    ids=str,
)  # fmt: skip
async def test_what_nobody_said_to_it_is_acknowledged_and_not_answered(
    fake: FakeSlack, known: Library, tmp_path: Path, more: dict[str, Any]
) -> None:
    async with running(known, tmp_path, fake.api_url):
        for payload in (mention(LOCK, "1.1", **more), direct(LOCK, "1.2", **more)):
            envelope = await fake.deliver(payload)
            await fake.acknowledged(envelope)
        await settle()
        assert fake.calls[-1].method in {"auth.test", "apps.connections.open"}


async def test_an_event_nobody_asked_for_and_an_old_button_are_acknowledged(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url):
        envelope = await fake.deliver(event({"type": "reaction_added", "user": ANN, "item": {}}))
        await fake.acknowledged(envelope)
        old = {
            "action_id": "from-version-0",
            "block_id": "x",
            "type": "button",
            "value": "zzz",
            "text": {"text": "Old"},
        }
        envelope = await fake.deliver(tap(fake, {}, old), "interactive")
        (said,) = await until(lambda: fake.of("response_url"))
        assert "That button is old" in said.body["text"]
        assert envelope in fake.acks


# --- limits and failures --------------------------------------------------------------------------------------------


async def test_429_is_obeyed_in_its_channel_and_holds_up_no_other(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    fake.faults["chat.postMessage"].append(Fault(status=429, retry_after=1))
    async with running(known, tmp_path, fake.api_url):
        began = time.monotonic()
        await fake.deliver(mention(LOCK, "1.1", "C1"))
        await until(lambda: not fake.faults["chat.postMessage"])
        await fake.deliver(mention(LOCK, "1.2", "C2"))
        (other,) = await until(lambda: fake.posts("C2"))
        (limited,) = await until(lambda: fake.posts("C1"))
        assert other.at - began < 0.8
        assert limited.at - began >= 1.0
        assert len(fake.posts()) == 2


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503), Fault(error="internal_error")], ids=["500", "503", "own"]
)
async def test_a_passing_failure_of_slacks_is_tried_again(
    fake: FakeSlack, known: Library, tmp_path: Path, fault: Fault
) -> None:
    fake.faults["chat.postMessage"].append(fault)
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(mention(LOCK, "1.1"))
        assert len(await until(fake.posts)) == 1


async def test_what_can_not_be_posted_is_given_up_or_kept_and_reported(
    fake: FakeSlack, known: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.delivery.Delivery.__init__.__defaults__", ((0.0, 0.0),))
    async with running(known, tmp_path, fake.api_url) as world:
        fake.channels.discard("C1")
        await fake.deliver(mention(LOCK, "1.1"))
        await until(lambda: "channel_not_found" in caplog.text)
        await settle()
        fake.refused.clear()
        assert await world.store.claims.pending("slack", alone=True) == []
        fake.faults["chat.postMessage"].extend(Fault(status=503) for _ in range(3))
        await fake.deliver(mention(LOCK, "1.2", "C2"))
        await until(lambda: "stays pending" in caplog.text)
        await until(lambda: "1 answers could not be sent" in world.channel.health().detail)
        assert len(await world.store.claims.pending("slack", alone=True)) == 1
        assert "very-secret" not in caplog.text


async def test_refused_blocks_cost_the_looks_and_not_the_answer(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    fake.faults["chat.postMessage"].append(Fault(error="msg_blocks_too_long"))
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(mention(LOCK, "1.1"))
        (post,) = await until(fake.posts)
        assert "blocks" not in post.body
        assert post.body["text"].startswith("It keeps what the body owns")


async def test_one_post_a_second_a_channel_in_order_and_no_channel_waits_for_another(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url, interval=0.3):
        for number in range(4):
            await fake.deliver(mention(LOCK, f"1.{number}", "C1", thread_ts="1.0"))
        await fake.deliver(mention(LOCK, "1.9", "C2"))
        await until(lambda: len(fake.posts()) == 5)
        busy = [post.at for post in fake.posts("C1")]
        assert all(later - earlier >= 0.28 for earlier, later in pairwise(busy))
        assert fake.posts("C2")[0].at < busy[2]


async def test_follow_ups_in_one_thread_are_answered_in_order(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    questions = [LOCK, "can I stay in the NHS pension", LOCK, "keep the NHS pension"] * 3
    async with running(known, tmp_path, fake.api_url):
        for number, question in enumerate(questions):
            await fake.deliver(mention(question, f"1.{number}", thread_ts="1.0"))
        posts = await until(lambda: len(fake.posts()) == len(questions) and fake.posts())
        assert ["Usually" in post.body["text"] for post in posts] == ["NHS" in question for question in questions]


# --- the status line ------------------------------------------------------------------------------------------------


async def test_the_status_is_shown_before_a_slow_answer_and_never_after_it(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"advisor": lambda real: Slow(real, 0.2), "status_after": 0.02}
    fake.faults["assistant.threads.setStatus"].append(Fault(hang=0.4))
    async with running(known, tmp_path, fake.api_url, **options):
        await fake.deliver(mention(LOCK, "1.1"))
        await until(fake.posts)
        await settle()
        names = [call.method for call in fake.calls[2:]]
        assert names == ["assistant.threads.setStatus", "chat.postMessage"]
        assert fake.of("assistant.threads.setStatus")[0].body["status"] == "is looking that up"
        await fake.deliver(mention("I want to die", "1.2"))
        await until(fake.whispers)
        await until(lambda: fake.of("assistant.threads.setStatus")[-1].body["status"] == "")


@pytest.mark.parametrize(
    "fault",
    [Fault(error="unknown_method"), Fault(error="missing_scope"), Fault(status=500), Fault(status=429, retry_after=60)],
)
async def test_a_slack_without_status_harms_nothing(
    fake: FakeSlack, known: Library, tmp_path: Path, fault: Fault
) -> None:
    fake.faults["assistant.threads.setStatus"].append(fault)
    async with running(known, tmp_path, fake.api_url, advisor=lambda real: Slow(real, 0.1), status_after=0.0):
        await fake.deliver(mention(LOCK, "1.1"))
        assert len(await until(fake.posts)) == 1


async def test_a_quick_answer_needs_no_status(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url, status_after=5.0):
        await fake.deliver(mention(LOCK, "1.1"))
        await until(fake.posts)
        assert fake.of("assistant.threads.setStatus") == []


# --- commands, shortcut, sharing ------------------------------------------------------------------------------------


async def test_a_command_is_answered_to_one_person_and_elsewhere_when_its_address_is_over(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(command(fake, LOCK), "slash_commands")
        (answer,) = await until(lambda: fake.of("response_url"))
        assert (answer.body["response_type"], answer.body["replace_original"]) == ("ephemeral", False)
        fake.over.add("gone")
        await fake.deliver(command(fake, LOCK, url="gone"), "slash_commands")
        (post,) = await until(fake.posts)
        assert post.channel == ANN


async def test_the_shortcut_answers_another_persons_words_privately_and_never_as_a_command(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(shortcut(fake, f"<@U2> {LOCK}"), "interactive")
        (answer,) = await until(lambda: fake.of("response_url"))
        assert "It keeps what the body owns" in answer.body["text"]
        await fake.deliver(shortcut(fake, "forget me"), "interactive")
        *_, other = await until(lambda: len(fake.of("response_url")) == 2 and fake.of("response_url"))
        assert "erases" not in other.body["text"]
        assert fake.posts() == []


async def test_sharing_previews_then_posts_the_entrys_own_question_and_never_the_typed_words(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(command(fake, TYPED), "slash_commands")
        (answer,) = await until(lambda: fake.of("response_url"))
        share = next(
            e
            for b in answer.body["blocks"]
            if b["type"] == "actions"
            for e in b["elements"]
            if e["action_id"] == "share"
        )
        row = next(b for b in answer.body["blocks"] if share in b.get("elements", []))
        await fake.deliver(tap(fake, {}, {**share, "block_id": row["block_id"]}), "interactive")
        (opened,) = await until(lambda: fake.of("views.open"))
        view = opened.body["view"]
        assert "What is an asset lock?" in words(view["blocks"])
        assert fake.posts() == []
        for _ in range(2):  # a second submission of one modal posts nothing
            await fake.deliver(submission(view), "interactive")
        (post,) = await until(fake.posts)
        await until(lambda: "shared it in the channel" in fake.of("response_url")[-1].body["text"])
        await settle()
        assert len(fake.posts()) == 1
        assert post.channel == "C1"
        assert TYPED not in str(post.body)
        assert "What is an asset lock?" in words(post.body["blocks"])
        assert f"<@{ANN}> shared this answer." in words(post.body["blocks"])
        assert "Put it in your articles" not in str(post.body)


async def test_sharing_where_it_may_not_post_says_what_to_do(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(command(fake, LOCK, "C7"), "slash_commands")
        (answer,) = await until(lambda: fake.of("response_url"))
        action = find_action(answer.body, "Share")
        await fake.deliver(tap(fake, {}, action, channel="C7"), "interactive")
        (opened,) = await until(lambda: fake.of("views.open"))
        fake.refused.clear()
        await fake.deliver(submission(opened.body["view"]), "interactive")
        await until(lambda: "Invite me with /invite" in fake.of("response_url")[-1].body["text"])
        fake.refused.clear()


# --- taps -----------------------------------------------------------------------------------------------------------


async def test_double_taps_are_answered_once(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(direct("will I lose my pension", "1.1"))
        (asked,) = await until(fake.posts)
        action = find_action(asked.body, "NHS")
        for _ in range(3):
            envelope = await fake.deliver(tap(fake, asked.body, action, "D1"), "interactive")
            await fake.acknowledged(envelope)
        await until(lambda: len(fake.posts()) == 2)
        await settle()
        assert len(fake.posts()) == 2
        (update,) = fake.of("chat.update")
        assert "You chose: NHS" in words(update.body["blocks"])


async def test_show_all_in_a_direct_message_replaces_the_short_answer_or_follows_if_it_is_gone(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    more = {
        "action_id": "option-0",
        "block_id": "a1|d|||U1||ways0x0",
        "type": "button",
        "value": "m:asset-lock",
        "text": {"text": "Show all"},
    }
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(tap(fake, {}, more, "D1", ts="7.1"), "interactive")
        (update,) = await until(lambda: fake.of("chat.update"))
        assert update.body["ts"] == "7.1"
        fake.faults["chat.update"].append(Fault(error="message_not_found"))
        await fake.deliver(tap(fake, {}, more, "D1", ts="7.2"), "interactive")
        (post,) = await until(fake.posts)
        assert "2. Have it checked." in words(post.body["blocks"])


async def test_a_thumb_down_asks_why_and_both_are_kept(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url) as world:
        await fake.deliver(mention(LOCK, "1.1"))
        (answer,) = await until(fake.posts)
        await fake.deliver(tap(fake, answer.body, find_action(answer.body, "Not helpful")), "interactive")
        (opened,) = await until(lambda: fake.of("views.open"))
        await until(fake.whispers)
        values = {"reason": {"reason": {"type": "plain_text_input", "value": "it forgot my council"}}}
        envelope = await fake.deliver(submission(opened.body["view"], values=values), "interactive")
        await fake.acknowledged(envelope)
        kept = await world.store.log.export(world.pseudonyms.person("slack", "T1", ANN))
        assert [(f["value"], f["reason"]) for f in kept["feedback"]] == [("down", "it forgot my council")]
        assert fake.acks[envelope] - fake.sent[envelope] < 3


async def test_a_reason_that_can_not_be_kept_says_so_in_the_modal(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    class Forgetful(Slow):
        async def feedback(self, *_: Any) -> bool:
            return False

    async with running(known, tmp_path, fake.api_url, advisor=Forgetful):
        view = {"callback_id": "reason", "private_metadata": "0123456789abcdef", "type": "modal"}
        await fake.deliver(submission(view), "interactive")
        (ack,) = await until(lambda: fake.of("ack"))
        assert ack.body["response_action"] == "update"
        assert "I couldn't keep that" in words(ack.body["view"]["blocks"])


async def test_only_who_got_an_answer_rates_it(fake: FakeSlack, known: Library, tmp_path: Path) -> None:
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(mention(LOCK, "1.1"))
        (answer,) = await until(fake.posts)
        await fake.deliver(tap(fake, answer.body, find_action(answer.body, "Helpful"), user=BEN), "interactive")
        (said,) = await until(lambda: fake.of("response_url"))
        assert "only they can rate it" in said.body["text"]


async def test_a_question_without_an_answer_can_be_sent_and_rated(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url) as world:
        send = {"action_id": "option-0", "block_id": "a1|d|o||U1|0123456789abcdef|command0x0", "type": "button"}
        action = {**send, "value": "q:0123456789abcdef", "text": {"text": "Send it"}}
        await fake.deliver(tap(fake, {}, action, "D1"), "interactive")
        (sent,) = await until(fake.posts)
        assert "Sent, without your name" in sent.body["text"]
        assert world.channel.health().ok


# --- Home, prompts, data --------------------------------------------------------------------------------------------


async def test_home_shows_settings_topics_operator_and_privacy_and_answers_taps_there(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    opened = event({"type": "app_home_opened", "user": ANN, "channel": "D1", "tab": "home"})
    async with running(known, tmp_path, fake.api_url):
        await fake.deliver(opened)
        (first,) = await until(lambda: fake.of("views.publish"))
        said = words(first.body["view"]["blocks"])
        for expected in (
            "Legal forms",
            "Anytown CVS runs me",
            "Your nation",
            "I keep your words",
            "/advisor",
            "Stop keeping",
        ):
            assert expected in said
        view = first.body["view"]
        for title, expected in (("Scotland", "from now on"), ("Legal forms", "Questions I can answer on Legal forms")):
            await fake.deliver(home_tap(view, find_action(view, title)), "interactive")
            await until(partial(shown_on_home, fake, expected))
            view = fake.of("views.publish")[-1].body["view"]
        you = next(block for block in view["blocks"] if "|you" in block.get("block_id", ""))
        assert you["elements"][0]["initial_option"]["text"]["text"] == "Scotland"
        await fake.deliver(
            home_tap(view, find_action(view, "When must a buyer consider community benefits?")), "interactive"
        )
        await until(lambda: "At four million" in words(fake.of("views.publish")[-1].body["view"]["blocks"]))
        assert fake.posts() == []
        await fake.deliver(direct("tell me more", "1.9"))  # the direct message goes on from there
        (post,) = await until(fake.posts)
        assert "At four million" in post.body["text"]


async def test_the_messages_tab_gets_prompts_by_role_and_nobody_is_written_to(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    opened = event({"type": "app_home_opened", "user": ANN, "channel": "D1", "tab": "messages"})
    async with running(known, tmp_path, fake.api_url) as world:
        await fake.deliver(opened)
        (first,) = await until(lambda: fake.of("assistant.threads.setSuggestedPrompts"))
        person = world.pseudonyms.person("slack", "T1", ANN)
        settings = await world.advisor.settings_of(person)
        await world.store.log.save_settings(person, type(settings)(role=Role.STAFF))
        await fake.deliver(opened)
        _, second = await until(
            lambda: (
                len(fake.of("assistant.threads.setSuggestedPrompts")) == 2
                and fake.of("assistant.threads.setSuggestedPrompts")
            )
        )
        assert first.body["prompts"] != second.body["prompts"]
        assert fake.posts() + fake.whispers() == []
        fake.unknown.add("assistant.threads.setSuggestedPrompts")
        envelope = await fake.deliver(opened)
        await fake.acknowledged(envelope)


async def test_my_data_goes_to_the_direct_message_from_anywhere_even_when_long(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url) as world:
        for number in range(60):
            await fake.deliver(mention(f"<!channel> & what is an asset lock {number}", f"1.{number}"))
        await until(lambda: len(fake.posts("C1")) + len(fake.whispers()) == 60, seconds=30)
        await fake.deliver(command(fake, "my data"), "slash_commands")
        await until(lambda: any("direct message" in c.body["text"] for c in fake.of("response_url")))
        pages = fake.posts(ANN)
        assert len(pages) > 1
        assert all("lock 59" not in words(post.body["blocks"]) for post in fake.of("response_url"))
        said = "".join(words(page.body["blocks"]) for page in pages)
        assert all(f"lock {number}" in said.replace("``````", "") for number in (0, 30, 59))
        assert world.channel.health().ok


# --- starting, stopping, connection ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "named"), [("auth.test", "SLACK_BOT_TOKEN"), ("apps.connections.open", "SLACK_APP_TOKEN")]
)
async def test_a_refused_token_is_named_at_the_start_with_what_to_do(
    fake: FakeSlack, known: Library, tmp_path: Path, method: str, named: str
) -> None:
    fake.faults[method].append(Fault(error="invalid_auth"))
    with pytest.raises(AdvisorError, match=named) as caught:
        async with running(known, tmp_path, fake.api_url):
            pass
    assert "very-secret" not in str(caught.value)


async def test_a_closed_socket_is_opened_again_and_a_stopped_channel_is_not_well(
    fake: FakeSlack, known: Library, tmp_path: Path
) -> None:
    async with running(known, tmp_path, fake.api_url) as world:
        assert world.channel.health().ok
        await fake.drop()
        await fake.deliver(mention(LOCK, "1.1"))
        assert len(await until(fake.posts)) == 1
    assert not world.channel.health().ok
