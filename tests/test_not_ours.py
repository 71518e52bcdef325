"""Questions that look like ours and that nothing answers: they are learnt, so that no entry is given for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from talk import Talk

from adapters.bootstrap import open_library
from adapters.terminal.ask import Asker
from adapters.terminal.explain import explanation
from bot.matching.decide import NOT_OURS, Policy, Zone, decide
from bot.model import Outcome
from bot.targets import is_entry

TOPIC = """
topic: {id: t, title: Buying, owner: o, review_every_months: 6}
entries:
  - id: social-enterprise-uk
    question: What is Social Enterprise UK?
    phrasings: [who are Social Enterprise UK, what does Social Enterprise UK do for its members]
    answers: [{nations: [uk], status: practice, lead: A network., sources: [{title: A, url: "https://example.org"}]}]
    reviewed: 2026-11-24
  - id: lots
    question: Do we have to divide a contract into lots?
    phrasings: [must the contract be split into lots, dividing a tender into smaller pieces]
    answers: [{nations: [uk], status: practice, lead: Often., sources: [{title: A, url: "https://example.org"}]}]
    reviewed: 2026-11-24
"""
GROUPS = """
not_ours:
  - id: prices
    about: prices and numbers of bodies we name
    outcome: fallback
    phrasings: [what does membership of Social Enterprise UK cost, telephone number of Social Enterprise UK]
  - id: auctions
    about: buying at an auction
    outcome: out_of_scope
    phrasings: [which lots are in the auction on Friday, bidding for lots at the car auction]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "knowledge"
    (found / "topics").mkdir(parents=True)
    (found / "topics" / "t.yaml").write_text(TOPIC)
    (found / "not_ours.yaml").write_text(GROUPS)
    return found


@pytest.fixture
def talk(folder: Path) -> Talk:
    return Talk(open_library(folder, None))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("what does membership of Social Enterprise UK cost", Outcome.FALLBACK),
        ("what is the cost of membership of Social Enterprise UK", Outcome.FALLBACK),
        ("which lots are in the auction on Friday", Outcome.OUT_OF_SCOPE),
        ("which lots are at the car auction", Outcome.OUT_OF_SCOPE),
        ("who are Social Enterprise UK", Outcome.ANSWERED),
        ("must the contract be split into lots", Outcome.ANSWERED),
    ],
)
async def test_it_says_that_it_has_no_answer_and_still_answers_what_it_can(
    talk: Talk, text: str, outcome: Outcome
) -> None:
    assert (await talk.say(text)).outcome is outcome


async def test_without_the_groups_the_same_words_get_an_entry(folder: Path) -> None:
    (folder / "not_ours.yaml").unlink()
    reply = await Talk(open_library(folder, None)).say("what is the cost of membership of Social Enterprise UK")
    assert reply.offered == ("social-enterprise-uk",) or reply.parts[0].entry == "social-enterprise-uk"


async def test_groups_are_never_offered_shown_or_found(talk: Talk, folder: Path) -> None:
    for text in ("Social Enterprise UK", "lots", "auction lots or contract lots"):
        reply = await talk.say(text)
        assert all(is_entry(entry) for entry in reply.offered)
    library = open_library(folder, None)
    found = Talk(library).advisor.find("what does membership of Social Enterprise UK cost")
    assert [candidate.entry for candidate in found] == ["social-enterprise-uk", "lots"]


def test_what_may_be_ours_is_offered_and_not_answered(folder: Path) -> None:
    matcher = open_library(folder, None).matcher
    ranking = matcher.rank("cost of membership of Social Enterprise UK")
    assert ranking.best is not None
    assert ranking.best.entry == f"{NOT_OURS}prices"
    unsure = decide(ranking, Policy(silent=ranking.confidence + 0.01, others=0))
    assert (unsure.zone, unsure.offer[0]) == (Zone.OFFER, "social-enterprise-uk")
    sure = decide(ranking, Policy(silent=ranking.confidence))
    assert (sure.zone, sure.not_ours) == (Zone.UNKNOWN, "prices")
    assert "nothing here answers" in sure.gate


def test_what_is_hardly_like_a_group_is_not_offered_an_entry_for_it(folder: Path) -> None:
    ranking = open_library(folder, None).matcher.rank("cost of membership of Social Enterprise UK")
    verdict = decide(ranking, Policy(offer=ranking.confidence + 0.01, others=0))
    assert (verdict.zone, verdict.not_ours) == (Zone.UNKNOWN, "")
    assert "under" in verdict.gate


async def test_a_run_on_sentence_does_not_find_an_entry_in_one_of_its_clauses(talk: Talk) -> None:
    asked = "who are Social Enterprise UK, and what does membership of Social Enterprise UK cost"
    assert (await talk.say(asked)).parts == ()


async def test_the_explanation_names_the_group(folder: Path) -> None:
    asker = Asker(open_library(folder, None))
    utterance = asker.utterance("what does membership of Social Enterprise UK cost", "c", None, None)
    told = explanation(asker.advisor.explain(utterance, await asker.log.recall(utterance)))
    assert f"{NOT_OURS}prices" in told
    assert "nothing here answers" in told
