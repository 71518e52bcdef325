"""Taking personal details out of text before it is stored, and telling when a message holds identifying numbers.

Best effort, and said to be so. Numbers are this domain's everyday words, so an allow-list is marked first and never
touched: years, statute and SI/SSI/WSI/PPN numbers, CPV codes, money, thresholds, company and charity numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_YEAR = r"(?:19|20)\d{2}"
_ALLOWED = re.compile(
    "|".join(
        (
            rf"\b(?:SI|SSI|WSI|SR|NISR|HC|HL|Cm|Cmnd|CP)\.?\s*(?:No\.?\s*)?{_YEAR}\s*(?:[/ ]|No\.?)\s*\d{{1,4}}\b",
            rf"\b{_YEAR}/\d{{1,4}}\b",
            r"\bP(?:PN|PPN|pn)\s*(?:No\.?\s*)?\d{1,3}(?:/\d{2,4})?\b",
            r"\bCPV(?:\s+codes?)?[\s:]*\d{8}(?:-\d)?\b",
            r"\b\d{8}-\d\b",
            r"[£$€]\s*\d[\d,.]*\s*(?:k|m|bn|million|thousand|billion)?\b",
            r"\b\d[\d,]*(?:\.\d+)?\s*(?:pounds|quid|gbp|pence|million|thousand|billion|per\s*cent|percent|%)",
            r"\b(?:contracts?|turnover|budget|value|threshold|worth|cost|costs|income|grant|loan|spend|price|limit|over|under|about)"
            r"\s+(?:of\s+|is\s+|at\s+|was\s+)?\d{3,9}\b",
            r"\b\d{4,9}\s+(?:light\s+touch|threshold|inc|including|exc|excluding|ex|plus|vat|employees|staff|people)\b",
            r"\b(?:company|charity|registration|registered|crn|oscr|ccni|reg)\s+(?:no\.?|number|num|charity\s+number)?\s*[:.]?\s*"
            r"(?:SC|NI|OC|CE|RS|IP|NIC)?\s*\d{4,8}\b",
            r"\bSC\d{5,6}\b",
            rf"\b{_YEAR}(?:\s*[-–/]\s*|\s+){_YEAR}\b",
            rf"\b{_YEAR}[-–/]\d{{2}}\b",
            rf"(?<![\d-]){_YEAR}(?![\d-]|\s\d)",
        )
    ),
    re.IGNORECASE,
)


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _nhs(digits: str) -> bool:
    """The check digit of NHS numbers: modulus 11 over the first nine."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return (0 if check == 11 else check) == int(digits[9])


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match[0])


def _always(match: re.Match[str]) -> bool:
    return True


# (short name, pattern, further check, whether it identifies a person so surely that the text is not kept)
_Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool], bool]
_RULES: tuple[_Rule, ...] = (
    ("token", re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{30,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}|\bsk-[A-Za-z0-9_-]{16,}"), _always, True),
    ("email", re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"), _always, False),
    ("link", re.compile(r"https?://\S*(?:@|token=|key=|password=|sig=)\S*", re.IGNORECASE), _always, False),
    ("ni_number", re.compile(r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", re.IGNORECASE), _always, True),
    ("card", re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)"), lambda m: _luhn(_digits(m)), True),
    ("phone", re.compile(r"(?<![\d£])(?:\+44\s?(?:\(0\)\s?)?|0044\s?|0)(?:\d[\s-]?){8,9}\d(?!\d)"), lambda m: len(_digits(m)) >= 10, False),
    ("nhs_number", re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)"), lambda m: _nhs(_digits(m)), True),
    ("bank", re.compile(r"(?<!\d)\d{2}[- ]\d{2}[- ]\d{2}(?!\d)(?:\D{0,25}\d{8}(?!\d))?|\baccount\s+(?:no\.?|number)\s*[:.]?\s*\d{7,8}\b", re.IGNORECASE), _always, True),
    ("born", re.compile(r"\b(?:born(?:\s+on)?|dob|date of birth)\s*[:.]?\s*\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}", re.IGNORECASE), _always, True),
    ("postcode", re.compile(r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE), _always, False),
    ("name", re.compile(r"\b(?i:my name is|my name's|i am called|call me|my manager is called|my boss is called)\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){0,2}"), _always, False),
    ("name", re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Sister|Nurse)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?"), _always, False),
    ("name", re.compile(r"\b(?i:my (?:colleague|manager|boss|patient|client|supervisor))\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?"), _always, False),
)  # fmt: skip


def _found(text: str) -> list[tuple[int, int, str, bool]]:
    """(start, end, name, identifying) of each personal detail, in order, none overlapping another or an allowed number."""
    allowed = [match.span() for match in _ALLOWED.finditer(text)]
    taken: list[tuple[int, int, str, bool]] = []
    for name, pattern, check, identifying in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            inside_allowed = any(a <= start and end <= b for a, b in allowed)
            overlaps = any(start < b and a < end for a, b, _, _ in taken)
            if not inside_allowed and not overlaps and check(match):
                taken.append((start, end, name, identifying))
    return sorted(taken)


def redact(text: str) -> str:
    """The text with personal details replaced by what they were, such as [phone]. Doing it twice changes nothing more."""
    out, at = [], 0
    for start, end, name, _ in _found(text):
        out += [text[at:start], f"[{name.replace('_', ' ')}]"]
        at = end
    return "".join(out) + text[at:]


def identifying(text: str) -> tuple[str, ...]:
    """Kinds of identifying numbers in the text, in order: a message that has one is not stored."""
    return tuple(dict.fromkeys(name for _, _, name, sure in _found(text) if sure))
