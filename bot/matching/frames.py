"""The frame of a question: for whom it is, what kind of thing it asks, whether it is about a time.

`how much` and `how long`, `a nurse` and `a commissioner`, `still` and `after 2026` tell neighbouring entries apart though
their subject is the same. An entry has the frames of its phrasings; what a question has and the entry lacks counts against
it (`look.py`), by weights that are fitted. Measured on our own questions all three together are worth 0.3 to 0.5 points, no
more than the noise of a training (`docs/benchmarks.md`); for whom and when add nothing to what coverage already makes of
these words, and have weights near zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

KINDS = ("who", "asks", "when")
_WORDS = {
    "who:commissioner": "commissioner commissioners commissioning buyer buyers icb icbs",
    "who:council": "council councils councillor councillors authority authorities",
    "who:health": "nhs nurse nurses gp gps trust hospital doctor doctors ward midwife midwives physio physios",
    "who:union": "union unions unison rep reps gmb unite",
    "who:charity": "charity charities charitable trustee trustees",
    "who:staff": "staff employee employees worker workers team colleague colleagues",
    "who:boss": "boss manager managers director chief head",
    "who:cic": "cic cics",
    "who:mutual": "coop coops mutual mutuals cooperative operative society societies bencom",
    "who:people": "user users disabled member members people community parent parents carer carers",
    "asks:cost": "cost costs price fee fees",
    "asks:duration": "deadline",
    "asks:who": "who whos",
    "asks:when": "when",
    "asks:where": "where wheres",
    "asks:why": "why",
    "asks:how": "how",
    "asks:which": "which",
    "asks:duty": "must required obliged forced legally",
    "asks:if": "if",
    "asks:choice": "difference differ versus vs better or",
    "asks:case": "example examples anyone anybody someone case",
    "asks:help": "support advice advise",
    "when:change": "change changes changed changing new still anymore before after until since yet",
}
_PAIRS = {
    ("how", "much"): "asks:cost", ("how", "many"): "asks:cost", ("how", "long"): "asks:duration",
    ("how", "soon"): "asks:duration", ("how", "often"): "asks:duration", ("have", "to"): "asks:duty",
    ("need", "to"): "asks:duty", ("next", "year"): "when:change", ("last", "year"): "when:change",
    ("any", "more"): "when:change",
}  # fmt: skip
_OPENS = frozenset(
    ["can", "could", "may", "are", "is", "do", "does", "must", "should", "will", "would", "am", "have", "has"]
)
_FRAME = {word: frame for frame, words in _WORDS.items() for word in words.split()}


def frames_of(words: Sequence[str]) -> frozenset[str]:
    """The frames of a text. A year is a frame of its own kind; `how` before `much` and the like is not `how`."""
    found = {_FRAME[word] for word in words if word in _FRAME}
    pairs = {_PAIRS[pair] for pair in pairwise(words) if pair in _PAIRS}
    if pairs & {"asks:cost", "asks:duration"}:
        found.discard("asks:how")
    if words and words[0] in _OPENS:
        found.add("asks:whether")
    if any(len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"} for word in words):
        found.update(("when:change", "when:year"))
    return frozenset(found | pairs)


def lacking(asked: Iterable[str], own: Iterable[str]) -> dict[str, float]:
    """How many frames of each kind the question has and the entry lacks."""
    missing = [frame.partition(":")[0] for frame in set(asked).difference(own)]
    return {kind: float(missing.count(kind)) for kind in KINDS}
