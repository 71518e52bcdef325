"""The examples for running it: each read by a linter or parser of its own kind, and held to the program's settings."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from adapters.serve import DRAIN_SECONDS
from adapters.settings import Settings, SlackSettings, TelegramSettings
from adapters.terminal.main import main

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SETTINGS = {
    f"{kind.model_config['env_prefix']}{name.upper()}"
    for kind in (Settings, SlackSettings, TelegramSettings)
    for name in kind.model_fields
}


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "schema"), [("compose.yaml", "vendor.compose-spec"), ("check-knowledge.yaml", "vendor.github-workflows")]
)
def test_yaml_examples_are_what_their_kind_asks(name: str, schema: str) -> None:
    run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(EXAMPLES / name))


def test_the_dockerfile_passes_its_linter_and_runs_as_nobody_in_particular() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint has no build for this system")
    run(hadolint, str(EXAMPLES / "Dockerfile"))
    text = (EXAMPLES / "Dockerfile").read_text()
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert "/health/ready" in text


def test_the_systemd_unit_can_be_read_by_systemd(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    unit = tmp_path / "spinout-advisor.service"
    text = (EXAMPLES / "spinout-advisor.service").read_text()
    unit.write_text(text.replace("/opt/advisor/bin/advisor", sys.executable))
    run("systemd-analyze", "verify", str(unit))


def test_a_service_manager_waits_longer_than_the_program_drains() -> None:
    unit = re.search(r"TimeoutStopSec=(\d+)", (EXAMPLES / "spinout-advisor.service").read_text())
    compose = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())

    assert unit is not None
    assert int(unit[1]) > DRAIN_SECONDS
    assert int(compose["services"]["advisor"]["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS


def test_every_setting_the_examples_name_exists() -> None:
    text = "".join(path.read_text() for path in EXAMPLES.iterdir() if path.is_file())
    named = set(re.findall(r"\b(?:ADVISOR|SLACK|TELEGRAM)_[A-Z_]+", text))
    assert named - SETTINGS == {"ADVISOR_DATABASE_PASSWORD", "ADVISOR_PUBLIC_NAME"}  # compose's own


def test_every_command_the_examples_run_exists() -> None:
    text = "".join(path.read_text() for path in EXAMPLES.iterdir() if path.is_file())
    named = set(re.findall(r"(?<=bin/)advisor ([a-z]+)", text)) | set(re.findall(r'"advisor", "([a-z]+)"', text))
    assert named <= set(main.commands)
