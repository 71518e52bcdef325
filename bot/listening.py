"""Which entries a text asks for: one question, two in one, several in a long story; alone or in the light of the talk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.follow_up import POINTING
from bot.knowledge.base import KnowledgeBase
from bot.matching.decide import NOT_OURS, Policy, Verdict, Zone, decide
from bot.matching.matcher import Matcher, Ranking
from bot.matching.text import tokens
from bot.model import Nation
from bot.targets import is_entry

LONG_STORY_WORDS = 45
SHORT_FOLLOW_UP, LONG_FOLLOW_UP = 8, 12  # words: so short, or with "it" or "and" in it, it may lean on the last entry
ENOUGH_FOR_A_CLAUSE = 4  # words
CLAUSE_TRUST = 0.9  # what a clause alone is worth against the whole
MOST_OFFERED = 3
ENOUGH_FOR_A_SENTENCE = 3  # telling words: `then there is the minibus` in a story asks nothing
_ASKS = frozenset(
    ["what", "how", "who", "when", "where", "whether", "can", "should", "question", "know", "ask", "worried", "worries",
     "worry", "wonder", "wondering"]
)  # fmt: skip
ASKING_COUNTS = 1.3  # a sentence of a story that asks, against one that tells

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE_END = re.compile(
    r"[,;.!?]\s+|\s+(?:and|but|because|cos|so|when|if|since|though)\s+", re.IGNORECASE
)  # fmt: skip
_BEFORE_QUESTION = re.compile(
    r"(?:,|;|\band\b|\bor\b|\balso\b)\s+(?=(?:what|how|can|could|do|does|did|is|are|who|where|when|why|which|should|will|would)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Heard:
    """Entries a text asks for, best first, with the ranking and verdict that say so."""

    ids: tuple[str, ...]
    confidence: float
    ranking: Ranking
    verdict: Verdict


class Listener:
    """Listens with one matcher and one policy. Pure."""

    def __init__(self, knowledge: KnowledgeBase, matcher: Matcher, policy: Policy) -> None:
        self._knowledge = knowledge
        self._matcher = matcher
        self._policy = policy

    def _rank(self, text: str, nation: Nation | None) -> tuple[Ranking, Verdict]:
        ranking = self._matcher.rank(text, nation=nation)
        return ranking, decide(ranking, self._policy)

    def question(
        self, text: str, nation: Nation | None, after: Iterable[str] = (), offered: Iterable[str] = ()
    ) -> Heard:
        """One question. `after` are the entries of a fresh last turn, `offered` those it only offered.

        Alone first: in the answer zone it is a new question, unless it is so short that it may lean on the talk.
        """
        ranking, verdict = self._rank(text, nation)
        words = tokens(text)
        if verdict.zone is not Zone.ANSWER and len(words) > 2 * ENOUGH_FOR_A_CLAUSE:
            ranking, verdict = self._best_clause(text, nation, ranking, verdict)
        near = self._near(after)
        if not near and verdict.zone is not Zone.ANSWER:  # an open choice never turns what is clear by itself
            near = self._near(offered)
        leans = len(words) <= SHORT_FOLLOW_UP or (
            len(words) <= LONG_FOLLOW_UP and (not POINTING.isdisjoint(words) or words[0] in {"and", "but", "so", "or"})
        )
        if near and not ranking.exact and (leans or verdict.zone is not Zone.ANSWER):
            ranking, verdict = self._in_context(text, nation, near, ranking, verdict)
        return Heard(verdict.offer, ranking.confidence, ranking, verdict)

    def _in_context(
        self, text: str, nation: Nation | None, near: set[str], ranking: Ranking, verdict: Verdict
    ) -> tuple[Ranking, Verdict]:
        """The better of alone and near the last entry; where words and talk each have an answer, the talk decides."""
        nearer = self._matcher.rank(text, near=near, nation=nation)
        judged = decide(nearer, self._policy, in_context=True)
        moved = nearer.best is not None and ranking.best is not None and nearer.best.entry != ranking.best.entry
        if moved and verdict.zone is Zone.ANSWER:
            if judged.zone is not Zone.ANSWER:
                judged = Verdict(Zone.OFFER, "the words say one thing and the talk another", judged.offer)
            return nearer, judged
        surer = nearer.confidence >= ranking.confidence or ranking.confidence < self._policy.offer
        return (nearer, judged) if surer and judged.zone is not Zone.UNKNOWN else (ranking, verdict)

    def _best_clause(
        self, text: str, nation: Nation | None, ranking: Ranking, verdict: Verdict
    ) -> tuple[Ranking, Verdict]:
        """A dictated run-on says its question in one clause: trust that clause where the whole points the same way."""
        best = ranking.best
        if best is None or best.entry.startswith(NOT_OURS):
            return ranking, verdict
        likely = {candidate.entry for candidate in ranking.candidates[:4]}
        for clause in _CLAUSE_END.split(text):
            if len(tokens(clause)) < ENOUGH_FOR_A_CLAUSE:
                continue
            found = self._matcher.rank(clause, nation=nation)
            if found.best is None or found.best.entry not in likely:
                continue
            found = replace(found, confidence=found.confidence * CLAUSE_TRUST, exact=False)
            if found.confidence > ranking.confidence:
                ranking, verdict = found, decide(found, self._policy)
        return ranking, verdict

    def _near(self, ids: Iterable[str]) -> set[str]:
        """The entries of the same topics, and those the last ones lead to."""
        near: set[str] = set()
        for entry in ids:
            topic = self._knowledge.topic_of[entry]
            near.update(self._knowledge.entries[entry].see_also)
            near.update(e for e, t in self._knowledge.topic_of.items() if t == topic)
        return near

    def two_questions(self, text: str, nation: Nation | None) -> Heard | None:
        """Two in one: split only at a sentence's end or before a question word, and only if both halves are answered."""
        for pieces in (SENTENCE_END.split(text), _BEFORE_QUESTION.split(text)):
            halves = [piece for piece in pieces if len(tokens(piece)) >= 2]
            if len(halves) != 2:
                continue
            heard = [self._rank(half, nation) for half in halves]
            ids = tuple(verdict.offer[0] for _, verdict in heard if verdict.zone is Zone.ANSWER)
            if len(set(ids)) == 2 and all(map(is_entry, ids)):
                return Heard(ids, min(ranking.confidence for ranking, _ in heard), *heard[0])
        return None

    def story(self, text: str, nation: Nation | None) -> Heard | None:
        """The questions heard in a long story, the surest first; None if it is not long or nothing was heard."""
        if len(tokens(text)) <= LONG_STORY_WORDS:
            return None
        whole, verdict = self._rank(text, nation)
        sure: dict[str, float] = {}
        for sentence in SENTENCE_END.split(text):
            words = set(tokens(sentence))
            if len(words - self._matcher.words.scaffold) < ENOUGH_FOR_A_SENTENCE:
                continue
            ranking, judged = self._rank(sentence, nation)
            if judged.zone is not Zone.UNKNOWN and is_entry(judged.offer[0]):
                asks = "?" in sentence or not words.isdisjoint(_ASKS)
                weight = ranking.confidence * (ASKING_COUNTS if asks else 1.0)
                sure[judged.offer[0]] = max(sure.get(judged.offer[0], 0.0), weight)
        for candidate in whole.candidates[:2]:
            if is_entry(candidate.entry) and whole.confidence >= self._policy.offer:
                sure.setdefault(candidate.entry, whole.confidence * candidate.score)
        ids = tuple(sorted(sure, key=lambda entry: -sure[entry])[:MOST_OFFERED])
        return Heard(ids, min(sure[ids[0]], 1.0), whole, verdict) if ids else None
