"""The house's walls: imports point inward, and one library lives in one room."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {  # library -> the only places that may import it
    "rapidfuzz": ("bot/matching/",),
    "numpy": ("bot/matching/",),
    "sqlmodel": ("bot/store/",),
    "sqlalchemy": ("bot/store/",),
    "alembic": ("bot/store/",),
    "aiosqlite": ("bot/store/",),
    "yaml": ("bot/knowledge/",),
    "pydantic": ("bot/knowledge/", "adapters/settings.py"),
    "pydantic_settings": ("adapters/settings.py",),
    "platformdirs": ("adapters/settings.py",),
    "aiohttp": (
        "adapters/channel.py",
        "adapters/web.py",
        "adapters/serve.py",
        "adapters/slack_app/",
        "adapters/telegram_bot/",
    ),
    "prometheus_client": ("adapters/metrics.py",),
    "watchfiles": ("adapters/reload.py",),
    "slack_bolt": ("adapters/slack_app/",),
    "slack_sdk": ("adapters/slack_app/",),
    "telegram": ("adapters/telegram_bot/",),
    "click": ("adapters/terminal/",),
    "rich": ("adapters/terminal/",),
}


def modules() -> Iterator[tuple[str, str]]:
    """(file, imported module) for every import of bot and adapters."""
    for path in sorted((*ROOT.glob("bot/**/*.py"), *ROOT.glob("adapters/**/*.py"))):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield name, node.module


def test_the_core_imports_no_adapter() -> None:
    assert [(f, m) for f, m in modules() if f.startswith("bot/") and m.split(".")[0] == "adapters"] == []


def test_the_nouns_import_only_the_standard_library() -> None:
    found = {m.split(".")[0] for f, m in modules() if f == "bot/model.py"}
    assert found - set(sys.stdlib_module_names) == set()


def test_adapters_of_channels_do_not_import_each_other() -> None:
    channels = ("terminal", "slack_app", "telegram_bot")
    wrong = [
        (f, m)
        for f, m in modules()
        for own in channels
        for other in channels
        if own != other and f.startswith(f"adapters/{own}/") and m.startswith(f"adapters.{other}")
    ]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_one_library_lives_in_one_room(library: str) -> None:
    outside = [f for f, m in modules() if m.split(".")[0] == library and not f.startswith(ROOMS[library])]
    assert outside == []


def test_the_core_reads_neither_clock_nor_environment() -> None:
    calls = []
    for path in sorted(ROOT.glob("bot/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called = f"{node.value.id}.{node.attr}"
                if called in {"datetime.now", "datetime.utcnow", "date.today", "os.environ", "os.getenv", "time.time"}:
                    calls.append((path.name, called))
    assert calls == []
