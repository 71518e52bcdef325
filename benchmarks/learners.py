"""Peers that learn: scikit-learn's tf-idf over words, pairs and letter groups, and a linear classifier."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.peers import ALL_DRAWS, Ranked
from benchmarks.sets import Row


class Learner:
    """The usual pipeline of a text classifier."""

    most, draws = 1000, ALL_DRAWS

    def __init__(self, kind: str) -> None:
        self.name = f"scikit-learn tf-idf, {kind}"
        self.largest = 2_000 if kind == "LogisticRegression" else 20_000
        modules = ("pipeline", "feature_extraction.text", "linear_model", "svm")
        self._pipeline, self._text, linear, svm = (importlib.import_module(f"sklearn.{name}") for name in modules)
        makers: dict[str, Callable[[], Any]] = {
            "LogisticRegression": lambda: linear.LogisticRegression(C=10, max_iter=200),
            "LinearSVC": lambda: svm.LinearSVC(C=0.5),
        }
        self._make = makers[kind]

    def fit(self, rows: Sequence[Row]) -> None:
        """Learn."""
        tfidf = self._text.TfidfVectorizer
        features = self._pipeline.make_union(
            tfidf(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\b\w+\b"),  # noqa: S106 - no password
            tfidf(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 4)),
        )
        self._model = self._pipeline.make_pipeline(features, self._make())
        self._model.fit([text for text, _ in rows], [label for _, label in rows])
        self._labels = [str(label) for label in self._model.classes_]
        self._score = getattr(self._model, "predict_proba", None) or self._model.decision_function

    def best(self, text: str) -> Ranked:
        """The three likeliest labels, by probability or by margin."""
        scores = np.atleast_2d(self._score([text]))[0]
        if len(scores) == 1:  # two labels: one margin
            scores = np.array([-scores[0], scores[0]])
        return [(self._labels[at], float(scores[at])) for at in np.argsort(-scores)[:3]]
