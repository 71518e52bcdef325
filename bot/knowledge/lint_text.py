"""Measures of a text that lint uses: folding, acronyms, sentences, reading age."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

MOST_WORDS, MEAN_WORDS, HIGHEST_GRADE = 25, 17, 14.0
ENOUGH_FOR_A_MEAN = 3  # sentences: a single one is judged by its length alone

_EVERYDAY = frozenset([
    "UK", "NHS", "VAT", "GP", "PDF", "IT", "HR", "MP", "MSP", "AM", "MLA", "PAYE", "ID", "TV",
    "US", "EU", "BBC", "AI", "OK", "PM", "CEO", "QC", "KC", "FAQ", "PO", "PLC", "LLP", "LTD",
    "NI", "ISA", "AGM", "GB", "II", "III", "IV", "CHCP", "HM",
])  # fmt: skip
_ACRONYM = re.compile(r"(?<!\w)[A-Z][A-Z&]{1,8}(?=s?(?!\w))")  # the plural s is no part of it
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])|[;:]\s+")
_MARKUP = re.compile(r"\*\S[^*]*\*|(?<!\w)_\S[^_]*_(?!\w)|<[^>]*>|\[[^\]]*\]\([^)]*\)|https?://\S+|`")
_MONEY = re.compile(r"£\s?\d|\bpounds?\b", re.IGNORECASE)
_THRESHOLD_WORDS = re.compile(
    r"\b(?:threshold|thresholds|estimated value|regulated (?:contract|procurement)s?)\b", re.IGNORECASE
)
_OTHER_THRESHOLD = re.compile(r"\b(?:income|turnover|taxable|earnings|salary)\b", re.IGNORECASE)
_VAT_BASIS = re.compile(
    r"\b(?:includ|exclud|inclusive|exclusive|net of|before|after|with|without|plus)\w*[^.]{0,20}\bVAT\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Lower case, without accents or punctuation, single spaces: how collisions are told."""
    text = text.casefold().replace("'", "").replace("’", "")
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    return " ".join(_WORD.findall(text))


def singular(word: str) -> str:
    """Without a simple plural s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def markup(text: str) -> str:
    """The first mark or link in a text, or nothing."""
    found = _MARKUP.search(text)
    return found[0] if found else ""


def acronyms(text: str) -> set[str]:
    """Acronyms in a text, the everyday ones aside."""
    return {found for found in _ACRONYM.findall(text) if found not in _EVERYDAY}


def is_threshold(text: str) -> bool:
    """Whether the text states the value from which a rule for contracts holds; a charity's income is another thing."""
    return bool(_MONEY.search(text) and _THRESHOLD_WORDS.search(text) and not _OTHER_THRESHOLD.search(text))


def has_vat_basis(text: str) -> bool:
    """Whether the text says that a value is with or without VAT."""
    return bool(_VAT_BASIS.search(text))


def has_year(text: str) -> bool:
    """Whether the text names a year."""
    return bool(_YEAR.search(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text. A semicolon or a colon ends a part that reads by itself."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


@lru_cache(maxsize=1 << 14)
def _syllables(word: str) -> int:
    """Groups of vowels, a silent e aside: near enough for an average."""
    groups = len(re.findall(r"[aeiouy]+", word.casefold()))
    return max(1, groups - (word.casefold().endswith("e") and groups > 1))


def grade(texts: Sequence[str]) -> float:
    """Flesch-Kincaid grade (Kincaid et al. 1975): years of school needed to read it with ease."""
    found = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in found for word in re.findall(r"[A-Za-z']+", sentence)]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def hard_to_read(texts: Sequence[str]) -> Iterator[str]:
    """What is hard about some texts together, as sentences for the editor."""
    found = [sentence for text in texts for sentence in sentences(text)]
    mean = sum(len(sentence.split()) for sentence in found) / max(1, len(found))
    if mean > MEAN_WORDS and len(found) >= ENOUGH_FOR_A_MEAN:
        yield f"sentences of {mean:.0f} words on average; {MEAN_WORDS} are the most"
    reading = grade(texts)
    if reading > HIGHEST_GRADE and len(found) >= ENOUGH_FOR_A_MEAN:
        yield f"reading grade {reading:.0f}; {HIGHEST_GRADE:.0f} is the most: shorter sentences, shorter words"
