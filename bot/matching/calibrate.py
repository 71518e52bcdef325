"""Fits the confidence to one knowledge base: on phrasings held out of the training, and on whole entries held out.

A held-out phrasing is a question whose first candidate may be right; a question of a held-out entry must be refused,
and its neighbours are there to mislead. The weights are drawn towards the shipped ones, which were fitted on questions of
real people. Takes `ROUNDS` trainings, so it belongs to `advisor test --fit`, never to a start.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.matching.confidence import SHIPPED, Weights, inputs
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher
from bot.matching.words import Words
from bot.model import Candidate

FOLDS = 4  # a fold withholds every fourth entry, and every fourth phrasing of the others
ROUNDS = 2  # folds that are looked at: thousands of questions, in half the time
RIDGE = 300.0  # how strongly the weights are drawn to the shipped ones, in questions
FEWEST = 100  # observations; from fewer nothing is learnt
Array = NDArray[np.float64]
Question = tuple[str, frozenset[str]]  # a text and the ids that are right for it; none: it must be refused
Observation = tuple[list[float], bool]  # the model's inputs, and whether the first candidate was right


def observe(matcher: Matcher, questions: Iterable[Question]) -> list[Observation]:
    """What the model would see for each question. Those that are a phrasing word for word tell nothing."""
    seen = []
    for text, right in questions:
        ranking = matcher.rank(text)
        if ranking.best is not None and not ranking.exact:
            seen.append(observation(ranking.best, right))
    return seen


def observation(first: Candidate, right: Collection[str]) -> Observation:
    """What the model sees of a first candidate, and whether it is one of the right ones."""
    values = inputs({signal.name: signal.value for signal in first.signals})
    return [values[name] for name in SHIPPED], first.entry in right


def logistic(observations: Sequence[Observation], ridge: float = RIDGE, centre: Weights = SHIPPED) -> Weights:
    """Weights by iteratively reweighted least squares, drawn to `centre`."""
    x = np.array([values for values, _ in observations])
    y = np.array([right for _, right in observations], float)
    start = np.array(list(centre.values()))
    weights = start.copy()
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        hessian = (x * (chance * (1 - chance))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, x.T @ (chance - y) + ridge * (weights - start))
    return {name: round(float(weight), 4) for name, weight in zip(SHIPPED, weights, strict=True)}


def held_out(targets: Sequence[Target], words: Words, fold: int) -> list[Observation]:
    """One fold: every fourth entry withheld whole, and every fourth phrasing of the others."""
    kept: list[Target] = []
    asked: list[Question] = []
    for number, target in enumerate(targets):
        if number % FOLDS == fold:
            asked += [(text, frozenset()) for text in target.phrasings[fold::FOLDS]]
            continue
        out = {at for at in range(1, len(target.phrasings)) if at % FOLDS == fold}
        asked += [(target.phrasings[at], frozenset({target.id})) for at in out]
        phrasings = tuple(text for at, text in enumerate(target.phrasings) if at not in out)
        kept.append(replace(target, phrasings=phrasings))
    return observe(Matcher(build(kept, words), words), asked) if kept else []


def as_sure_as(weights: Weights, centre: Weights, observations: Sequence[Observation]) -> Weights:
    """The weights with their bias moved until they are as sure as `centre` on the whole.

    Held-out phrasings of a thinned-out training are harder than real questions to the whole of it, so only which signals
    tell is learnt here; how sure to be on the whole is not.
    """
    x = np.array([values for values, _ in observations])
    return _moved(weights, x, _sureness(centre, x, 0.0))


def as_sure_as_right(weights: Weights, observations: Sequence[Observation]) -> Weights:
    """The weights with their bias moved until they are, on the whole, as sure as they are right."""
    x = np.array([values for values, _ in observations])
    return _moved(weights, x, float(np.mean([right for _, right in observations])))


def _sureness(weights: Weights, x: Array, move: float) -> float:
    return float((1 / (1 + np.exp(-np.clip(x @ np.array(list(weights.values())) + move, -30, 30)))).mean())


def _moved(weights: Weights, x: Array, wanted: float) -> Weights:
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _sureness(weights, x, middle) < wanted else (low, middle)
    return {**weights, "bias": round(weights["bias"] + low, 4)}


def fit(targets: Sequence[Target], words: Words) -> Weights:
    """The confidence's weights for these targets; the shipped ones where there is too little to learn from."""
    seen = [observation for fold in range(ROUNDS) for observation in held_out(targets, words, fold)]
    return as_sure_as(logistic(seen), SHIPPED, seen) if len(seen) >= FEWEST else SHIPPED
