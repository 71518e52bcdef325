"""Option codes: they fit a button, they come back as they went, and a forged one does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Nation, Option, OptionKind
from bot.options import MAX_BYTES, decode, encode

LONGEST = "a" * 40


@pytest.mark.parametrize(
    "option",
    [
        Option(OptionKind.ENTRY, LONGEST, ""),
        *(Option(OptionKind.NATION, nation.value, "", entry=LONGEST) for nation in Nation),
        *(Option(OptionKind.NATION, nation.value, "") for nation in Nation),
        Option(OptionKind.ROLE, "staff", "", entry=""),
        Option(OptionKind.MORE, LONGEST, ""),
        Option(OptionKind.SIMPLER, LONGEST, ""),
        Option(OptionKind.SOURCES, LONGEST, ""),
        Option(OptionKind.MORE, LONGEST, "", nation=Nation.WALES),
        Option(OptionKind.SIMPLER, LONGEST, "", nation=Nation.NORTHERN_IRELAND),
        Option(OptionKind.TOPIC, LONGEST, ""),
        Option(OptionKind.FEEDBACK, "0123456789abcdef", "", entry="up"),
        Option(OptionKind.SEND_QUESTION, "0123456789abcdef", ""),
        Option(OptionKind.COMMAND, "forget-now", ""),
        Option(OptionKind.NONE, "", ""),
    ],
    ids=lambda option: f"{option.kind}-{option.value[:12]}",
)
def test_an_option_comes_back_as_it_went_and_fits_a_button(option: Option) -> None:
    code = encode(option)
    assert decode(code) == option
    assert len(code.encode()) <= MAX_BYTES


@pytest.mark.parametrize(
    "code",
    [
        "",
        ":",
        "z:x",
        "e:",
        "e:a:z",
        "n:q",
        "r:king",
        "m:a:q",
        "m:a:scotland",
        "e:" + "a" * 41,
        "e:a b",
        "E:a",
        "e:ä",
        "e:a:b:c",
    ],
)
def test_a_forged_or_old_code_is_no_option(code: str) -> None:
    assert decode(code) is None


@given(st.text(max_size=80))
def test_any_text_decodes_to_an_option_or_to_nothing(text: str) -> None:
    found = decode(text)
    assert found is None or found.kind in set(OptionKind)
