"""From an entry's variant to the part a reply shows: note for the role, status, scope, age and sources."""

from __future__ import annotations

import hashlib
from datetime import date

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, Source, Variant
from bot.model import Link, Nation, Part, Role, Shown, Status, Wording
from bot.say import Voice, day_in_words, nations_in_words

KNOWN_MONTHS_MORE = 6  # what is known but not reviewed may be half a year older than the topic's interval
LAW_LIKE = {
    Status.IN_FORCE, Status.GUIDANCE, Status.PROPOSED, Status.NOT_COMMENCED, Status.CLOSED, Status.REPEALED,
    Status.HISTORIC, Status.EVIDENCE, Status.NOT_CONFIRMED,
}  # fmt: skip


def links_of(sources: tuple[Source, ...], language: str = "en") -> tuple[Link, ...]:
    """Sources as links; in Welsh where the source has a Welsh page."""
    return tuple(
        Link(
            source.title,
            (source.welsh_url if language == "cy" else None) or source.url or "",
            source.dated.in_words() if source.dated else "",
        )
        for source in sources
    )


def review_due(entry: Entry, interval_months: int) -> date | None:
    """The day the entry's review falls due: its own, or its last review plus the topic's interval.

    What nobody has reviewed falls due half a year later than that, counted from the month up to which it was known.
    """
    known = [variant.known_to.last() for variant in entry.answers if variant.known_to]
    if entry.review_by is not None or not (entry.reviewed or known):
        return entry.review_by
    last = entry.reviewed or min(known)
    months = last.year * 12 + last.month - 1 + interval_months + (0 if entry.reviewed else KNOWN_MONTHS_MORE)
    return date(months // 12, months % 12 + 1, min(last.day, 28))


class Composer:
    """Builds parts from one knowledge base in one voice."""

    def __init__(self, knowledge: KnowledgeBase, voice: Voice) -> None:
        self._knowledge = knowledge
        self._voice = voice

    def part(
        self,
        entry: Entry,
        variant: Variant,
        *,
        nation: Nation | None,
        today: date,
        role: Role | None = None,
        plain: bool = False,
        only: bool = False,
        language: str = "en",
    ) -> Part:
        """The part that shows this variant. `only`: the nation was not asked, and this is the only text there is."""
        simple = variant.plain if plain else None
        return Part(
            entry=entry.id,
            question=entry.question,
            nation=None if "uk" in variant.nations else nation or (variant.scope[0] if len(variant.scope) == 1 else None),
            nations=variant.scope,
            status=variant.status,
            lead=simple or variant.lead,
            from_=variant.from_,
            to=variant.to,
            points=() if plain else variant.points,
            steps=() if plain else variant.steps,
            note=self._note(variant, role),
            plain=plain,
            wording=None if plain or variant.wording is None else Wording(
                variant.wording.text, variant.wording.measure or "", variant.wording.evidence or "",
                variant.wording.checks,
            ),
            caution=variant.caution or "",
            links=links_of(variant.sources, language),
            checked=self._checked(entry, variant),
            notices=self._notices(entry, variant, nation, today, only),
        )  # fmt: skip

    @staticmethod
    def _note(variant: Variant, role: Role | None) -> str:
        notes = {
            Role.COMMISSIONER: variant.for_commissioner,
            Role.FOUNDER: variant.for_founder,
            Role.STAFF: variant.for_staff,
        }
        return (notes[role] if role else None) or ""

    def _checked(self, entry: Entry, variant: Variant) -> str:
        if variant.known_to is not None:
            return self._voice.say("known_to", date=variant.known_to.in_words())
        return self._voice.say("checked", date=day_in_words(entry.reviewed)) if entry.reviewed else ""

    def _notices(
        self, entry: Entry, variant: Variant, nation: Nation | None, today: date, only: bool
    ) -> tuple[str, ...]:
        topic = self._knowledge.topics[self._knowledge.topic_of[entry.id]]
        notices = []
        if "uk" not in variant.nations and (nation is None or len(variant.scope) > 1):
            name = "scope_only" if only and not self._others(entry, variant, today) else "scope"
            notices.append(self._voice.say(name, nations=nations_in_words(variant.scope)))
        if variant.status in LAW_LIKE:
            dated = variant.status is Status.IN_FORCE and variant.from_ is not None
            notices.append(
                self._voice.say(
                    f"status_{variant.status.value.replace('-', '_')}{'_from' if dated else ''}",
                    date=variant.from_.in_words() if variant.from_ else "",
                )
            )
        if variant.status in LAW_LIKE and topic.professional_check_needed and topic.specialist_check is None:
            notices.append(self._voice.say("unchecked"))
        due = review_due(entry, topic.review_every_months)
        if due is not None and due < today:
            notices.append(self._voice.say("overdue", date=day_in_words(due)))
        return tuple(notices)

    @staticmethod
    def _others(entry: Entry, shown: Variant, today: date) -> bool:
        return any(v is not shown and v.in_force_on(today) for v in entry.answers)


def as_shown(part: Part) -> Shown:
    """What the log keeps of a part: a hash of its text, so that a later change can be told from what was read."""
    texts = [part.lead, *part.points, *part.steps, part.note, part.caution, part.wording.text if part.wording else ""]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return Shown(part.entry, part.nation.value if part.nation else "uk" if len(part.nations) == 4 else "", digest)
