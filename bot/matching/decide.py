"""From a ranking to one of three zones: answer it, offer up to three, or say it is not known.

A false answer costs ten times a needless offer (design), so an answer needs probability AND lead AND words that tell enough
AND few that no entry knows. Thresholds were chosen on the project's own question files, held-out rows aside; `answer` is the
cheapest, at ten to one, of those that `benchmarks/fit_confidence.py` prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.matching.matcher import Ranking

NOT_OURS = "not-ours:"  # before the id of a target whose phrasings are questions that nothing answers


class Zone(StrEnum):
    """What the ranking allows."""

    ANSWER = "answer"
    OFFER = "offer"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Policy:
    """The thresholds. `field` tells a gap in our field from a question outside it."""

    answer: float = 0.97
    follow_up: float = 0.9  # as `answer`, for words that are heard near the last entry's topic ...
    follow_up_offer: float = 0.1  # ... and as `offer`
    margin: float = 0.03
    silent: float = 0.5  # from here on, what looks most like a question that nothing answers is not answered
    offer: float = 0.3  # under it the right entry is among the first three in fewer than half of the questions
    uncovered: int = 1  # this many content words no entry knows stop an answer ...
    uncovered_share: float = 0.3  # ... if they are this share of the content words
    weight: float = 0.4  # a question of less telling words than this ("I want to go") ...
    likeness: float = 0.8  # ... is answered only if it is this much like a phrasing
    others: float = 0.04  # share of the match a second or third needs to be offered
    field: float = 0.5


@dataclass(frozen=True)
class Verdict:
    """The zone, the gate that decided it in words, and the ids to offer, best first."""

    zone: Zone
    gate: str
    offer: tuple[str, ...] = ()
    in_field: bool = True
    not_ours: str = ""  # the group of questions that nothing answers which decided it


def decide(ranking: Ranking, policy: Policy, *, in_context: bool = False) -> Verdict:
    """Pure: the same ranking and policy give the same verdict. `in_context`: a follow-up may say little."""
    best = ranking.best
    in_field = ranking.field_share >= policy.field
    if best is None:
        return Verdict(Zone.UNKNOWN, "no word of it is known", in_field=False)
    answering = [candidate for candidate in ranking.candidates if not candidate.entry.startswith(NOT_OURS)]
    offer = tuple(c.entry for c in answering[:3] if c is best or c.score >= policy.others)
    group = best.entry.removeprefix(NOT_OURS) if best.entry.startswith(NOT_OURS) else ""
    if ranking.exact and not group:
        return Verdict(Zone.ANSWER, "it is one of the entry's phrasings", offer)
    least, enough = (policy.follow_up_offer, policy.follow_up) if in_context else (policy.offer, policy.answer)
    if ranking.confidence < least:
        return Verdict(Zone.UNKNOWN, f"confidence {ranking.confidence:.2f} under {least}", offer, in_field)
    if group and offer and not ranking.exact and ranking.confidence < policy.silent:
        return Verdict(Zone.OFFER, "it may be a question that nothing here answers", offer)
    if group:
        gate = f"it is like a question that nothing here answers: {best.phrasing}"
        return Verdict(Zone.UNKNOWN, gate, offer, not_ours=group)
    if ranking.confidence < enough:
        return Verdict(Zone.OFFER, f"confidence {ranking.confidence:.2f} under {enough}", offer)
    if ranking.margin < policy.margin:
        return Verdict(Zone.OFFER, f"lead {ranking.margin:.2f} under {policy.margin}", offer)
    if not in_context and ranking.signal("weight") < policy.weight and ranking.signal("ratio") < policy.likeness:
        return Verdict(Zone.OFFER, "its words tell too little", offer)
    if len(ranking.unknown) >= policy.uncovered and ranking.signal("unknown") >= policy.uncovered_share:
        return Verdict(Zone.OFFER, f"too many words nobody knows: {', '.join(ranking.unknown)}", offer)
    return Verdict(Zone.ANSWER, f"confidence {ranking.confidence:.2f}, lead {ranking.margin:.2f}", offer)
