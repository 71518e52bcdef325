"""The same conversation gives the same outcomes and entries on every channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_telegram import small

from channels.drivers import DRIVERS, next_turn, turns

SCRIPT: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "bread.yaml").read_text())


@pytest.mark.parametrize("channel", sorted(DRIVERS))
async def test_the_script_comes_out_the_same_on_every_channel(channel: str, tmp_path: Path) -> None:
    knowledge, folder = small.write(tmp_path / "knowledge"), tmp_path / "data"
    async with DRIVERS[channel](knowledge, folder) as driver:
        for number, step in enumerate(SCRIPT):
            await (driver.say(step["say"]) if "say" in step else driver.tap(step["tap"]))
            kept = await next_turn(driver, number)
            got = {"outcome": kept.outcome, "entries": kept.entries}
            assert got == {"outcome": step["outcome"], "entries": step["entries"]}, (number, step)
            assert "nation" not in step or kept.nation == step["nation"], (number, step)
        assert len(turns(driver.database)) == len(SCRIPT)
