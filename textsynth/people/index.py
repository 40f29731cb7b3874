"""The search index of personas: what stands in it, how a question becomes a query, who ranks first.

BM25 over the terms of `terms.py`, in one field. Of a long question only the most telling terms are
asked for. Rows with the same score (to four figures after the point) come in the order in which
they were added.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from textsynth.errors import InputError, nearest
from textsynth.people.schema import Row, marks, searched
from textsynth.people.terms import analyzer, spaced, terms

if TYPE_CHECKING:
    import tantivy

MOST_TERMS = 16
"""How many terms of a question are looked up."""

FEW_TIES, TIES = 256, 4096
"""How many rows after a page are looked through for ties with its last: at first, and at most."""

SPREAD = 100_000
"""How many rows that fit a filter are looked at, to draw some of them."""

_MARK = 200
_SHOWN = 20

Hit = tuple[Any, "tantivy.DocAddress"]
Where = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a row is: its score, its number in order of adding, and where it begins."""

    score: float
    number: int
    at: int


@cache
def schema() -> tantivy.Schema:
    """The fields of the index."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("has", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="persona", index_option="freq")
    builder.add_unsigned_field("same", indexed=True)
    builder.add_unsigned_field("number", fast=True, indexed=True)
    builder.add_unsigned_field("at", fast=True, indexed=True)
    return builder.build()


def opened(path: str | None) -> tantivy.Index:
    """The index in a folder, made if it is not there; None: one in memory."""
    from tantivy import Index

    index = Index(schema(), path)
    index.register_tokenizer("persona", analyzer())
    return index


def document(row: Row, same: int, number: int, at: int) -> tantivy.Document:
    """What the index holds of a row: its words, not the row itself."""
    from tantivy import Document

    made = Document()
    made.add_text("id", row["id"])
    made.add_unsigned("same", same)
    made.add_unsigned("number", number)
    made.add_unsigned("at", at)
    made.add_text("text", spaced(searched(row)))
    names = set()
    for name, value in marks(row):
        names.add(name)
        made.add_text("has", mark(name, value))
    for name in names:
        made.add_text("name", name)
    return made


def mark(name: str, value: str) -> str:
    """The term that stands for an attribute's value, in whatever case it is written."""
    return f"{name}={' '.join(value.casefold().split())}"[:_MARK]


