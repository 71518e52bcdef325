"""The cache: the same index comes back, a stale one is never found, a damaged one is made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.bootstrap import open_library
from bot.knowledge.load import default_folder
from bot.matching import cache


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    open_library(default_folder(), folder)
    return next(folder.glob("index-*.npz"))


def test_a_second_start_reads_the_cache_and_ranks_alike(cached: Path) -> None:
    built: list[str] = []
    warm = open_library(default_folder(), cached.parent, lambda: built.append("built"))
    fresh = open_library(default_folder(), None)
    assert built == []
    assert np.array_equal(warm.matcher.index.rows, fresh.matcher.index.rows)
    text = "will I keep my nhs pension"
    assert warm.matcher.rank(text) == fresh.matcher.rank(text)


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.99])
def test_a_damaged_cache_is_not_trusted(cached: Path, tmp_path: Path, where: float) -> None:
    raw = bytearray(cached.read_bytes())
    for offset in range(64):
        raw[int(len(raw) * where) + offset - 32] ^= 0xFF
    damaged = tmp_path / cached.name
    damaged.write_bytes(raw)
    built: list[str] = []
    open_library(default_folder(), tmp_path, lambda: built.append("built"))
    assert built == ["built"]
    assert cache.load(tmp_path / cached.name) is not None, "the mended cache is good again"


def test_a_cut_or_empty_cache_is_not_trusted(cached: Path, tmp_path: Path) -> None:
    for size in (0, 10, 5000):
        (tmp_path / "index-x.npz").write_bytes(cached.read_bytes()[:size])
        assert cache.load(tmp_path / "index-x.npz") is None


def test_other_knowledge_has_another_name() -> None:
    assert cache.name_of("a") != cache.name_of("b")


def test_a_cache_folder_that_can_not_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert open_library(default_folder(), tmp_path / "file" / "cache").knowledge.entries
