"""Real rows whose manner the job keeps to: length, register, language mix and label shares."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError, nearest
from textsynth.inputs import Input, Items, Row
from textsynth.records import LANGUAGES, Brief, Closing, Sample, Shares, Table
from textsynth.rowfiles.files import File, check_kind, find, gather
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records
from textsynth.style import Style, style_of, voice_of

FACET = "like"
"""The facet that holds a manner, such as `4-9 words, casual, hangul+latin`."""

PROFILES = 1000
"""Manners are weighted in parts of this, so that a plan can walk them."""

_TEXTS = ("text", "question", "prompt", "instruction", "input", "body", "message", "utterance")
_LABELS = ("label", "category", "intent", "class")
_MANNER = {
    "en": {
        "formal": "Write formally, as in a letter.",
        "neutral": "Write in plain, neutral words.",
        "casual": "Write casually, as people type in a chat.",
        "polite": "Write politely, as in everyday speech.",
        "plain": "Write in the plain form of notes.",
    },
    "ko": {
        "formal": "말투는 합니다체로 정중하게.",
        "polite": "말투는 해요체로.",
        "plain": "말투는 '-다', '-음' 같은 문어체로.",
        "casual": "말투는 반말로, 채팅하듯이 편하게.",
        "neutral": "꾸미지 않은 평범한 말투로.",
    },
}


_SCRIPT_OF = {
    "ko": "hangul", "ja": "kana", "zh": "han", "ru": "cyrillic", "uk": "cyrillic", "ar": "arabic",
    "hi": "devanagari", "th": "thai",
}  # fmt: skip


_IN_KOREAN = {"ko": "한국어", "en": "영어", "ja": "일본어", "zh": "중국어"}


class Like(Input):
    """Real rows to resemble. Nothing of them is shown to a model: they are measured, and the rows
    of the job are asked for, and held to, the same shares of length, register and language mix.

    Of a conversation, what the user says is measured. A label column that is named brings its
    shares too.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "like"
    use: ClassVar[Literal["axis", "pool", "reference"]] = "reference"

    from_: list[str] = Field(alias="from", min_length=1)
    """Files, folders or globs of real rows, relative to the job's folder."""

    text: str = ""
    """The column that holds the text; guessed when not given (text, question, messages …)."""

    label: str = ""
    """The column that holds the label, whose shares are then matched too; with `match: [label]`
    the column `label`, `category` or `intent` that there is."""

    match: tuple[Literal["length", "register", "language", "label"], ...] = (
        "length", "register", "language",
    )  # fmt: skip
    """What to match. A `label` column that is named is matched too."""

    bands: int = Field(default=4, ge=1, le=10)
    """Into how many bands of about equally many rows the lengths are cut."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    def load(self, home: Path) -> Items:
        """The rows that have a text, as {id, text: [what one voice says], label}.

        Raises InputError when the text column is not there, or no row has a text.
        """
        files = find("like", self.from_, home, RECORD_KINDS)

        def read(file: File) -> Iterator[Row]:
            check_kind("like", file, RECORD_KINDS)
            for place, record in read_records(file.path, file.shown):
                texts = [text for text in self._texts(record, place) if text.strip()]
                if texts:
                    yield {"id": place, "text": texts, "label": self._label(record, place)}

        rows, sources = gather("like", files, read, lambda row: row["id"])
        return Items(rows, sources)

    def shares(self, home: Path) -> Shares:
        """The facet `like` with a share for each manner met, and `label` where rows have one."""
        rows = self.load(home).rows
        vary: dict[str, Mapping[str, float]] = {}
        if set(self.match) - {"label"}:
            styles = [style_of(row["text"]) for row in rows]
            cuts = _bands([style.words for style in styles], self.bands)
            vary[FACET] = _rounded(Counter(self._profile(style, cuts) for style in styles))
        if labels := Counter(row["label"] for row in rows if row["label"]):
            vary["label"] = _rounded(labels)
        return Shares(vary, dict.fromkeys(vary, "exact"))

    def says(self, brief: Brief, language: str) -> dict[str, Any]:
        """`style`: the brief's manner in words, for the prompts."""
        value = brief.facets.get(FACET)
        return {} if value is None else {"style": in_words(value, language)}

    def closing(self, closing: Closing) -> Sequence[Table]:
        """How far the kept rows are from the real ones, and how far chance alone would take them.

        Divergence is Jensen-Shannon's, from 0 (the same shares) to 1. `by chance`: what 95 of 100
        draws of as many rows out of the real ones stay below.
        """
        real = _Tally.of((row["text"], row["label"]) for row in self.load(closing.home).rows)
        made = _Tally.of((voice_of(s), _label_of(s)) for s in closing.kept)
        if not made.rows:
            return ()
        lines = []
        for name in ("length", "register", "language", "label", "vocabulary"):
            one, other = real.counts[name], made.counts[name]
            if name == "label" and not (one and other):
                continue
            chance = "" if name == "vocabulary" else round(_by_chance(one, made.rows), 3)
            lines.append(
                (name, real.shown(name), made.shown(name), round(divergence(one, other), 3), chance)
            )
        title = f"Like the real rows: {made.rows:,} kept against {real.rows:,} real"
        columns = ("property", "real", "kept", "divergence", "by chance")
        return [Table(title, columns, tuple(lines))]

    def _texts(self, record: dict[str, Any], place: str) -> list[str]:
        name = self.text or next((n for n in (*_TEXTS, "messages") if record.get(n)), "")
        if (self.text and self.text not in record) or not name:
            raise InputError(
                f"like: {place} has no column '{self.text or 'text'}'",
                nearest(self.text or "text", record),
                "name the column that holds the text: `like: {from: …, text: …}`",
            )
        value = record[name]
        if isinstance(value, list):
            turns = [turn for turn in value if isinstance(turn, dict)]
            return [str(turn.get("content") or "") for turn in turns if turn.get("role") == "user"]
        return [str(value)] if value is not None else []

    def _label(self, record: dict[str, Any], place: str) -> str:
        if not self.label and "label" not in self.match:
            return ""
        if self.label and self.label not in record:
            raise InputError(
                f"like: {place} has no column '{self.label}'",
                nearest(self.label, record),
                "name the column that holds the label, or leave `label` out",
            )
        name = self.label or next((n for n in _LABELS if isinstance(record.get(n), str)), "")
        return str(record.get(name) or "")

    def _profile(self, style: Style, cuts: Sequence[tuple[int, int]]) -> str:
        low, high = next(cut for cut in cuts if cut[0] <= style.words <= cut[1])
        parts = {
            "length": f"{low}-{high} words", "register": style.register, "language": style.mix,
        }  # fmt: skip
        return ", ".join(parts[name] for name in parts if name in self.match and parts[name])


