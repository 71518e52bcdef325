"""Peers that are search engines: phrasings are the documents, BM25 ranks them. Each imports its library when made."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Sequence

from benchmarks.peers import ALL_DRAWS, KEEP, Ranked, by_label, words_of
from benchmarks.sets import Row


class Fts5:
    """SQLite's full-text index, in memory."""

    most, draws, largest = 500, ALL_DRAWS, 100_000

    def __init__(self, tokenizer: str) -> None:
        self.name = f"SQLite FTS5 bm25, {tokenizer}"
        self._tokenizer = tokenizer

    def fit(self, rows: Sequence[Row]) -> None:
        """Fill the table."""
        self._db = sqlite3.connect(":memory:")
        self._db.execute(f"create virtual table t using fts5(text, label unindexed, tokenize='{self._tokenizer}')")
        self._db.executemany("insert into t values (?, ?)", rows)

    def best(self, text: str) -> Ranked:
        """Any of the words, or of the groups of three letters inside them."""
        parts = words_of(text)
        if self._tokenizer == "trigram":
            plain = " ".join(parts)
            parts = sorted({plain[at : at + 3] for at in range(len(plain) - 2)})
        query = " OR ".join(f'"{part}"' for part in parts)
        sql = f"select label, -rank from t where t match ? order by rank limit {KEEP}"  # noqa: S608 - a number of ours
        return by_label(self._db.execute(sql, (query,)).fetchall()) if parts else []


class Bm25s:
    """bm25s, with its own tokenizer."""

    name, most, draws, largest = "bm25s", 0, ALL_DRAWS, 100_000

    def __init__(self) -> None:
        self._library = importlib.import_module("bm25s")

    def fit(self, rows: Sequence[Row]) -> None:
        """Index."""
        self._labels = [label for _, label in rows]
        self._index = self._library.BM25()
        self._index.index(self._tokens([text for text, _ in rows]), show_progress=False)

    def best(self, text: str) -> Ranked:
        """The best documents' labels."""
        count = min(KEEP, len(self._labels))
        found, scores = self._index.retrieve(self._tokens([text]), k=count, show_progress=False)
        return by_label((self._labels[at], float(score)) for at, score in zip(found[0], scores[0], strict=True))

    def _tokens(self, texts: Sequence[str]) -> list[list[str]]:
        found = self._library.tokenize(texts, stopwords=None, return_ids=False, show_progress=False)
        return list(found)


class Tantivy:
    """tantivy, with its English stemmer, in memory."""

    name, most, draws, largest = "tantivy, stems", 0, ALL_DRAWS, 100_000

    def __init__(self) -> None:
        self._library = importlib.import_module("tantivy")

    def fit(self, rows: Sequence[Row]) -> None:
        """Index."""
        fields = self._library.SchemaBuilder()
        fields.add_text_field("text", stored=False, tokenizer_name="en_stem")
        fields.add_unsigned_field("number", stored=True, indexed=False)
        self._labels = [label for _, label in rows]
        self._index = self._library.Index(fields.build())
        writer = self._index.writer(heap_size=50_000_000, num_threads=1)
        for number, (text, _) in enumerate(rows):
            writer.add_document(self._library.Document(text=text, number=number))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def best(self, text: str) -> Ranked:
        """The best documents' labels."""
        query = self._index.parse_query(" ".join(words_of(text)), ["text"])
        hits = self._searcher.search(query, limit=KEEP).hits
        return by_label((self._labels[self._searcher.doc(at)["number"][0]], score) for score, at in hits)
