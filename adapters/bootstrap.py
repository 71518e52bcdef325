"""The one place where concrete parts meet. Everything it joins can be given from outside, so tests use real parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.channel import Channel, Parts
from adapters.settings import AllSettings
from bot.advisor import Advisor, Log, Observe
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.load import load, revision_of
from bot.knowledge.snapshot import dump, undump
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


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Library:
    """Knowledge and the matcher trained on it: replaced together, in one statement, when the files change."""

    knowledge: KnowledgeBase
    matcher: Matcher


def open_library(folder: Path, cache_dir: Path | None, on_build: Callable[[], None] = lambda: None) -> Library:
    """Load and train, from the cache where it holds these very files. KnowledgeError names every problem.

    `on_build` is called before the slow part, so that a person who waits can be told. A cache folder that can't be
    written costs time, never the answer.
    """
    path = _cache_path(folder, cache_dir)
    cached = cache.load(path) if path else None
    if path and cached is not None:
        index, snapshot = cached
        knowledge = undump(snapshot, folder)
        weights = cache.load_weights(path) or SHIPPED
        return Library(knowledge, Matcher(index, Words(knowledge.language), weights=weights))
    on_build()
    knowledge = load(folder)
    words = Words(knowledge.language)
    index = build(targets_of(knowledge), words)
    if path:
        try:
            cache.save(path, index, dump(knowledge))
        except OSError as error:
            cache.log.warning("the cache can't be written (%s); the next start will be as slow as this one", error)
    return Library(knowledge, Matcher(index, words))


def _cache_path(folder: Path, cache_dir: Path | None) -> Path | None:
    return cache_dir / cache.name_of(revision_of(folder)) if cache_dir else None


def fit_library(library: Library, folder: Path, cache_dir: Path | None) -> Library:
    """The library with its confidence fitted to this very knowledge, and kept in the cache for every later start.

    It trains several times over, so only `advisor test --fit` does it, and only where the cache does not hold it yet. It
    learns from withheld phrasings, which makes it careful: with our own knowledge the shipped weights, fitted on questions
    of real people, tell the truth more nearly (docs in README, "How good it is").
    """
    path = _cache_path(folder, cache_dir)
    weights = cache.load_weights(path) if path else None
    if weights is None:
        weights = fit(targets_of(library.knowledge), library.matcher.words)
        if path:
            try:
                cache.save_weights(path, weights)
            except OSError as error:
                cache.log.warning("the fitted confidence can't be kept (%s)", error)
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
