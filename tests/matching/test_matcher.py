"""The matcher on a small world: what it reads, ranks, repairs, explains, and when it holds back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.bootstrap import Library
from bot.knowledge.schema import Language
from bot.matching.decide import Policy, Zone, decide
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher
from bot.matching.repair import Repairer
from bot.matching.words import Words
from bot.model import Nation

LANGUAGE = Language.model_validate(
    {
        "acronyms": {"psp": ["public social partnership"], "cpd": ["training", "construction procurement"]},
        "concepts": [["boss", "manager", "head of service"]],
        "places": {"scotland": ["fife", "care inspectorate scotland"], "wales": ["powys"]},
        "ambiguous_places": {"health board": ["scotland", "wales"]},
        "scaffold": ["what", "is", "a", "the", "how", "do", "we", "to", "i", "of", "in"],
        "misspellings": {"chew pee": "tupe"},
        "welsh": {"beth yw": "what is", "pensiwn": "pension", "y": "the", "staff": "staff"},
    }
)
TARGETS = [
    Target("psp", ("What is a public social partnership?", "explain partnership working with charities")),
    Target("pension", ("What happens to the pension?", "is my pension safe", "retirement money after transfer")),
    Target("tupe", ("Does TUPE apply?", "do staff transfer automatically to the new employer")),
    Target("boss", ("How do we persuade the manager?", "my head of service blocks the plan")),
    Target(
        "wales-only", ("How do we find contracts?", "where are tenders advertised"), nations=frozenset({Nation.WALES})
    ),
    Target("scot-only", ("Where do we find tenders?", "find contracts online"), nations=frozenset({Nation.SCOTLAND})),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    words = Words(LANGUAGE)
    return Matcher(build(TARGETS, words), words)


def best(matcher: Matcher, text: str) -> str:
    found = matcher.rank(text).best
    assert found is not None
    return found.entry


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("PSP", "psp"),
        ("what's a psp?", "psp"),
        ("is teh penson saef", "pension"),
        ("does chew pee apply", "tupe"),
        ("how do we persuade the boss", "boss"),
        ("find contracts in Fife", "scot-only"),
        ("find contracts in Powys", "wales-only"),
        ("beth yw y pensiwn", "pension"),
    ],
)
def test_people_find_their_entry(matcher: Matcher, text: str, entry: str) -> None:
    assert best(matcher, text) == entry


def test_a_phrasing_itself_is_answered_with_certainty(matcher: Matcher) -> None:
    ranking = matcher.rank("Is my pension SAFE?")
    assert (ranking.exact, decide(ranking, Policy()).zone) == (True, Zone.ANSWER)


@pytest.mark.parametrize("text", ["how do I bake sourdough bread", "zzz qqq", "the weather in Fife", "а б в"])
def test_what_nobody_wrote_about_is_not_answered(matcher: Matcher, text: str) -> None:
    assert decide(matcher.rank(text), Policy()).zone is not Zone.ANSWER


def test_near_entries_are_preferred_in_a_follow_up(matcher: Matcher) -> None:
    alone, near = matcher.rank("is it safe"), matcher.rank("is it safe", near={"tupe"})
    assert near.signal("score") >= alone.signal("score") or near.best != alone.best
    assert [c.entry for c in near.candidates].index("tupe") <= [c.entry for c in alone.candidates].index("tupe")


def test_it_says_what_it_saw(matcher: Matcher) -> None:
    ranking = matcher.rank("does chew pee apply to penson staff in Fife xylophone")
    assert ranking.reading.mended == (("chew pee", "tupe"),)
    assert ("penson", "pension") in ranking.repaired
    assert ranking.reading.nations == (Nation.SCOTLAND,)
    assert "xylophone" in ranking.unknown
    assert {signal.name for signal in ranking.candidates[0].signals} >= {"share", "margin", "coverage", "uncovered"}


def test_the_same_files_give_the_same_ranking(matcher: Matcher) -> None:
    words = Words(LANGUAGE)
    again = Matcher(build(TARGETS, words), words)
    assert again.rank("is my pension ok") == matcher.rank("is my pension ok")


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_ranked_and_confidence_is_a_probability(matcher: Matcher, text: str) -> None:
    ranking = matcher.rank(text)
    assert 0 <= ranking.confidence <= 1
    assert all(0 <= candidate.score <= 1 for candidate in ranking.candidates)


@pytest.mark.parametrize(
    ("text", "nations", "place"),
    [
        ("in Scotland", (Nation.SCOTLAND,), ""),
        ("we are in Fife", (Nation.SCOTLAND,), "fife"),
        ("Powys not England", (Nation.WALES,), "powys"),
        ("Scotland and Wales", (Nation.SCOTLAND, Nation.WALES), ""),
        ("nowhere", (), ""),
    ],
)
def test_places_tell_the_nation(text: str, nations: tuple[Nation, ...], place: str) -> None:
    reading = Words(LANGUAGE).read(text)
    assert (reading.nations, reading.place) == (nations, place)


def test_an_ambiguous_name_leaves_its_nations_open() -> None:
    assert Words(LANGUAGE).read("our health board").open_nations == (Nation.SCOTLAND, Nation.WALES)


def test_an_acronym_with_two_meanings_is_not_expanded_to_both() -> None:
    assert Words(LANGUAGE).read("cpd").extra == ()


@pytest.mark.parametrize("text", ["do we not", "can't we", "without tupe", "never"])
def test_negation_is_seen(text: str) -> None:
    assert Words(LANGUAGE).read(text).negated


def test_english_with_one_welsh_word_is_not_welsh() -> None:
    assert not Words(LANGUAGE).read("what is the pensiwn for staff").welsh


@pytest.mark.parametrize(
    "text",
    [
        "I get PIP can I start a micro enterprise",
        "am I staff in a grant contract",
        "help, a contract, a grant, staff: I am in the sector",
        "Pam and I, a plant, a gig",
        "I am a nurse",
        "can I get a grant? diolch",
    ],
)
def test_words_that_are_english_too_or_of_two_letters_make_no_welsh(text: str, shipped: Library) -> None:
    assert not shipped.matcher.words.read(text).welsh


@pytest.mark.parametrize("text", ["beth yw TUPE?", "pwy sy'n talu am y pensiwn", "oes grant i ddechrau busnes bach"])
def test_short_questions_in_welsh_are_welsh(text: str, shipped: Library) -> None:
    assert shipped.matcher.words.read(text).welsh


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("penson", "pension"),
        ("pnesion", "pension"),
        ("tendre", "tender"),
        ("cat", None),
        ("xyzzy", None),
        ("vendr", "vendor"),
        ("vendor", None),
        ("catr", "cart"),
        ("pemsoin", "pension"),
    ],
)
def test_spelling_is_repaired_within_bounds(typed: str, known: str | None) -> None:
    assert Repairer.of({"pension": 3, "tender": 2, "cart": 1}, {"vendor": 5, "cat": 1}).repair(typed) == known


def test_it_says_which_words_carried_the_choice_and_why_the_second_lost(matcher: Matcher) -> None:
    why = matcher.rank("what happens to the pension of the tupe staff").why()
    assert dict(why.carried)["pension"] > 0.1
    assert why.runner_up