class Searcher:
    """Looks things up in one state of an index; what is added later it does not see."""

    def __init__(self, index: tantivy.Index) -> None:
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def find(
        self, words: str = "", like: str = "", where: Where | None = None, *,
        limit: int = 10, offset: int = 0,
    ) -> tuple[list[Found], list[str]]:  # fmt: skip
        """The rows that suit best, and the terms that were asked for.

        With neither `words` nor `like`: all that `where` lets through, in order of adding.
        """
        from tantivy import Query

        asked = self.telling(f"{words}\n{like}")
        filters = self._filters(where or {})
        if not (words + like).strip():
            return self._in_order(filters, limit, offset), []
        if not asked:
            return [], []
        query = _any_of([_term("text", term) for term in asked])
        if filters:
            query = _all_of([query, *(Query.const_score_query(f, 0.0) for f in filters)])
        return self._ranked(query, limit, offset), asked

    def spread(self, count: int, where: Where | None = None) -> list[Found]:
        """At most `count` rows, evenly over those that `where` lets through, in their order.

        Where more than SPREAD fit, over the first SPREAD of them.
        """
        if where:
            fit = self._in_order(self._filters(where), SPREAD, 0)
            return [fit[k] for k in _evenly(len(fit), count)]
        numbers = _evenly(self.highest() + 1, count)
        found = (self._one("number", number) for number in numbers)
        return [one for one in found if one]

    def telling(self, text: str) -> list[str]:
        """The MOST_TERMS terms of the text that tell most rows apart, weighed by how often it
        has them. One that more than half of the rows have counts where there is no other."""
        total = len(self)
        counts = Counter(terms(text))
        spread = {term: self._searcher.doc_freq("text", term) for term in counts}
        known = [term for term, rows in spread.items() if rows]
        rare = [term for term in known if 2 * spread[term] <= total]
        worth = {
            term: (1 + math.log(counts[term])) * math.log(1 + total / spread[term])
            for term in rare or known
        }
        return sorted(worth, key=lambda term: (-worth[term], term))[:MOST_TERMS]

    def values(self, name: str, most: int = 1000) -> dict[str, int]:
        """Value → rows that have it, for the attribute or column `name`; the most common first.

        Rows that were replaced may still count until the index is next merged.
        """
        found = self._searcher.terms_with_prefix("has", f"{name}=", limit=most)
        pairs = [(known.partition("=")[2], rows) for known, rows in found]
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def place_of(self, name: str) -> Found | None:
        """Where the row with that id is."""
        return self._one("id", name)

    def same_as(self, same: int) -> Found | None:
        """A row whose description has that hash."""
        return self._one("same", same)

    def begins(self, at: int) -> bool:
        """Whether a row begins at that byte."""
        return self._one("at", at) is not None

    def last(self) -> Found | None:
        """The row added last, wherever it stands in the order."""
        from tantivy import Query

        hits = self._searcher.search(Query.all_query(), 1, False, "at").hits
        return next(iter(self._found([(0.0, address) for _, address in hits])), None)

    def highest(self) -> int:
        """The highest number of a row, -1 where there is none."""
        from tantivy import Query

        hits = self._searcher.search(Query.all_query(), 1, False, "number").hits
        return int(hits[0][0]) if hits else -1

    def _one(self, field: str, value: str | int) -> Found | None:
        # A term that no row ever had is the usual case, and known without a search.
        if not self._searcher.doc_freq(field, value):
            return None
        hits = self._searcher.search(_term(field, value, "basic"), 1, False).hits
        return next(iter(self._found(hits)), None)

    def _filters(self, where: Where) -> list[tantivy.Query]:
        made = []
        for name, values in where.items():
            for value in values:
                if not self._searcher.doc_freq("has", mark(name, value)):
                    raise self._unknown(name, value)
            made.append(_any_of([_term("has", mark(name, v), "basic") for v in values]))
        return made

    def _unknown(self, name: str, value: str) -> InputError:
        names = [known for known, _ in self._searcher.terms_with_prefix("name", "")]
        if name not in names:
            exists = nearest(name, names)
        else:
            values = self.values(name)
            close = difflib.get_close_matches(value.casefold(), values, n=1, cutoff=0.5)
            hint = f"did you mean '{close[0]}'? " if close else ""
            more = ", …" if len(values) > _SHOWN else ""
            exists = f"{hint}it has: {', '.join([*values][:_SHOWN])}{more}"
        return InputError(f"no persona here has {name}={value}", exists)

    def _ranked(self, query: tantivy.Query, limit: int, offset: int) -> list[Found]:
        wanted = offset + limit
        for more in (FEW_TIES, TIES):
            # Which of the rows that tie are shown is not left to how the index is laid out.
            hits = self._searcher.search(query, wanted + more, False).hits
            if len(hits) < wanted + more or not _same(hits[wanted - 1], hits[-1]):
                break
        if len(hits) > wanted:
            lowest = round(hits[wanted - 1][0], 4)
            hits = [hit for hit in hits if round(hit[0], 4) >= lowest]
        numbers = self._values("number", hits)
        best = nsmallest(
            wanted, range(len(hits)), key=lambda k: (-round(hits[k][0], 4), numbers[k])
        )
        return self._found([hits[k] for k in best[offset:]])

    def _in_order(self, filters: list[tantivy.Query], limit: int, offset: int) -> list[Found]:
        from tantivy import Order, Query

        query = _all_of(filters) if filters else Query.all_query()
        hits = self._searcher.search(
            query, limit, False, "number", offset=offset, order=Order.Asc
        ).hits
        return self._found([(0.0, address) for _, address in hits])

    def _found(self, hits: Sequence[Hit]) -> list[Found]:
        numbers, places = self._values("number", hits), self._values("at", hits)
        scores = [round(float(score), 4) for score, _ in hits]
        return [Found(*values) for values in zip(scores, numbers, places, strict=True)]

    def _values(self, field: str, hits: Sequence[Hit]) -> list[int]:
        found = self._searcher.fast_field_values(field, [address for _, address in hits])
        return [int(value or 0) for value in found]


def _same(left: Hit, right: Hit) -> bool:
    return bool(round(left[0], 4) == round(right[0], 4))


def _evenly(total: int, count: int) -> list[int]:
    few = min(total, count)
    return [k * total // few for k in range(few)]


def _term(field: str, value: str | int, option: str = "freq") -> tantivy.Query:
    from tantivy import Query

    return Query.term_query(schema(), field, value, option)


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    from tantivy import Occur, Query

    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(Occur.Should, query) for query in queries])
    )


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    from tantivy import Occur, Query

    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(Occur.Must, query) for query in queries])
    )
