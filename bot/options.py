"""Options as short codes: one letter for the kind and the nation, 64 bytes at most, so that a button needs no memory.

`e:ENTRY` shows an entry, `e:ENTRY:s` shows it for Scotland, `m:ENTRY:s` all of it
for Scotland. Whatever does not decode is an old or forged button.
"""

from __future__ import annotations

import re

from bot.model import Nation, Option, OptionKind, Role

_NATIONS = {
    Nation.ENGLAND: "e", Nation.SCOTLAND: "s", Nation.WALES: "w", Nation.NORTHERN_IRELAND: "n",
}  # fmt: skip
_LETTERS = {
    OptionKind.ENTRY: "e", OptionKind.ROLE: "r", OptionKind.MORE: "m", OptionKind.SIMPLER: "p",
    OptionKind.SOURCES: "s", OptionKind.TOPIC: "t", OptionKind.FEEDBACK: "f", OptionKind.SEND_QUESTION: "q",
    OptionKind.NONE: "x", OptionKind.COMMAND: "c", OptionKind.NATION: "n",
}  # fmt: skip
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_FROM_LETTER = {letter: nation for nation, letter in _NATIONS.items()}
_SHAPE = re.compile(r"[a-z](:[A-Za-z0-9_-]{0,40}){0,2}")
_AGAIN = {OptionKind.MORE, OptionKind.SIMPLER, OptionKind.SOURCES}
MAX_BYTES = 64


def encode(option: Option) -> str:
    """The option's code. ValueError if it would not fit a button."""
    value = option.value
    if option.kind is OptionKind.NATION:
        letter = _NATIONS[Nation(value)]
        code = f"e:{option.entry}:{letter}" if option.entry else f"n:{letter}"
    elif option.kind in _AGAIN and option.nation:
        code = f"{_LETTERS[option.kind]}:{value}:{_NATIONS[option.nation]}"
    elif option.entry:
        code = f"{_LETTERS[option.kind]}:{value}:{option.entry}"
    else:
        code = f"{_LETTERS[option.kind]}:{value}"
    if len(code.encode()) > MAX_BYTES or not _SHAPE.fullmatch(code):
        raise ValueError(f"option {code!r} is no button code: {MAX_BYTES} bytes of letters, digits, - and _ at most")
    return code


def decode(code: str) -> Option | None:
    """The option a code stands for, without its title; None for whatever is not a code of ours."""
    if len(code.encode(errors="replace")) > MAX_BYTES or not _SHAPE.fullmatch(code):
        return None
    letter, value, extra = ([*code.split(":"), "", ""])[:3]
    kind = _KINDS.get(letter)
    if kind is None:
        return None
    if kind is OptionKind.ENTRY and extra:
        nation = _FROM_LETTER.get(extra)
        return Option(OptionKind.NATION, nation.value, "", entry=value) if nation and value else None
    if kind is OptionKind.NATION:
        nation = _FROM_LETTER.get(value)
        return Option(OptionKind.NATION, nation.value, "") if nation else None
    if kind in _AGAIN and extra:
        nation = _FROM_LETTER.get(extra)
        return Option(kind, value, "", nation=nation) if nation and value else None
    if kind is OptionKind.ROLE and value not in set(Role):
        return None
    if kind is not OptionKind.NONE and not value:
        return None
    return Option(kind, value, "", entry=extra)


def json_id(option: Option) -> str:
    """The option's id in JSON output: the bare entry id, or `nation:wales`."""
    return option.value if option.kind is OptionKind.ENTRY else f"{option.kind.value}:{option.value}"


# what people type in words ("simpler", "none of these") where they can't tap, so it takes up no number
_NOT_NUMBERED = {OptionKind.SIMPLER, OptionKind.MORE, OptionKind.SOURCES, OptionKind.NONE}


def numbered(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options a person can pick by number, in the order in which they are numbered from 1."""
    return tuple(option for option in options if option.kind not in _NOT_NUMBERED)
