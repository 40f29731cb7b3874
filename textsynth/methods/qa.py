"""Questions that a persona would ask, with answers grounded in chunks and quoted from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method, _quotes
from textsynth.methods._qa_kinds import KINDS, Desk, Pair, Useless
from textsynth.records import Brief, Closing, Draft, Table, percent

TAKES = 3
"""Questions that one brief tries."""


class Judgement(BaseModel):
    """What the judge says of a pair: the reason first, then the word."""

    reason: str
    supported: bool


class Qa(Method):
    """A question, then its answer from the text alone, then the quotes that bear the answer out.

    The facet `kind` says what is asked: `factual`; `multi_hop`, whose answer needs two chunks;
    `unanswerable`, which the chunk does not answer, and the answer says so; `yes_no`, one half of
    each; `comparison` of two things. Only `factual` where the job does not name it under `vary`.
    """

    system: str = ""
    """A system message to put before each pair of the dataset; none when empty."""

    context: bool = True
    """Keep the text of the chunk (of both, where there are two) in a column named `context`."""

    quote: Literal["found", "asked", "required"] = "found"
    """Who picks the words that bear an answer out: `found`, this program, without a request;
    `asked`, the model, and this program where the chunk has no such words; `required`, the model,
    and a pair without its quote fails."""

    multi_hop: Literal["free", "joined"] = "free"
    """How a question of two chunks is made: `free`, in one go, with both before the model;
    `joined`, from a question of each, put into one, for models too small to hold both."""

    verify: Literal["none", "model"] = "none"
    """`model`: the role `judge` is asked whether the quotes bear the answer out; a pair that it
    does not say yes to fails."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "question": ("pick",),
        "answer": ("question",),
        "yes_no": ("pick", "wanted", "word"),
        "yes_no_answer": ("question", "yes", "no"),
        "unanswerable": ("pick",),
        "answerable": ("question",),
        "needed": ("question",),
        "multi_hop": ("pick",),
        "comparison": ("pick",),
        "answer_two": ("question",),
        "fact": ("pick", "passage"),
        "join": ("first", "second"),
        "quote": ("question", "answer", "passage"),
        "verify": ("question", "answer", "quotes", "passages"),
    }
    roles: ClassVar[Mapping[str, str]] = {
        "question": "asker", "yes_no": "asker", "unanswerable": "asker", "multi_hop": "asker",
        "comparison": "asker", "answer": "answerer", "yes_no_answer": "answerer",
        "answerable": "answerer", "needed": "answerer", "answer_two": "answerer",
        "fact": "asker", "join": "asker", "quote": "answerer",
        "verify": "judge",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("chunk",)
    may_use: ClassVar[tuple[str, ...]] = ("persona", "examples", "other")
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {"kind": ("factual",)}
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = {"kind": tuple(KINDS)}

    def takes_other(self, facets: Mapping[str, str]) -> str:
        """A second chunk: needed for multi_hop, used for comparison."""
        return {"multi_hop": "needed", "comparison": "used"}.get(facets.get("kind", ""), "")

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One pair. Raises ReplyError with the last problem when three tries are of no use."""
        desk = Desk(brief, ask, self.multi_hop == "joined")
        problem = Useless("the model wrote no question", "")
        for take in range(TAKES):
            try:
                pair = await KINDS[brief.facets.get("kind", "factual")](desk, take)
                quotes = await self._quoted(desk, pair)
                await self._verified(desk, pair, quotes)
            except Useless as useless:
                problem = useless
            else:
                return self._draft(brief, pair, quotes)
        raise ReplyError(problem.problem, problem.raw)

    def _draft(self, brief: Brief, pair: Pair, quotes: Sequence[Mapping[str, Any]]) -> Draft:
        columns: dict[str, Any] = {"question": pair.question, "answer": pair.answer}
        columns |= {"quotes": list(quotes), **pair.columns}
        if self.context:
            texts = [row["text"] for row in (pair.rests_on or [brief.fields["chunk"]])]
            columns["context"] = "\n\n".join(texts)
        draft: list[tuple[str, str]] = [("user", pair.question), ("assistant", pair.answer)]
        if self.system:
            draft.insert(0, ("system", self.system))
        return Draft([{"role": role, "content": text} for role, text in draft], columns)

    async def _quoted(self, desk: Desk, pair: Pair) -> list[dict[str, Any]]:
        """The quotes of a pair as they stand in its column. Raises Useless where they are wanting.

        Only a factual pair whose quotes are `found` may go without: it was held against the whole
        chunk already.
        """
        grounds = pair.grounds or pair.answer
        found: list[dict[str, Any]] = []
        for chunk in pair.rests_on:
            quotes = await self._of_chunk(desk, pair, chunk, grounds)
            found += [quote.column(chunk) for quote in quotes]
            if not quotes and not self._lenient(desk.brief):
                raise Useless("no words of the chunk bear the answer out", pair.answer)
        if pair.rests_on and not self._lenient(desk.brief):
            known = [*(quote["text"] for quote in found), pair.question]
            # A heading names what the sentences below it are about.
            known += [word for chunk in pair.rests_on for word in _names_of(chunk)]
            lost = _quotes.missing(grounds, known, names=desk.brief.language != "de")
            if lost:
                raise Useless(f"the quotes do not have: {', '.join(lost)}", pair.answer)
        return found

    async def _of_chunk(
        self, desk: Desk, pair: Pair, chunk: Mapping[str, Any], grounds: str
    ) -> list[_quotes.Quote]:
        text = chunk["text"]
        if self.quote != "found":
            for take in range(2):
                reply = await desk.ask(
                    "quote", take=take, question=pair.question, answer=pair.answer, passage=text
                )
                given = [_quotes.locate(line, text) for line in reply.text.splitlines()]
                quotes = [quote for quote in given if quote is not None][:3]
                if quotes and _bears(grounds, [text[q.start : q.end] for q in quotes]):
                    return quotes
            if self.quote == "required":
                return []
        if len(pair.rests_on) == 1:
            return _quotes.bearing(grounds, text)
        # Each of two chunks bears out its own part of the answer.
        parts = [grounds[start:end] for start, end in _quotes.sentences(grounds)] or [grounds]
        for part in sorted(parts, key=lambda part: -_share(part, text)):
            if quotes := _quotes.bearing(part, text, most=2):
                return quotes
        return _quotes.bearing(grounds, text, least=0.3)

    def _lenient(self, brief: Brief) -> bool:
        return self.quote == "found" and brief.facets.get("kind", "factual") == "factual"

    async def _verified(self, desk: Desk, pair: Pair, quotes: Sequence[Mapping[str, Any]]) -> None:
        if self.verify == "none":
            return
        reply = await desk.ask(
            "verify", form=Judgement, question=pair.question, answer=pair.answer,
            quotes=[quote["text"] for quote in quotes],
            passages=[row["text"] for row in desk.chunks],
        )  # fmt: skip
        if not reply.data.supported:
            raise Useless(f"the judge: {reply.data.reason or 'not supported'}", reply.text)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Rows and quotes of each kind, and how many answers say yes and no."""
        rows: Counter[str] = Counter()
        matches: dict[str, Counter[str]] = {}
        said: Counter[str] = Counter()
        for sample in closing.kept:
            kind = sample.facets.get("kind", "factual")
            rows[kind] += 1
            got = {quote["match"] for quote in sample.columns.get("quotes", ())}
            worst = next((m for m in ("found", "aligned", "verbatim") if m in got), "none")
            matches.setdefault(kind, Counter())[worst] += 1
            said[sample.columns.get("yes_no", "")] += 1
        return _tables(rows, matches, said) if rows else ()


def _bears(grounds: str, texts: Sequence[str]) -> bool:
    """Whether quotes have anything to do with the answer."""
    return bool(_quotes.telling(grounds) & _quotes.telling(" ".join(texts)))


def _share(part: str, text: str) -> float:
    words = _quotes.telling(part)
    return len(words & _quotes.telling(text)) / len(words) if words else 0.0


def _names_of(chunk: Mapping[str, Any]) -> list[str]:
    return [str(chunk.get("title", "")), *map(str, chunk.get("headings", ()))]


def _tables(
    rows: Mapping[str, int], matches: Mapping[str, Counter[str]], said: Mapping[str, int]
) -> list[Table]:
    heads = ("kind", "rows", "quoted verbatim", "aligned", "found", "no quote")
    cells: list[tuple[str | int | float, ...]] = []
    for kind in [kind for kind in KINDS if kind in rows]:
        counts = matches[kind]
        shares = [percent(counts[m], rows[kind]) for m in ("verbatim", "aligned", "found", "none")]
        cells.append((kind, rows[kind], *shares))
    tables = [Table("Questions and their quotes", heads, tuple(cells))]
    if total := said.get("yes", 0) + said.get("no", 0):
        balance = tuple((word, said[word], percent(said[word], total)) for word in ("yes", "no"))
        tables.append(Table("Answers to yes-no questions", ("answer", "rows", "share"), balance))
    return tables
