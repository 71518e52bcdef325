"""What words mean here: acronyms, words for the same thing, places, Welsh, and words that only carry a question.

Built once from `language.yaml`; both phrasings and questions go through it, so both sides get the same features.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.schema import Language, nations_of
from bot.matching.text import stem, tokens
from bot.model import Nation

Phrase = tuple[str, ...]
_NATION_WORDS = {
    "england": "england", "english": "england",
    "scotland": "scotland", "scottish": "scotland", "scots": "scotland",
    "wales": "wales", "welsh": "wales", "cymru": "wales", "nghymru": "wales", "gymru": "wales",
    "northern ireland": "northern-ireland", "northern irish": "northern-ireland", "ni": "northern-ireland",
}  # fmt: skip
_BEFORE_A_NATION = {"in", "for", "across", "within", "here"}
NEGATIONS = frozenset(
    ["not", "no", "never", "without", "nor", "none", "nothing", "nobody", "refuse", "cant", "cannot", "dont", "doesnt",
     "didnt", "isnt", "arent", "wont", "wouldnt", "shouldnt", "neednt", "havent", "hasnt"]
)  # fmt: skip
_ENGLISH = frozenset(
    ["the", "is", "what", "how", "can", "we", "do", "of", "to", "and", "for", "my", "get", "have", "has", "our", "with",
     "are", "not", "you", "it", "if", "want", "does", "will", "who", "where", "when", "im", "they", "this", "that"]
)  # fmt: skip
_ENGLISH_TOO = frozenset(  # Welsh words that are English words, names or slips of English as well
    ["bach", "busnes", "chi", "cyd", "economi", "faint", "fath", "fel", "gig", "heb", "mae", "neu", "pam", "plant",
     "pris", "taw", "teg", "tendr"]
)  # fmt: skip
_OPENS_A_QUESTION = frozenset(
    ["do", "does", "did", "is", "are", "was", "can", "could", "may", "must", "should", "will", "would", "have", "has",
     "dont", "doesnt", "isnt", "arent", "cant"]
)  # fmt: skip


def denies(words: Sequence[str]) -> bool:
    """Whether a text denies something: `I don't want to leave` is not `I want to leave`.

    `do we not have to ...` and `can't we ...` only ask, so a negation among the first three words of a question that opens
    with a verb does not count.
    """
    start = 3 if words and words[0] in _OPENS_A_QUESTION else 0
    return not NEGATIONS.isdisjoint(words[start:])


class Phrasebook:
    """Finds the longest known phrase at each place of a word list."""

    def __init__(self, phrases: Mapping[Phrase, str]) -> None:
        self._by_first: dict[str, list[tuple[Phrase, str]]] = {}
        for phrase, value in phrases.items():
            if phrase:
                self._by_first.setdefault(phrase[0], []).append((phrase, value))
        for options in self._by_first.values():
            options.sort(key=lambda option: -len(option[0]))

    def find(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """(start, end, value) of each phrase found, left to right, without overlap."""
        if self._by_first.keys().isdisjoint(words):
            return []
        found = []
        at = 0
        while at < len(words):
            for phrase, value in self._by_first.get(words[at], ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    found.append((at, at + len(phrase), value))
                    at += len(phrase) - 1
                    break
            at += 1
        return found


@dataclass(frozen=True)
class Reading:
    """A text as the matcher reads it.

    `words` are the words after mending, without the names of nations: those choose the text, not the entry. `extra` are
    acronyms and their full forms that were added; `concepts` are (start, end, group); `nations` are those named, in order.
    """

    words: tuple[str, ...]
    extra: tuple[str, ...] = ()
    concepts: tuple[tuple[int, int, str], ...] = ()
    nations: tuple[Nation, ...] = ()
    place: str = ""  # the words that told the nation, when it is not the nation's own name
    place_words: frozenset[str] = frozenset()  # every word that belongs to a place or a nation
    open_nations: tuple[Nation, ...] = ()  # a name such as "health board" that leaves a few open
    welsh: bool = False
    mended: tuple[tuple[str, str], ...] = ()
    negated: bool = False


def _phrases(pairs: Iterable[tuple[str, str]]) -> dict[Phrase, str]:
    return {phrase: value for text, value in pairs if (phrase := tuple(tokens(text)))}


class Words:
    """The word knowledge of one knowledge base. Immutable after construction."""

    def __init__(self, language: Language) -> None:
        self._mend = Phrasebook(_phrases(language.misspellings.items()))
        self._welsh = Phrasebook(_phrases(language.welsh.items()))
        self._welsh_words = {word for phrase in _phrases(language.welsh.items()) for word in phrase}
        english = _ENGLISH_TOO | _ENGLISH | {word for text in language.welsh.values() for word in tokens(text)}
        self._only_welsh = {word for word in self._welsh_words - english if len(word) > 2}
        self._acronyms = {short.casefold(): tuple(fulls) for short, fulls in language.acronyms.items()}
        self.short_forms = frozenset(self._acronyms)  # `tsi` tells the nation, and is what is asked about
        self._full_words = {short: tokens(fulls[0]) for short, fulls in self._acronyms.items() if len(fulls) == 1}
        self._full_forms = Phrasebook(
            {
                tuple(stem(word) for word in tokens(full)): short
                for short, fulls in self._acronyms.items()
                for full in fulls
                if len(tokens(full)) > 1
            }
        )
        self._concepts = Phrasebook(
            {
                tuple(stem(word) for word in tokens(text)): f"={group[0]}"
                for group in language.concepts
                for text in group
            }
        )
        self.scaffold = frozenset(word for text in language.scaffold for word in tokens(text)) - NEGATIONS
        places = {text: nation for nation, texts in language.places.items() for text in texts}
        self._places = Phrasebook(_phrases({**places, **_NATION_WORDS}.items()))
        self._ambiguous = Phrasebook(
            _phrases((text, ",".join(nations)) for text, nations in language.ambiguous_places.items())
        )

    def is_welsh(self, words: Sequence[str]) -> bool:
        """Whether most of the words we know are Welsh ones and hardly a common English one is there.

        Only words that are Welsh alone decide: `I`, `a` and `grant` stand in English sentences too.
        """
        telling = sum(word in self._only_welsh for word in words)
        if not telling:
            return False
        known = sum(word in self._welsh_words for word in words)
        english = sum(word in _ENGLISH for word in words)
        return known >= 2 and telling > 2 * english and known >= len(words) / 3

    def read(self, text: str) -> Reading:
        """Read a text. Pure: the same text gives the same reading."""
        words, mended = self._replace(tokens(text), self._mend)
        welsh = self.is_welsh(words)
        if welsh:
            words, _ = self._replace(words, self._welsh)
        words, nations, place, place_words = self._fold_places(words)
        open_nations: tuple[Nation, ...] = ()
        if not nations:
            for _, _, value in self._ambiguous.find(words):
                open_nations = nations_of(tuple(value.split(",")))
        stems = [stem(word) for word in words]
        extra = [word for short in words if short in self._full_words for word in self._full_words[short]]
        extra += [short for _, _, short in self._full_forms.find(stems)]
        return Reading(
            words=tuple(words),
            extra=tuple(dict.fromkeys(extra)),
            concepts=tuple(self._concepts.find(stems)),
            nations=nations,
            place=place,
            place_words=frozenset(place_words),
            open_nations=open_nations,
            welsh=welsh,
            mended=tuple(mended),
            negated=not NEGATIONS.isdisjoint(words),
        )

    @staticmethod
    def _replace(words: Sequence[str], book: Phrasebook) -> tuple[list[str], list[tuple[str, str]]]:
        out: list[str] = []
        changes = []
        at = 0
        for start, end, value in book.find(words):
            out += words[at:start]
            out += tokens(value)
            changes.append((" ".join(words[start:end]), value))
            at = end
        return out + list(words[at:]), changes

    def _fold_places(self, words: Sequence[str]) -> tuple[list[str], tuple[Nation, ...], str, set[str]]:
        """Words without nations' names, the nations named (those refused by a `not` aside), the place, its words."""
        out: list[str] = []
        nations: list[Nation] = []
        refused: list[Nation] = []
        place = ""
        place_words: set[str] = set()
        at = 0
        for start, end, value in self._places.find(words):
            out += words[at:start]
            at = end
            name = words[start:end]
            place_words.update(name)
            negated = start > 0 and words[start - 1] in {"not", "isnt", "outside"}
            (refused if negated else nations).extend(nations_of((value,)))
            if " ".join(name) in _NATION_WORDS:
                if out and out[-1] in _BEFORE_A_NATION:
                    out.pop()
            else:
                place = place or " ".join(name)
                out += name  # it may be a body people ask about
        left = tuple(n for n in dict.fromkeys(nations) if n not in refused) or tuple(dict.fromkeys(nations))
        return out + list(words[at:]), left, place, place_words
