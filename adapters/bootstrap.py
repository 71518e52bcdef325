"""The one place where concrete parts meet. Everything it joins can be given from outside, so tests use real parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.channel import Channel, Parts
from adapters.settings import AllSettings
from bot.advisor import Advisor, Log, Observe
from bot.knowledge import snapshot
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.load import Known, load, revision_of
from bot.matching import cache
from bot.matching.calibrate import fit
from bot.matching.confidence import SHIPPED
from bot.matching.decide import Policy
from bot.matching.index import build
from bot.matching.matcher import Matcher
from bot.matching.words import Words
from bot.model import Operator, Retention
from bot.pace import Pace
from bot.targets import targets_of

log = logging.getLogger(__name__)


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Library:
    """Knowledge and the matcher trained on it: replaced together, in one statement, when the files change."""

    knowledge: KnowledgeBase
    matcher: Matcher


def open_library(folder: Path, cache_dir: Path | None, on_build: Callable[[], None] = lambda: None) -> Library:
    """Load and train, or take from the cache what it holds of these very files. KnowledgeError names every problem.

    `on_build` is called before the slow part, so that a person who waits can be told. A cache folder that can't be
    written costs time, never the answer.
    """
    knowledge = read_knowledge(folder, cache_dir)
    return trained(knowledge, Words(knowledge.language), cache_dir, on_build)


def trained(
    knowledge: KnowledgeBase, words: Words, cache_dir: Path | None, on_build: Callable[[], None] = lambda: None
) -> Library:
    """The knowledge with its matcher, from the cache where it holds what is learnt of this knowledge."""
    targets = targets_of(knowledge)
    path = cache_dir / cache.name_of(targets, knowledge.language) if cache_dir else None
    index = cache.load(path) if path else None
    if path and index is not None:
        return Library(knowledge, Matcher(index, words, weights=cache.load_weights(path) or SHIPPED))
    on_build()
    index = build(targets, words)
    if path:
        keep(lambda: cache.save(path, index))
    return Library(knowledge, Matcher(index, words))


def read_knowledge(folder: Path, cache_dir: Path | None, known: Known | None = None) -> KnowledgeBase:
    """The knowledge as its files are now. KnowledgeError names every problem. `known` as for `load`."""
    if cache_dir is None:
        return load(folder, known)
    knowledge = snapshot.load(snapshot.path_in(cache_dir, revision_of(folder)), folder)
    if knowledge is None:
        knowledge = load(folder, known)
        keep(lambda: snapshot.save(snapshot.path_in(cache_dir, knowledge.revision), knowledge))
    return knowledge


def keep(write: Callable[[], None]) -> None:
    """Write to the cache; a folder that can't be written is told and costs only time."""
    try:
        write()
    except OSError as error:
        log.warning("the cache can't be written (%s); the next start will be as slow as this one", error)


def fit_library(library: Library, cache_dir: Path | None) -> Library:
    """The library with its confidence fitted to this very knowledge, and kept in the cache for every later start.

    It trains several times over, so only `advisor test --fit` does it, and only where the cache does not hold it yet. It
    learns which signals tell; how sure to be on the whole stays as shipped. With our own knowledge it gains nothing over
    the shipped weights, which were fitted on questions of real people.
    """
    targets = library.matcher.index.targets
    path = cache_dir / cache.name_of(targets, library.knowledge.language) if cache_dir else None
    weights = cache.load_weights(path) if path else None
    if weights is None:
        weights = fit(targets, library.matcher.words)
        if path:
            keep(lambda: cache.save_weights(path, weights))
    return Library(library.knowledge, library.matcher.with_weights(weights))


def make_advisor(
    library: Library,
    log: Log,
    *,
    operator: Operator | None = None,
    clock: Callable[[], datetime] = now,
    policy: Policy | None = None,
    retention: Retention | None = None,
    pace: Pace | None = None,
    observe: Observe | None = None,
) -> Advisor:
    """An advisor over a library and a log."""
    return Advisor(
        library.knowledge,
        library.matcher,
        log,
        clock=clock,
        operator=operator,
        policy=policy,
        retention=retention,
        pace=pace,
        observe=observe,
    )


def make_channels(settings: AllSettings, parts: Parts, http: bool) -> list[Channel]:
    """Every network channel that is on. Their SDKs are imported here and not before: other commands need none."""
    channels: list[Channel] = []
    if settings.slack.on:
        from adapters.slack_app.app import SlackChannel

        channels.append(SlackChannel(settings.slack, parts, token_for(settings), http=http))
    if settings.telegram.on:
        from adapters.telegram_bot.channel import TelegramChannel

        channels.append(TelegramChannel(settings.telegram, parts))
    return channels


def token_for(settings: AllSettings) -> Callable[[str], str]:
    """The bot token of a Slack workspace: one today; several would be looked up here, and nowhere else."""
    return lambda workspace: settings.slack.bot_token.get_secret_value()
