"""The bot's own words, from `messages.yaml`. Names in braces are replaced as plain text: content is never evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.model import Nation, Operator, Retention


def day_in_words(day: date) -> str:
    """As people write it: 1 June 2016."""
    return f"{day.day} {day:%B %Y}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def nations_in_words(nations: Sequence[Nation], last: str = "and") -> str:
    """The nations by name, or `the whole UK` for all four."""
    if len(set(nations)) == len(Nation):
        return "the whole UK"
    return join_words([nation.title for nation in nations], last)


class Voice:
    """Looks up what to say. English, which holds the courteous sentence for those who write Welsh."""

    def __init__(
        self,
        languages: Mapping[str, Mapping[str, str]],
        operator: Operator,
        retention: Retention = Retention(),  # noqa: B008  # frozen, so one for all
    ) -> None:
        self._words = languages["en"]
        self.keeps_text = retention.keep_text
        self._always = {
            "operator": operator.name,
            "contact": operator.contact or languages["en"].get("no_contact", operator.name),
            "url": operator.privacy_url,
            "answered_days": str(retention.answered_text_days),
            "other_days": str(retention.other_text_days),
            "row_days": str(retention.row_days),
            "floor": str(retention.gaps_floor),
        }

    def say(self, message: str, /, **values: object) -> str:
        """The message of that name with its values filled in. KeyError if nobody wrote it: a test looks for that."""
        words = self._words[message]
        for key, value in {**self._always, **values}.items():
            words = words.replace("{" + key + "}", str(value))
        return words

    def say_value(self, name: str) -> str:
        """One of the values known in every message: operator, contact or url."""
        return self._always[name]
