"""The records that travel through a run: brief, reply, draft, sample, verdict, summary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

LANGUAGES: dict[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "bg": "Bulgarian",
    "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi",
    "ms": "Malay", "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian",
    "pa": "Punjabi", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tl": "Filipino", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip


class Function(TypedDict):
    """What a call calls: `arguments` is JSON as text, as OpenAI and the Hub's templates have it."""

    name: str
    arguments: str


class ToolCall(TypedDict):
    """One call of a tool by the assistant; `type` is "function"."""

    id: str
    type: str
    function: Function


class Message(TypedDict):
    """One turn: `role` is system, user, assistant, or tool for what a call gave back.

    `content` is "" where the assistant only calls (never null). `tool_calls` stand on the
    assistant's turn, `tool_call_id` and `name` on the tool's.
    """

    role: str
    content: str
    tool_calls: NotRequired[list[ToolCall]]
    tool_call_id: NotRequired[str]
    name: NotRequired[str]


Raw = Literal["", "text", "user"]
"""How a request is completed instead of answered: a text goes on as it is, or the user's next turn
is written from the place that the model's chat template has for it. "": it is answered."""


def spoken(messages: Iterable[Message]) -> list[Message]:
    """What people said: the user and assistant turns, without system, tool results and calls."""
    return [
        m
        for m in messages
        if m["role"] not in ("system", "tool") and (m["content"] or not m.get("tool_calls"))
    ]


# One encoder for all calls: json.dumps would make a new one each time.
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest(*parts: Any, size: int = 16) -> str:
    """Hex of a BLAKE2b hash (`size` bytes) over the canonical JSON of `parts`."""
    text = _CANONICAL(parts).encode("utf8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=size).hexdigest()


@dataclass(frozen=True, slots=True)
class Brief:
    """What one sample is about, computed from (job, index) alone.

    `fields` holds plain JSON under the names that prompts use: `chunk`, `other` (a second chunk),
    `persona`, `partner`, `examples`; `facets` holds the drawn value of each facet.
    """

    index: int
    id: str
    fields: dict[str, Any]
    facets: dict[str, str]
    seed: int = 0
    half: int = 0
    """0 or 1, in turn among the briefs of any one value of a facet: splits them into halves."""
    language: str = "en"
    """The job's language code."""
    visit: int = 0
    """How many briefs before this one had the same row of the first axis."""
    own: str = ""
    """Where the brief is one of a row's own, whatever other rows there are: that row and visit."""
    turn: int = 0
    """How many of those had the same value of the facet that the method counts by (`counts`)."""
    pair: int = -1
    """Number of the pair where briefs come in pairs that are equal but for one attribute."""

    @property
    def lot(self) -> int:
        """What draws go by: the number of the pair where there are pairs, else of the brief."""
        return self.index if self.pair < 0 else self.pair

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number in [low, high], drawn for (brief, name): always the same one."""
        by = self.own or self.lot
        return low + int(digest(self.seed, by, name, size=8), 16) % (high - low + 1)


def seeds_of(brief: Brief) -> dict[str, Any]:
    """Ids of the rows that a brief was made from."""
    seeds: dict[str, Any] = {}
    for name, value in brief.fields.items():
        if isinstance(value, list):
            seeds[name] = [row["id"] for row in value]
        else:
            seeds[name] = value["id"]
            if "source" in value and name in ("chunk", "sample"):
                seeds["source"] = value["source"]
            elif "source" in value and name == "other":
                seeds["other_source"] = value["source"]
    return seeds


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model. Tokens are counts as the provider reports them, 0 if it does not.

    `cached`: how many of the tokens in came from the provider's prompt cache. `usd`: what it cost
    when it was paid for; None where the price is not known. `data`: the value of a structured
    reply, checked against the form that was asked for; not kept, read from the text again.
    """

    text: str
    model: str
    finish: str = "stop"
    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    usd: float | None = None
    data: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ReplyRef:
    """Which reply went into a sample: journal key, step, prompt hash, and what it used."""

    key: str
    step: str
    prompt: str
    model: str
    finish: str
    tokens_in: int
    tokens_out: int
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a method hands back: the messages, and columns of its own (question, quote, …).

    `speakers`: who speaks under each role, e.g. {"user": "customer", "assistant": "agent"}.
    """

    messages: Sequence[Message]
    columns: dict[str, Any] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One row from start to end: the draft, its brief, and where every part of it came from."""

    id: str
    index: int
    brief: str
    method: str
    language: str
    messages: tuple[Message, ...]
    columns: dict[str, Any] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    facets: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, Any] = field(default_factory=dict)
    """Ids of what went in: {"chunk": id, "source": file, "persona": id, "examples": [ids]}."""
    replies: tuple[ReplyRef, ...] = ()

    def texts(self) -> list[str]:
        """The contents of the user and assistant turns, in order."""
        return [m["content"] for m in spoken(self.messages)]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `Sample.from_json` gives an equal sample back."""
        # Not asdict, which copies every value it meets: 0.2 ms for a row of four turns.
        row = {name: getattr(self, name) for name in _SAMPLE_FIELDS}
        row["replies"] = [
            {name: getattr(ref, name) for name in _REPLY_FIELDS} for ref in self.replies
        ]
        row["messages"] = list(self.messages)
        return row

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Sample:
        """The inverse of `to_json`."""
        return cls(
            **{
                **row,
                "messages": tuple(row["messages"]),
                "replies": tuple(ReplyRef(**ref) for ref in row["replies"]),
            }
        )


_SAMPLE_FIELDS = tuple(entry.name for entry in fields(Sample))
_REPLY_FIELDS = tuple(entry.name for entry in fields(ReplyRef))


def sample_of(
    method: str, language: str, brief: Brief, draft: Draft, replies: tuple[ReplyRef, ...]
) -> Sample:
    """What a method made of a brief, as a row."""
    return Sample(
        id=digest(brief.id, list(draft.messages), size=8), index=brief.index, brief=brief.id,
        method=method, language=language, messages=tuple(draft.messages), columns=draft.columns,
        speakers=draft.speakers, facets=brief.facets, seeds=seeds_of(brief), replies=replies,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """A filter's word on a sample: keep it or not, a reason slug, and the score behind it."""

    keep: bool
    reason: str = ""
    score: float | None = None
    filter: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else there is to say, as plain JSON: scores of criteria, the source of a copy …"""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `details` only where there are any."""
        plain = {"keep": self.keep, "reason": self.reason, "score": self.score}
        more = {"details": dict(self.details)} if self.details else {}
        return {**plain, "filter": self.filter, **more}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Verdict:
        """The inverse of `to_json`."""
        return cls(**raw)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a filter may know of its job: language code, method name, seed, rows of its inputs."""

    language: str = "en"
    method: str = ""
    seed: int = 0
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Field (chunk, examples, sample …) → all rows of its input."""
    home: Path = Path()
    """The folder of the job file, which paths in a filter's options are relative to."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Role → id of the model that plays it; "": the model of all other roles."""
    stand_ins: frozenset[tuple[str, str]] = frozenset()
    """(kind, normal form) of what stands in redacted seeds: values that are nobody's."""
    count: int = 0
    """Kept rows that the job asks for; 0 where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input file as it was read: rows (chunks, personas, examples) or the problem met."""

    path: str
    kind: str
    rows: int = 0
    sha256: str = ""
    licence: str = ""
    problem: str = ""
    note: str = ""
    """What else to know of it: how many of its rows were left out, and why."""
    duplicates: int = 0
    """Rows left out because an earlier one has the same text."""
    near_duplicates: int = 0
    """Rows left out because an earlier one has nearly the same text."""
    pages: int = 0
    """Pages or slides, where the format has them."""
    ocr_pages: int = 0
    """Pages of which a picture was read, by OCR."""
    characters: int = 0
    """Characters of text in the rows that stayed."""


