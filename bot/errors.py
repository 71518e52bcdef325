"""What can go wrong, as a tree. Every class but the root is one kind of thing a person can do something about.

AdvisorError                  shown to a person: says what happened, what it means, what to do
|- KnowledgeError             the knowledge can't be used; carries every problem found
|- SettingsError              a setting is missing or malformed
|- UsageError                 a command was given something it can't work with
`- StoreUnavailable           the store did not answer; the person is answered all the same
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.knowledge.base import Problem


class AdvisorError(Exception):
    """The base: its text is for people."""


class KnowledgeError(AdvisorError):
    """The knowledge can't be used. `problems` holds every one, in file and line order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class SettingsError(AdvisorError):
    """A setting is missing or malformed."""


class UsageError(AdvisorError):
    """A command was given something it can't work with."""


class StoreUnavailable(AdvisorError):
    """The store did not answer in time."""
