"""A row and what lies beside it as a judge sees them: quoted between marks that they cannot end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textsynth.guard import defused
from textsynth.quality._text import turns
from textsynth.records import Brief, Sample, digest
from textsynth.rubrics import Kind

LONGEST = 12_000
"""Characters of a text that is shown beside the row; the rest is left out and said so."""

_SPEAKERS = {
    "ko": {"user": "사용자", "assistant": "답변", "customer": "고객", "agent": "상담원"},
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "chunk": ("chunk", "context", "passage", "document", "source_text"),
    "persona": ("persona",),
    "reference": ("reference", "reference_answer", "expected"),
}
"""Where rows without a brief of their own have what a criterion needs."""

_TEXT_OF = ("text", "description", "name")


def nonce_of(sample: Sample) -> str:
    """What the marks hold: made from the row as a whole, so that nothing in it can foresee it."""
    return digest("judge", sample.id, list(sample.messages), size=4)


def quoted(text: str, nonce: str, name: str = "text") -> str:
    """A text between marks, each line of it after `> `: no line of it passes for one of ours."""
    lines = defused(text, nonce).splitlines() or [""]
    body = "\n".join(f"> {line}" for line in lines)
    return f"<<{name} {nonce}>>\n{body}\n<<end {nonce}>>"


def quoted_turns(said: Sequence[tuple[str, str]], nonce: str, name: str = "text") -> str:
    """Turns (speaker, text) between marks; who speaks stands outside of what is quoted."""
    parts = []
    for speaker, text in said:
        lines = defused(text, nonce).splitlines() or [""]
        parts.append("\n".join([f"{speaker}:"] * bool(speaker) + [f"> {line}" for line in lines]))
    body = "\n".join(parts)
    return f"<<{name} {nonce}>>\n{body}\n<<end {nonce}>>"


def row_quoted(sample: Sample, nonce: str, language: str) -> str:
    """What a row says, as it is shown to a judge."""
    said = turns(sample)
    if len(said) < 2:
        return quoted("\n".join(text for _, text in said), nonce)
    return quoted_turns([(_named(role, sample, language), text) for role, text in said], nonce)


def _named(role: str, sample: Sample, language: str) -> str:
    who = sample.speakers.get(role, role)
    return _SPEAKERS.get(language, {}).get(who, who)


def kind_of(sample: Sample) -> Kind:
    """What a row is: one text, a request with its answer, or more turns than two."""
    said = len(turns(sample))
    return "text" if said < 2 else "answer" if said == 2 else "conversation"


def beside(
    names: Iterable[str], sample: Sample, brief: Brief, nonce: str
) -> tuple[list[dict[str, str]], list[str]]:
    """What lies beside a row under these names, quoted: [{name, text}], and what is not there."""
    found, missing = [], []
    for name in names:
        text = _told(name, sample, brief)
        if text is None:
            missing.append(name)
            continue
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]} […]"
        found.append({"name": name, "text": quoted(text, nonce, "material")})
    return found, missing


def _told(name: str, sample: Sample, brief: Brief) -> str | None:
    places: list[Any] = [brief.fields.get(name)]
    if name == "chunk" and places[0] and brief.fields.get("other"):
        places = ["\n\n".join(_plain(brief.fields[field]) for field in ("chunk", "other"))]
    places += [sample.columns.get(column) for column in _COLUMNS.get(name, (name,))]
    places += [sample.facets.get(name)]
    return next((text for value in places if (text := _plain(value)).strip()), None)


def _plain(value: Any) -> str:
    """A value in words: of a row its text, of turns what is said."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        own = next((value[key] for key in _TEXT_OF if isinstance(value.get(key), str)), None)
        return own if own is not None else json.dumps(dict(value), ensure_ascii=False)
    if isinstance(value, list | tuple) and all(isinstance(turn, Mapping) for turn in value):
        return said_in(value)
    return json.dumps(value, ensure_ascii=False)


def said_in(value: Any) -> str:
    """What a text or a list of turns says."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple):
        return ""
    parts = [turn.get("content") for turn in value if isinstance(turn, Mapping)]
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def pair_of(sample: Sample) -> tuple[str, str, str] | None:
    """(request, chosen, rejected) of a row that holds a preference; None where it holds none."""
    columns = sample.columns
    good, bad = said_in(columns.get("chosen")), said_in(columns.get("rejected"))
    if not good or not bad:
        return None
    asked = said_in(columns.get("prompt"))
    if not asked:
        said = turns(sample)
        asked = "\n".join(text for role, text in said if role == "user")
    return asked, good, bad
