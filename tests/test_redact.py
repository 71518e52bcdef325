"""Redaction: personal details go, this domain's numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import identifying, redact

KEPT = [
    "214904 pounds", "663540 light touch", "CPV 85000000-9", "CPV code 85140000", "SSI 2015 446",
    "contract of 4000000", "2024 2025 financial year", "turnover 1500000", "company number 07654321",
    "Procurement Act 2023", "2014 and 2015", "between 2006 and 2008", "PPN 01/21", "SI 2015/102", "WSI 2025/1353",
    "£663,540", "4,000,000 pounds", "charity number SC012345", "HC 1088", "S6W-01948", "28 days and 14 days",
    "section 33 of the Act", "1,900 staff", "23.7 per cent", "2026-27",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_the_numbers_of_this_field_are_left_alone(text: str) -> None:
    assert redact(f"what about {text} please") == f"what about {text} please"
    assert identifying(text) == ()


GONE = [
    ("ring me on 07700 900123", "ring me on [phone]"),
    ("or 020 7946 0958 then", "or [phone] then"),
    ("+44 7700 900123", "[phone]"),
    ("write to jo.bloggs@nhs.example.uk", "write to [email]"),
    ("my number is QQ 12 34 56 C", "my number is [ni number]"),
    ("ab123456c", "[ni number]"),
    ("NHS no 943 476 5919", "NHS no [nhs number]"),
    ("4111 1111 1111 1111", "[card]"),
    ("12-34-56 12345678", "[bank]"),
    ("I live at SW1A 1AA", "I live at [postcode]"),
    ("dob 01/02/1960", "[born]"),
    ("my name is Jane Doe", "[name]"),
    ("My colleague Jane Doe is away", "[name] is away"),
    ("Dr Smith said", "[name] said"),
    ("xoxb-1234567890-abcdef", "[token]"),
    ("123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "[token]"),
    ("https://x.example/?token=abc", "[link]"),
]


@pytest.mark.parametrize(("text", "expected"), GONE)
def test_personal_details_are_replaced_by_what_they_were(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("QQ123456C", ("ni_number",)),
        ("943 476 5919", ("nhs_number",)),
        ("943 476 5918", ()),  # its check digit is wrong, so it is some other number
        ("4111 1111 1111 1112", ()),
        ("07700 900123", ()),  # taken out, but it does not make the whole message unfit to keep
    ],
)
def test_identifying_numbers_are_told_by_their_check_digits(text: str, kinds: tuple[str, ...]) -> None:
    assert identifying(text) == kinds


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
