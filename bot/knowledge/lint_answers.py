"""Lint of the texts that replies show: they fit, carry no marks, and can be read."""

from __future__ import annotations

from collections.abc import Iterator

from bot.knowledge import lint_text
from bot.knowledge.lint_rule import Checked, Finding, Table, named, texts_of
from bot.knowledge.schema import Entry, ExampleWording
from bot.knowledge.yaml_safe import Path as Where

TELEGRAM_ROOM = 3500  # UTF-16 units: Telegram cuts at 4,096, and notices, labels and buttons need the rest
FIRST_SCREEN = 600
MARK = 3  # what a list mark or a line break adds to a text


def _wording(wording: ExampleWording | None) -> Iterator[str]:
    if wording is not None:
        yield from (text for text in (wording.text, wording.measure, wording.evidence, *wording.checks) if text)


def reply_too_long(checked: Checked) -> Iterator[Finding]:
    """A reply that a channel would have to cut. (A Slack section's 3,000 hold any one text: the format allows 2,000.)"""
    for entry, variant, at in checked.variants():
        texts = [text for text, _ in texts_of(variant)] + list(_wording(variant.wording))
        texts += [source.title + (source.url or "") for source in variant.sources]
        size = sum(len(text.encode("utf-16-le")) // 2 + MARK for text in texts)
        if size > TELEGRAM_ROOM:
            message = f"the answer for {named(variant)} has {size} characters; {TELEGRAM_ROOM} fit a Telegram message"
            yield Finding(entry.id, message, at)


def first_screen_too_long(checked: Checked) -> Iterator[Finding]:
    """Lead, three points and a source are what a phone shows first."""
    for entry, variant, at in checked.variants():
        size = sum(len(text) + MARK for text in (variant.lead, *variant.points[:3], variant.sources[0].title))
        if size > FIRST_SCREEN:
            what = f"lead, three points and source for {named(variant)}"
            yield Finding(entry.id, f"{what} have {size} characters; a phone shows {FIRST_SCREEN} first", at)


def markup_in_text(checked: Checked) -> Iterator[Finding]:
    """Texts are plain: each channel draws its own marks."""
    for entry in checked.entries:
        for text, at in _shown(entry):
            found = lint_text.markup(text)
            if found:
                message = f"{found!r} in {text[:60]!r}: no marks or links in texts; links go to sources"
                yield Finding(entry.id, message, at)


def _shown(entry: Entry) -> Iterator[tuple[str, Where]]:
    yield entry.question, ("question",)
    if entry.choice is not None:
        yield entry.choice.ask, ("choice", "ask")
        for number, option in enumerate(entry.choice.options):
            yield option.label, ("choice", "options", number)
    for number, variant in enumerate(entry.answers):
        base: Where = ("answers", number)
        yield from ((text, (*base, *at)) for text, at in texts_of(variant))
        yield from ((text, (*base, "wording")) for text in _wording(variant.wording))


def acronym_unknown(checked: Checked) -> Iterator[Finding]:
    """An acronym that the table can't explain: told once for each entry, where it first stands."""
    language = checked.knowledge.language
    known = {short.casefold() for short in language.acronyms}
    known |= {name.casefold() for term in language.terms for name in (term.term, *term.also)}
    told: set[tuple[str, str]] = set()
    for entry, variant, base in checked.variants():
        for text, at in texts_of(variant):
            for acronym in sorted(lint_text.acronyms(text)):
                if acronym.casefold() not in known and (entry.id, acronym) not in told:
                    told.add((entry.id, acronym))
                    message = f"the acronym {acronym} is not in language.yaml; add it there, or write it out"
                    yield Finding(entry.id, message, (*base, *at))


def threshold_without_vat_or_date(checked: Checked) -> Iterator[Finding]:
    """A contract threshold says including or excluding VAT, and from when."""
    for entry, variant, base in checked.variants():
        texts = list(texts_of(variant))
        stated = [at for text, at in texts if lint_text.is_threshold(text)]
        if stated:
            whole, place = " ".join(text for text, _ in texts), (*base, *stated[0])
            if not lint_text.has_vat_basis(whole):
                message = f"a threshold for {named(variant)} does not say including or excluding VAT"
                yield Finding(entry.id, message, place)
            if not (variant.from_ or variant.known_to or lint_text.has_year(whole)):
                yield Finding(entry.id, f"a threshold for {named(variant)} does not say from when", place)


def sentence_too_long(checked: Checked) -> Iterator[Finding]:
    """A sentence that is hard to keep in mind."""
    for entry, variant, base in checked.variants():
        for text, at in texts_of(variant):
            for sentence in lint_text.sentences(text):
                count = len(sentence.split())
                if count > lint_text.MOST_WORDS:
                    message = f"a sentence of {count} words, {lint_text.MOST_WORDS} are the most: {sentence[:60]!r}"
                    yield Finding(entry.id, message, (*base, *at))


def hard_to_read(checked: Checked) -> Iterator[Finding]:
    """Sentences of 17 words on average at most, and a reading grade that most people have."""
    for entry, variant, at in checked.variants():
        for message in lint_text.hard_to_read([text for text, _ in texts_of(variant)]):
            yield Finding(entry.id, f"{message} (answer for {named(variant)})", at)


def plain_not_plain(checked: Checked) -> Iterator[Finding]:
    """The plain version: up to five sentences of twelve words; fourteen are forgiven."""
    for entry, variant, at in checked.variants():
        sentences = lint_text.sentences(variant.plain or "")
        if len(sentences) > 5 or any(len(sentence.split()) > 14 for sentence in sentences):
            message = f"`plain` for {named(variant)}: five sentences of twelve words are the most"
            yield Finding(entry.id, message, (*at, "plain"))


RULES: Table = (
    ("error", reply_too_long),
    ("warning", first_screen_too_long),
    ("error", markup_in_text),
    ("warning", acronym_unknown),
    ("warning", threshold_without_vat_or_date),
    ("warning", sentence_too_long),
    ("warning", hard_to_read),
    ("warning", plain_not_plain),
)
