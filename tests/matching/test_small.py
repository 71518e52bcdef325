"""Knowledge that is not ours: without a language file, with no entry, one or three, in another script, partly without words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.schema import Language
from bot.matching import cache
from bot.matching.decide import Policy, Zone, decide
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher
from bot.matching.words import Words

LOTS = Target("lots", ("Do we have to divide a contract into lots?", "split the contract"))
PRICE = Target("price", ("Must we take the lowest price?",))
LEASE = Target("lease", ("Who signs the lease?",))
WORDLESS = Target("wordless", ("In Wales?", "?!"))
GREETING = Target("greeting", ("привет мир",))
WORLDS = {
    "none": (),
    "one": (LOTS,),
    "one, of one phrasing": (PRICE,),
    "three": (LOTS, PRICE, LEASE),
    "no words": (WORDLESS,),
    "partly no words": (WORDLESS, PRICE),
    "another script": (GREETING, LOTS),
}
QUESTIONS = (
    "",
    "?",
    "Wales",
    "zzz",
    "привет",
    "must we split the contract",
    "how do I bake sourdough bread",
    "why is it",
)


def matcher(targets: tuple[Target, ...]) -> Matcher:
    words = Words(Language())
    return Matcher(build(targets, words), words)


@pytest.mark.parametrize("name", WORLDS)
def test_every_question_is_ranked_and_can_be_explained(name: str) -> None:
    made = matcher(WORLDS[name])
    for text in QUESTIONS:
        ranking = made.rank(text)
        assert 0 <= ranking.confidence <= 1
        assert len(ranking.candidates) in {0, len(WORLDS[name])}
        ranking.why()


@pytest.mark.parametrize("name", WORLDS)
def test_its_index_comes_back_from_the_cache(name: str, tmp_path: Path) -> None:
    made = matcher(WORLDS[name])
    cache.save(tmp_path / "index-a.npz", made.index)
    found = cache.load(tmp_path / "index-a.npz")
    assert found is not None
    again = Matcher(found, made.words)
    assert [again.rank(text) for text in QUESTIONS] == [made.rank(text) for text in QUESTIONS]


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("text", ["", "?", "Wales", "zzz", "how do I bake sourdough bread", "why is it"])
def test_what_nobody_wrote_about_is_not_answered(name: str, text: str) -> None:
    assert decide(matcher(WORLDS[name]).rank(text), Policy()).zone is not Zone.ANSWER


@pytest.mark.parametrize("name", ["one", "three", "another script"])
def test_what_an_entry_says_is_answered(name: str) -> None:
    ranking = matcher(WORLDS[name]).rank("must we split the contract into lots")
    assert ranking.best is not None
    assert ranking.best.entry == "lots"
    assert decide(ranking, Policy()).zone is Zone.ANSWER


def test_words_are_numbered_as_they_come_so_that_one_knowledge_makes_one_file() -> None:
    known = list(matcher((LEASE, PRICE)).index.known)
    assert known == ["who", "signs", "the", "lease", "must", "we", "take", "lowest", "price"]