def in_words(profile: str, language: str) -> str:
    """A manner as a prompt says it, in Korean or English."""
    korean = language == "ko"
    said = []
    for part in profile.split(", "):
        if size := re.fullmatch(r"(\d+)-(\d+) words", part):
            low, high = size.groups()
            span = low if low == high else f"{low}~{high}" if korean else f"{low} to {high}"
            said.append(f"길이는 {span}단어." if korean else f"Length: {span} words.")
        elif part in _MANNER["en"]:
            said.append(_MANNER["ko" if korean else "en"][part])
        elif names := _languages(part, language):
            said.append(_tongues(names, korean))
    return " ".join(said)


def _tongues(codes: Sequence[str], korean: bool) -> str:
    if korean:
        main, *more = (_IN_KOREAN.get(code, LANGUAGES[code]) for code in codes)
        return f"{main}에 {', '.join(more)} 단어를 조금 섞어서." if more else f"{main}로."
    main, *more = (LANGUAGES[code] for code in codes)
    return f"In {main}" + (f" with some {' and '.join(more)} words." if more else ".")


def _languages(mix: str, language: str) -> list[str]:
    """The codes that scripts stand for in a job of that language; none when it is just that."""
    codes = [code for code, script in _SCRIPT_OF.items() if script in mix.split("+")]
    found = []
    for script in mix.split("+"):
        own = _SCRIPT_OF.get(language, "latin") == script
        code = next((code for code in codes if _SCRIPT_OF[code] == script), "en")
        found.append(language if own else code)
    return [] if found == [language] else found


def divergence(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Jensen-Shannon divergence of two counts, base 2: 0 for equal shares, 1 for nothing shared."""
    left, right = sum(one.values()), sum(other.values())
    if not left or not right:
        return float(left != right)
    total = 0.0
    for key in sorted(one.keys() | other.keys()):
        p, q = one.get(key, 0) / left, other.get(key, 0) / right
        middle = (p + q) / 2
        total += sum(x * math.log2(x / middle) for x in (p, q) if x) / 2
    return min(1.0, max(0.0, total))


class _Tally:
    """Counts of one side: words in bins that double, registers, languages, labels, word forms."""

    def __init__(self) -> None:
        self.rows, self.total_words = 0, 0
        names = ("length", "register", "language", "label", "vocabulary")
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in names}

    @classmethod
    def of(cls, rows: Iterable[tuple[list[str], str]]) -> _Tally:
        tally = cls()
        for texts, label in rows:
            style = style_of(texts)
            tally.rows += 1
            tally.total_words += style.words
            # Half steps of the logarithm: 4 and 5 words differ, 40 and 44 hardly.
            tally.counts["length"][str(round(2 * math.log2(style.words + 1)))] += 1
            tally.counts["register"][style.register] += 1
            tally.counts["language"][style.mix] += 1
            if label:
                tally.counts["label"][label] += 1
            tally.counts["vocabulary"].update(re.findall(r"[^\W\d_]+", " ".join(texts).lower()))
        return tally

    def shown(self, name: str) -> str:
        if name == "length":
            return f"{self.total_words / max(self.rows, 1):.1f} words"
        if name == "vocabulary":
            return f"{len(self.counts[name]):,} forms"
        found = self.counts[name]
        total = max(sum(found.values()), 1)
        ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        more = f", {len(ranked) - 4} more" if len(ranked) > 4 else ""
        return ", ".join(f"{value} {n / total:.0%}" for value, n in ranked[:4]) + more


def _by_chance(real: Counter[str], rows: int, draws: int = 200) -> float:
    keys = sorted(real)
    if not keys or not rows:
        return 0.0
    weights, dice = [real[key] for key in keys], random.Random(0)
    found = sorted(
        divergence(real, Counter(dice.choices(keys, weights, k=min(rows, 5000))))
        for _ in range(draws)
    )
    return found[int(0.95 * draws)]


def _label_of(sample: Sample) -> str:
    return str(sample.columns.get("label") or sample.facets.get("label") or "")


def _bands(sizes: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Bands that hold about equally many of `sizes`, without a gap between them."""
    ordered = sorted(sizes)
    uppers = sorted({ordered[-(-len(ordered) * (k + 1) // count) - 1] for k in range(count)})
    lowers = [ordered[0], *(upper + 1 for upper in uppers[:-1])]
    return list(zip(lowers, uppers, strict=True))


def _rounded(counts: Counter[str]) -> dict[str, float]:
    """Counts as weights that add up to at most `PROFILES`; what is rarer than that goes."""
    total = sum(counts.values())
    scale = min(1.0, PROFILES / total)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {value: float(n) for value, count in ranked if (n := int(count * scale))}
