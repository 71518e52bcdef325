"""Lint of what an answer holds for: nations, periods, reviews, and where an entry leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.compose import review_due
from bot.knowledge.base import TERMS
from bot.knowledge.lint_rule import Checked, Finding, Table, named
from bot.knowledge.schema import Variant
from bot.model import Nation, Status

LAW_LIKE = {
    Status.IN_FORCE, Status.GUIDANCE, Status.CLOSED, Status.REPEALED, Status.PROPOSED, Status.NOT_COMMENCED,
}  # fmt: skip


def variants_overlap(checked: Checked) -> Iterator[Finding]:
    """Two texts of one entry for the same nation on the same day."""
    for entry in checked.own_entries:
        for number, one in enumerate(entry.answers):
            for later, other in enumerate(entry.answers[number + 1 :], start=number + 1):
                shared = [n.value for n in one.scope if n in other.scope]
                if shared and _meet(one, other):
                    nations = ", ".join(shared)
                    message = f"two answers hold for {nations} on the same days; give them other nations or dates"
                    yield Finding(entry.id, message, ("answers", later, "nations"))


def _meet(one: Variant, other: Variant) -> bool:
    first = max(v.from_.first() if v.from_ else date.min for v in (one, other))
    last = min(v.to.last() if v.to else date.max for v in (one, other))
    return first <= last


def period_ends_in_nothing(checked: Checked) -> Iterator[Finding]:
    """A text that stops on a day, and no other that starts on the next: people would be told nothing is confirmed."""
    for entry, variant, at in checked.variants():
        if variant.to is not None and variant.to.last() < date.max:
            after = variant.to.last() + timedelta(days=1)
            left = [
                n.value for n in variant.scope if not any(n in v.scope and v.in_force_on(after) for v in entry.answers)
            ]
            if left:
                message = f"nothing holds for {', '.join(left)} from {after} on; add the answer that follows, or leave out `to`"
                yield Finding(entry.id, message, (*at, "to"))


def nation_not_mentioned(checked: Checked) -> Iterator[Finding]:
    """A law-like entry that says nothing for a nation: even `not-confirmed` tells a person whom to ask."""
    for entry in checked.own_entries:
        if any(variant.status in LAW_LIKE for variant in entry.answers):
            covered = {nation for variant in entry.answers for nation in variant.scope}
            silent = ", ".join(nation.value for nation in Nation if nation not in covered)
            if silent:
                yield Finding(
                    entry.id,
                    f"says nothing for {silent}; add an answer, `none-exists` with a source, or `not-confirmed`",
                    ("answers",),
                )


def closed_without_successor(checked: Checked) -> Iterator[Finding]:
    """What is over must say what came after."""
    for entry, variant, at in checked.variants():
        if variant.status in {Status.CLOSED, Status.REPEALED} and variant.replaced_by is None:
            message = f"the {variant.status.value} answer needs `replaced_by`: the entries to go to, or `nothing`"
            yield Finding(entry.id, message, (*at, "status"))


def never_reviewed(checked: Checked) -> Iterator[Finding]:
    """Every answer says when it was checked or to when it is known."""
    for entry, variant, at in checked.variants():
        if entry.reviewed is None and variant.known_to is None:
            message = f"the answer for {named(variant)} needs `reviewed` (you opened the cited pages) or `known_to`"
            yield Finding(entry.id, message, at)


def reviewed_in_the_future(checked: Checked) -> Iterator[Finding]:
    """A review is something that happened, and nobody knows next month."""
    for entry in checked.entries:
        if entry.reviewed is not None and entry.reviewed > checked.today:
            yield Finding(entry.id, f"`reviewed` is {entry.reviewed}, which is still to come", ("reviewed",))
    for entry, variant, at in checked.variants():
        if variant.known_to is not None and variant.known_to.first() > checked.today:
            yield Finding(entry.id, f"`known_to` is {variant.known_to}, which is still to come", (*at, "known_to"))


def review_overdue(checked: Checked) -> Iterator[Finding]:
    """Its own day, or the topic's interval after the last review; half a year more for what is only known."""
    for entry in checked.entries:
        due = review_due(entry, checked.knowledge.topics[checked.knowledge.topic_of[entry.id]].review_every_months)
        if due is not None and due < checked.today:
            message = f"its review was due on {due}: open the cited pages, then set `reviewed`"
            yield Finding(entry.id, message, ("review_by",) if entry.review_by else ("reviewed",))


def id_reserved(checked: Checked) -> Iterator[Finding]:
    """`term-` is for the glossary."""
    for entry in checked.own_entries:
        if entry.id.startswith("term-"):
            message = "ids that begin with `term-` are made from the glossary; choose another"
            yield Finding(entry.id, message, ("id",))


def choice_leads_to_itself(checked: Checked) -> Iterator[Finding]:
    """A choice that asks the same again, for ever."""
    for entry in checked.own_entries:
        for number, option in enumerate(entry.choice.options if entry.choice else ()):
            if option.entry == entry.id:
                message = f"the option {option.label!r} leads back to this very question; name another entry"
                yield Finding(entry.id, message, ("choice", "options", number, "entry"))


def see_also_itself(checked: Checked) -> Iterator[Finding]:
    """An entry that offers itself next."""
    for entry in checked.entries:
        if entry.id in entry.see_also:
            at = ("see_also", entry.see_also.index(entry.id))
            yield Finding(entry.id, "it names itself in see_also; take that out", at)


def topic_without_contact(checked: Checked) -> Iterator[Finding]:
    """Every refusal names somebody who can help."""
    for topic in checked.knowledge.topics.values():
        helped = {nation for contact in topic.help for nation in contact.scope}
        silent = [nation.value for nation in Nation if nation not in helped]
        if silent and topic.id != TERMS:
            yield Finding(topic.id, f"the topic names no help contact for {', '.join(silent)}", ("topic", "help"))


RULES: Table = (
    ("error", variants_overlap),
    ("warning", period_ends_in_nothing),
    ("warning", nation_not_mentioned),
    ("error", closed_without_successor),
    ("error", never_reviewed),
    ("error", reviewed_in_the_future),
    ("warning", review_overdue),
    ("error", id_reserved),
    ("error", choice_leads_to_itself),
    ("warning", see_also_itself),
    ("warning", topic_without_contact),
)