@dataclass(frozen=True, slots=True)
class Table:
    """A finding for people: shown after a run, by `status` and `explain`, and on the card."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Table:
        """From plain JSON, whose lists become tuples again."""
        rows = tuple(tuple(row) for row in raw["rows"])
        return cls(raw["title"], tuple(raw["columns"]), rows)


def percent(part: float, whole: float) -> str:
    """A share as tables show it: "33 %"; "0 %" of nothing."""
    return f"{100 * part / whole if whole else 0:.0f} %"


@dataclass(frozen=True, slots=True)
class Closing:
    """A run that is about to be closed, as its parts see it."""

    home: Path
    """The folder of the job file."""

    folder: Path
    """The run's folder."""

    kept: Iterable[Sample]
    """The kept samples, in order; may be walked more than once."""

    dropped: Iterable[Sample]
    """The dropped ones, likewise."""

    seed: int = 0
    """The job's seed, for what is to be drawn."""

    screened: Iterable[tuple[Sample, tuple[Verdict, ...]]] = ()
    """Kept samples, then dropped ones, each with the filters' words; walked from disk."""

    setting: Setting = field(default_factory=Setting)
    """What the job's filters know of it; the rows of its inputs among it."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What an input says about a job's shares before anything is drawn.

    `vary`: facets with weights, which those of the job go over. `quotas`: facet → "exact", or
    value → kept rows. `count`: kept rows in all, used where the job has no count.
    """

    vary: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    quotas: Mapping[str, Literal["exact"] | Mapping[str, int]] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures: what its report, card and funnel are made from.

    No times in it: same run, same bytes.
    """

    name: str
    method: str
    language: str
    asked: int
    briefs: int = 0
    kept: int = 0
    dropped: int = 0
    failed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Dropped rows per "filter: reason", failed rows per "failed: reason"."""
    funnel: tuple[tuple[str, int], ...] = ()
    """(stage, rows left after it), from "briefs" through each filter to "kept"."""
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    """Kept rows per facet and value."""
    models: dict[str, int] = field(default_factory=dict)
    """Requests per model among the run's briefs."""
    tokens_in: int = 0
    tokens_out: int = 0
    sources: tuple[Source, ...] = ()
    short: tuple[str, ...] = ()
    """What fell short and why; empty when all that was asked for was kept."""
    tables: tuple[Table, ...] = ()
    """What the job's parts found out about the run when it was closed."""
    warnings: tuple[str, ...] = ()
    """What the run warned of: text that is no longer new."""
    job_text: str = ""
    version: str = ""
    purpose: str = ""
    """What the dataset is for, as the job says."""
