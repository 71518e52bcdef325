"""The cache: the same index comes back, a stale one is never found, a damaged one is made again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters.bootstrap import open_library
from bot.kept import write
from bot.knowledge.schema import Language
from bot.matching import cache
from bot.matching.confidence import SHIPPED
from bot.matching.index import Target, build
from bot.matching.words import Words
from bot.model import Nation

TOPIC = """
topic: {id: t, title: Buying, owner: o, review_every_months: 6}
entries:
  - id: lots
    question: Do we have to divide a contract into lots?
    phrasings: [must the contract be split into lots, dividing a tender into smaller pieces]
    answers: [{nations: [uk], status: practice, lead: Yes., sources: [{title: A, url: "https://example.org"}]}]
    near_misses: [{text: is a small lot the cheapest, entry: price}, {text: where is the car park lot, entry: null}]
    reviewed: 2026-11-24
  - id: price
    question: Must we take the lowest price?
    phrasings: [is the cheapest bid the winner, do we have to go for the lowest price]
    answers: [{nations: [uk], status: practice, lead: No., sources: [{title: A, url: "https://example.org"}]}]
    reviewed: 2026-11-24
"""


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "topics").mkdir()
    (folder / "topics" / "t.yaml").write_text(TOPIC)
    return folder


@pytest.fixture(scope="module")
def cached(knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    open_library(knowledge, folder)
    return next(folder.glob("index-*.npz"))


def test_a_near_miss_is_a_way_to_ask_for_the_entry_it_belongs_to(knowledge: Path) -> None:
    ranking = open_library(knowledge, None).matcher.rank("is a small lot the cheapest")
    assert ranking.best is not None
    assert (ranking.best.entry, ranking.exact) == ("price", True)


def test_a_fitted_confidence_is_used_at_the_next_start_and_only_with_the_same_knowledge(
    cached: Path, knowledge: Path
) -> None:
    asked = "must we divide the lots"
    plain = open_library(knowledge, cached.parent).matcher.rank(asked).confidence
    cache.save_weights(cached, {**SHIPPED, "bias": SHIPPED["bias"] - 2})
    assert open_library(knowledge, cached.parent).matcher.rank(asked).confidence < plain
    assert open_library(knowledge, None).matcher.rank(asked).confidence == plain
    cache.weights_beside(cached).unlink()


def test_a_second_start_reads_the_cache_and_ranks_alike(cached: Path, knowledge: Path) -> None:
    built: list[str] = []
    warm = open_library(knowledge, cached.parent, lambda: built.append("built"))
    fresh = open_library(knowledge, None)
    assert built == []
    assert np.array_equal(warm.matcher.index.rows.values, fresh.matcher.index.rows.values)
    text = "must we take the cheapest"
    assert warm.matcher.rank(text) == fresh.matcher.rank(text)


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.99])
def test_a_damaged_cache_is_not_trusted(cached: Path, knowledge: Path, tmp_path: Path, where: float) -> None:
    raw = bytearray(cached.read_bytes())
    for offset in range(64):
        raw[int(len(raw) * where) + offset - 32] ^= 0xFF
    damaged = tmp_path / cached.name
    damaged.write_bytes(raw)
    built: list[str] = []
    open_library(knowledge, tmp_path, lambda: built.append("built"))
    assert built == ["built"]
    assert cache.load(tmp_path / cached.name) is not None, "the mended cache is good again"


def test_a_cut_or_empty_cache_is_not_trusted(cached: Path, tmp_path: Path) -> None:
    for size in (0, 10, 5000):
        (tmp_path / "index-x.npz").write_bytes(cached.read_bytes()[:size])
        assert cache.load(tmp_path / "index-x.npz") is None


@pytest.mark.parametrize(("at", "bits"), [(6, 0xFF), (8, 0x01)])  # of the zip's first entry: the version, the flags
def test_a_cache_that_seems_newer_or_encrypted_is_not_trusted(cached: Path, tmp_path: Path, at: int, bits: int) -> None:
    raw = bytearray(cached.read_bytes())
    raw[raw.index(b"PK\x01\x02") + at] ^= bits
    (tmp_path / "index-x.npz").write_bytes(raw)
    assert cache.load(tmp_path / "index-x.npz") is None


@pytest.mark.parametrize("missing", ["words", "row_step", "cover"])
def test_a_cache_of_another_format_is_not_trusted(cached: Path, tmp_path: Path, missing: str) -> None:
    with np.load(cached) as found:
        np.savez(tmp_path / "index-x.npz", **{name: found[name] for name in found.files if name != missing})
    assert cache.load(tmp_path / "index-x.npz") is None


def test_only_the_newest_caches_are_kept(tmp_path: Path) -> None:
    index = build([], Words(Language()))
    for number in range(cache.KEEP + 3):
        path = tmp_path / f"index-{number}.npz"
        cache.save(path, index)
        cache.save_weights(path, SHIPPED)
        os.utime(path, (number, number))
    cache.save(tmp_path / "index-new.npz", index)
    left = {path.stem for path in tmp_path.glob("index-*")}
    assert left == {"index-new", *(f"index-{number}" for number in range(3, cache.KEEP + 3))}
    assert len(list(tmp_path.glob("confidence-*"))) == cache.KEEP


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write(tmp_path / "taken", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_name_tells_what_is_asked_and_in_which_words() -> None:
    target = Target("a", ("one",), frozenset({Nation.WALES, Nation.SCOTLAND}))
    plain = Language()
    others = [
        replace(target, id="b"), replace(target, phrasings=("one", "two")), replace(target, group="g"),
        replace(target, nations=frozenset({Nation.WALES})),
    ]  # fmt: skip
    names = {cache.name_of([one], plain) for one in (target, *others)}
    names.add(cache.name_of([target], Language(concepts=(("a", "b"),))))
    names.add(cache.name_of([target, target], plain))
    assert len(names) == 7


def test_an_answer_may_change_without_a_new_training(knowledge: Path, tmp_path: Path) -> None:
    built: list[str] = []
    cache_dir = tmp_path / "cache"
    open_library(knowledge, cache_dir, lambda: built.append("first"))
    changed = tmp_path / "knowledge"
    (changed / "topics").mkdir(parents=True)
    (changed / "topics" / "t.yaml").write_text(TOPIC.replace("lead: Yes.", "lead: As a rule."))
    library = open_library(changed, cache_dir, lambda: built.append("again"))
    assert (built, library.knowledge.entries["lots"].answers[0].lead) == (["first"], "As a rule.")


def test_a_cache_folder_that_can_not_be_written_costs_no_answer(knowledge: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert open_library(knowledge, tmp_path / "file" / "cache").knowledge.entries
