"""The documentation can't lie: its commands, options and CI line exist, and nothing that exists is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click

from adapters.settings import Settings, SlackSettings, TelegramSettings
from adapters.terminal.main import main
from bot.knowledge.load import default_folder, load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_command_is_in_the_readme_and_the_reverse() -> None:
    named = set(re.findall(r"`advisor ([a-z]+)", README))
    assert isinstance(main.commands["db"], click.Group)
    assert all(f"`{name}`" in README for name in main.commands["db"].commands)
    assert named == set(main.commands)


def test_every_option_is_in_the_readme_and_the_reverse() -> None:
    table = README.split("## Editing the knowledge")[1].split("## Privacy")[0]
    named = set(re.findall(r"--[a-z][a-z-]*", table)) - {"--version", "--help"}
    options = {
        option
        for command in every_command().values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert named == {option for option in options if option.startswith("--")}


def every_command() -> dict[str, click.Command]:
    """Every command, those of groups too."""
    groups = [command for command in main.commands.values() if isinstance(command, click.Group)]
    return {**main.commands, **{name: command for group in groups for name, command in group.commands.items()}}


def test_every_command_explains_itself() -> None:
    for name, command in every_command().items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help or parameter.name == "shape", (name, parameter.name)


def test_every_setting_is_in_the_readme_and_the_reverse() -> None:
    named = set(re.findall(r"\b(?:ADVISOR|SLACK|TELEGRAM)_[A-Z_]+", README))
    assert named - {"ADVISOR_REQUIRE_PEERS"} == {
        f"{kind.model_config['env_prefix']}{name.upper()}"
        for kind in (Settings, SlackSettings, TelegramSettings)
        for name in kind.model_fields
    }


def test_ci_calls_exactly_the_test_command_of_the_readme() -> None:
    command = re.search(r"Run all the tests:\s+```\n(.*?)\n```", README)
    assert command is not None
    assert command[1] in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_file_the_readme_names_exists() -> None:
    for name in re.findall(r"`((?:bot|adapters|tests|knowledge|benchmarks)/[\w./]+)`", README):
        assert (ROOT / name).exists(), name


def test_what_is_imported_is_named_and_what_is_named_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    modules = {
        "pyyaml": "yaml",
        "pydantic-settings": "pydantic_settings",
        "slack-bolt": "slack_bolt",
        "prometheus-client": "prometheus_client",
        "python-telegram-bot": "telegram",
    }
    source = "\n".join(p.read_text() for folder in ("bot", "adapters") for p in (ROOT / folder).rglob("*.py"))
    for name in named:
        module = modules.get(name, name)
        found = re.search(rf"^\s*(?:import|from) {module}\b", source, re.MULTILINE) or f"sqlite+{module}:" in source
        assert found, f"{name} is a dependency that nothing imports"


def test_nothing_names_a_machine_or_a_registry() -> None:
    paths = [p for p in ROOT.rglob("*") if p.is_file() and p.suffix in {".py", ".md", ".yaml", ".toml", ".txt", ""}]
    kept = [
        p
        for p in paths
        if not ({".git", ".peers", ".venv", ".mypy_cache", ".ruff_cache", ".hypothesis"} & set(p.parts))
    ]
    words = ["/" + "work/", "/" + "root/", "index" + "-url", "/" + "simple/"]
    assert [(p.name, w) for p in kept for w in words if w in p.read_text(errors="replace")] == []


def test_every_message_is_used_and_every_message_used_is_written() -> None:
    written = set(load(default_folder()).messages.languages["en"])
    source = "\n".join(p.read_text() for room in ("bot", "adapters") for p in (ROOT / room).rglob("*.py"))
    used = set(re.findall(r"[\"']([a-z_]+)[\"']", source)) | {
        f"status_{s}" for s in re.findall(r"= \"([a-z-]+)\"", source)
    }
    made = {name for name in written if name.startswith(("status_", "kind_", "role_", "scope", "label_", "command_"))}
    assert written - made - used == set(), "messages nobody says"
    for name in re.findall(r"\.say\(\s*\"([a-z_]+)\"", source):
        assert name in written, f"the message {name!r} is said but not written"
