"""Which text of an entry is right for a nation on a day. Pure; a property test walks every entry and boundary day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.knowledge.schema import Entry, Variant
from bot.model import Nation, Status


@dataclass(frozen=True)
class Chosen:
    """One text is right. `unasked` is true where the nation is not known and this is the only text there is."""

    variant: Variant
    unasked: bool = False


@dataclass(frozen=True)
class NoneExists:
    """A source says there is no such thing in that nation; the variant says so."""

    variant: Variant


@dataclass(frozen=True)
class Fork:
    """Two or more texts in force differ and the nation is not known."""

    nations: tuple[Nation, ...]


@dataclass(frozen=True)
class NotCovered:
    """No text for that nation on that day. `covered` are the nations that have one; empty if none has on that day."""

    covered: tuple[Nation, ...]


Choice = Chosen | NoneExists | Fork | NotCovered


def choose(entry: Entry, nation: Nation | None, day: date) -> Choice:
    """Exactly one result for every entry, nation and day; never a text of another nation."""
    in_force = [variant for variant in entry.answers if variant.in_force_on(day)]
    if nation is not None:
        for variant in in_force:
            if nation in variant.scope:
                return NoneExists(variant) if variant.status is Status.NONE_EXISTS else Chosen(variant)
        return NotCovered(_covered(in_force))
    if not in_force:
        return NotCovered(())
    telling = [variant for variant in in_force if variant.status not in {Status.NONE_EXISTS, Status.NOT_CONFIRMED}]
    if len(in_force) == 1 or len(telling) == 1:
        return Chosen((telling or in_force)[0], unasked=True)
    return Fork(_covered(in_force))


def _covered(variants: list[Variant]) -> tuple[Nation, ...]:
    return tuple(nation for nation in Nation if any(nation in variant.scope for variant in variants))
