"""A summary of one chunk, of a length and in a form, for a reader and a purpose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Table, percent

TAKES = 3
"""Summaries that one brief tries."""

LONGEST = {"one sentence": 40, "short": 80, "detailed": 240}
"""Words of a summary at most; a headline has 16."""

PARTS = {
    ("prose", "one sentence"): (1, 1), ("prose", "short"): (1, 3), ("prose", "detailed"): (3, 10),
    ("bullets", "one sentence"): (1, 2), ("bullets", "short"): (2, 4),
    ("bullets", "detailed"): (4, 9),
}  # fmt: skip
"""Sentences of prose, or bullets, that a summary has: fewest and most."""

_BULLET = re.compile(r"^\s*(?:[-*•·▪]|\d{1,2}[.)])\s+")
_SENTENCE = re.compile(r"(?<=[.!?。।])[\"”’)]*\s+(?=\S)|(?<=[。！？])(?=\S)")
_SPACELESS = "\u0e01-\u0e5b\u3040-\u30ff\u3400-\u9fff"
_DENSE = re.compile(f"[{_SPACELESS}]")
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+")
"""A word; a character where a language writes without spaces."""

_PREFACE = re.compile(
    r"^\W*(?:here(?:'s| is)|(?:the )?(?:summary|headline)\b|요약|제목)[^\n:]{0,60}:\s*",
    re.IGNORECASE,
)


class Summarize(Method):
    """Asks for the request that a reader would make, then for the summary, which is held against
    the chunk: its figures, its length, and that it is no copy.

    The facets `length` (one sentence, short, detailed) and `form` (prose, bullets, headline) say
    what it is like. A headline is one line, whatever the length.
    """

    purpose: str = ""
    """What the summary is for, such as 'a notice on the door'; the prompts are told."""

    most_copied: float = Field(default=0.7, gt=0, le=1)
    """The longest run of words taken over from the text, as a share of the summary, at most."""

    system: str = ""
    """A system message to put before each row of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "request": ("purpose", "pick"),
        "summary": ("purpose", "pick", "problem"),
    }
    roles: ClassVar[Mapping[str, str]] = {"request": "reader", "summary": "writer"}
    needs: ClassVar[tuple[str, ...]] = ("chunk",)
    may_use: ClassVar[tuple[str, ...]] = ("persona", "examples")
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "length": ("one sentence", "short", "detailed"),
        "form": ("prose", "bullets"),
    }
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "length": ("one sentence", "short", "detailed"),
        "form": ("prose", "bullets", "headline"),
    }

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One request with the text, and its summary. Raises ReplyError after three tries."""
        text = brief.fields["chunk"]["text"]
        length, form = brief.facets["length"], brief.facets["form"]
        problem, raw = "", ""
        pick = brief.number("summary", 0, 999)
        for take in range(TAKES):
            reply = await ask(
                "summary", take=take, purpose=self.purpose, pick=pick, problem=problem
            )
            raw, summary = reply.text, shaped(reply.text, form)
            problem = self._fault(summary, text, length, form, brief.language)
            if not problem:
                break
        if problem:
            raise ReplyError(f"the summary is of no use: {problem}", raw)
        request = await self._request(brief, ask, text, pick)
        turns = [("user", f"{request}\n\n{text}"), ("assistant", summary)]
        if self.system:
            turns.insert(0, ("system", self.system))
        columns = {
            "request": request, "summary": summary,
            "compression": round(len(summary) / max(1, len(text)), 3),
            "copied": round(copied(summary, text), 3),
        }  # fmt: skip
        return Draft([{"role": role, "content": said} for role, said in turns], columns)

    async def _request(self, brief: Brief, ask: Ask, text: str, pick: int) -> str:
        """The line with which the reader asks for it."""
        for take in range(TAKES):
            reply = await ask("request", take=take, purpose=self.purpose, pick=pick + take)
            line = tidy(reply.text).partition("\n")[0].strip()
            most = 16 if _DENSE.search(line) else 8
            bad = lines.refuses(line) or lines.offers(line) or "..." in line or "…" in line
            if 8 <= len(line) <= 300 and not bad and run(line, text) < most:
                return line
        raise ReplyError("the model wrote no request for a summary", reply.text)

    def _fault(self, summary: str, text: str, length: str, form: str, language: str) -> str:
        """What is wrong with a summary, in words that the model is told; empty when it is well."""
        if not summary or lines.refuses(summary):
            return "it is empty"
        if lines.about_text(summary):
            return "it speaks of the text instead of saying what the text says"
        if not lines.grounded(summary, text):
            return "it has a figure that the text does not have"
        if language == "ko" and not re.search("[가-힣]", summary):
            return "it is not in Korean"
        if copied(summary, text) > self.most_copied and len(_words(summary)) > 5:
            return "it copies the text word for word"
        return _misfit(summary, text, length, form)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Rows of each length and form, with how short they are beside their texts."""
        rows: Counter[tuple[str, str]] = Counter()
        ratio: Counter[tuple[str, str]] = Counter()
        for sample in closing.kept:
            cell = (sample.facets.get("length", ""), sample.facets.get("form", ""))
            rows[cell] += 1
            ratio[cell] += sample.columns["compression"]
        cells = tuple((*cell, n, percent(ratio[cell], n)) for cell, n in sorted(rows.items()))
        heads = ("length", "form", "rows", "of the text's length")
        return [Table("Summaries", heads, cells)] if cells else ()


def _misfit(summary: str, text: str, length: str, form: str) -> str:
    words = len(summary.split())
    if form == "headline":
        return "" if words <= 16 and "\n" not in summary else "it is longer than a headline"
    parts = len(parts_of(summary, form))
    fewest, most = PARTS[form, length]
    # A chunk of few sentences has no more to say.
    fewest = min(fewest, max(1, len(parts_of(text, "prose")) - 1))
    name = "bullet" if form == "bullets" else "sentence"
    if not fewest <= parts <= most:
        wanted = f"{most}" if fewest == most else f"{fewest} to {most}"
        return f"it has {parts} {name}s instead of {wanted}"
    if words > LONGEST[length]:
        return f"it has {words} words; {LONGEST[length]} are the most"
    if len(summary) > 0.9 * len(text):
        return "it is hardly shorter than the text"
    return ""


def shaped(reply: str, form: str) -> str:
    """The summary itself: without preface; bullets each on a line of its own with a dash."""
    text = tidy(_PREFACE.sub("", reply.strip()))
    there = [line.strip() for line in text.splitlines() if line.strip()]
    if form == "bullets":
        return "\n".join("- " + _BULLET.sub("", line).strip() for line in there)
    if form == "headline":
        return there[0].lstrip("# ").rstrip(".。").strip('"“”') if there else ""
    return " ".join(there)


def parts_of(text: str, form: str) -> list[str]:
    """The bullets or the sentences of a text."""
    if form == "bullets":
        return text.splitlines()
    return [part for line in text.splitlines() for part in _SENTENCE.split(line) if part.strip()]


def copied(summary: str, text: str) -> float:
    """The longest run of words of a summary that stands in the text, as a share of its words."""
    words = _words(summary)
    return run(summary, text) / len(words) if words else 0.0


def run(line: str, text: str) -> int:
    """How many words in a row a line has from a text."""
    words, there = _words(line), _words(text)
    before, best = [0] * (len(there) + 1), 0
    for word in words:
        now = [0] * (len(there) + 1)
        for place, other in enumerate(there):
            if word == other:
                now[place + 1] = before[place] + 1
        best, before = max(best, *now), now
    return best


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
