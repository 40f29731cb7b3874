"""What can be told of a row once it is written: its length band, language, sentiment and others.

A property has a name: one of `MEASURES`, alone (`register`) or of one side (`register.assistant`),
or a column that the rows have (`column.difficulty`). Its value for a row is a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from textsynth.errors import JobError, nearest
from textsynth.records import LANGUAGES, Sample, spoken
from textsynth.sentiment import VALUES as SENTIMENTS
from textsynth.sentiment import sentiment
from textsynth.style import mix, register, voice_of
from textsynth.tongues import chances

Measure = Callable[[Sample], str]
"""A row's value of one property; depends on the row alone."""

Bands = Mapping[str, float]
"""Band → the length from which a text is too long for it; in rising order, the last one open."""

BANDS: Bands = {"short": 400, "medium": 1200, "long": float("inf")}
"""In characters, where one of Hangul, Han or Kana counts as two: about 70 and 200 English words."""

MISSING = "none"
"""The value of a row that has none, such as a column that is not there."""

COLUMN = "column"
SIDES = ("user", "assistant")
_DENSE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff가-힣]")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST = 8
"""Letters below which no language is told."""


def length(text: str) -> int:
    """Characters, where one of Hangul, Han or Kana counts as two."""
    return len(text) if text.isascii() else len(text) + len(_DENSE.findall(text))


def band(size: float, bands: Bands) -> str:
    """The band of a length."""
    return next((name for name, top in bands.items() if size < top), list(bands)[-1])


def language(text: str) -> str:
    """Code of the language of a text, by its script and the packaged lid.176 model; `unknown` for a
    few letters."""
    if len(_LETTER.findall(text[:400])) < _FEWEST:
        return "unknown"
    script = mix(text).partition("+")[0]
    if script in ("hangul", "kana"):
        return "ko" if script == "hangul" else "ja"
    found = chances(" ".join(text[:2000].split()))
    best = max(found, key=lambda code: found[code], default="unknown")
    return best if best in LANGUAGES else "unknown"


def _said(sample: Sample) -> str:
    whole = "\n".join(sample.texts())
    return whole or "\n".join(v for v in sample.columns.values() if isinstance(v, str))


def _voice(sample: Sample) -> str:
    return "\n".join(voice_of(sample)) or _said(sample)


def _of(side: str) -> Callable[[Sample], str]:
    return lambda sample: "\n".join(m["content"] for m in sample.messages if m["role"] == side)


def _column(name: str) -> Measure:
    def value(sample: Sample) -> str:
        found = sample.columns.get(name, sample.facets.get(name))
        if found is None or found == "":
            return MISSING
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    return value


def _outcome(sample: Sample) -> str:
    return str(sample.columns.get("outcome_found") or sample.facets.get("outcome") or MISSING)


def _turns(sample: Sample) -> str:
    return str(len(spoken(sample.messages)))


_READ: Mapping[str, tuple[Callable[[str], str], Callable[[Sample], str]]] = {
    "language": (language, _said),
    "script": (lambda text: mix(text) or MISSING, _said),
    "sentiment": (sentiment, _voice),
    "register": (register, _voice),
}
_PLAIN: Mapping[str, Measure] = {"turns": _turns, "outcome": _outcome, "label": _column("label")}

MEASURES: tuple[str, ...] = ("length_band", *_READ, *_PLAIN)
"""The properties that are known by name."""


def known(name: str) -> bool:
    """Whether that is a property that can be measured."""
    measure, _, more = name.partition(".")
    if measure == COLUMN:
        return bool(more)
    return measure in MEASURES and (not more or (more in SIDES and measure not in _PLAIN))


def measure(name: str, bands: Bands = BANDS) -> Measure:
    """How a property is measured. Raises JobError where it is none."""
    if not known(name):
        raise JobError(
            f"'{name}' is no property that can be measured",
            nearest(name, [*MEASURES, f"{COLUMN}.NAME"]),
            f"of one side write `sentiment.assistant`, of a column `{COLUMN}.NAME`",
        )
    kind, _, more = name.partition(".")
    if kind == COLUMN:
        return _column(more)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "length_band":
        text = _of(more) if more else _said
        return lambda sample: band(length(text(sample)), bands)
    read, own = _READ[kind]
    text = _of(more) if more else own
    return lambda sample: read(text(sample))


def values(name: str, code: str, bands: Bands = BANDS) -> Sequence[str]:
    """The values that a property can have in rows of that language; () where nobody knows."""
    kind = name.partition(".")[0]
    if kind == "length_band":
        return tuple(bands)
    if kind == "sentiment":
        return SENTIMENTS
    if kind == "register":
        korean = ("formal", "polite", "plain", "casual")
        return korean if code == "ko" else ("formal", "neutral", "casual")
    return ()
