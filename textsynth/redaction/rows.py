"""Rows of inputs with a stand-in for each value, and what was replaced where."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from textsynth.privacy import Pseudonyms, Redacted, Replaced, normal
from textsynth.records import digest
from textsynth.redaction.leaks import Leaks
from textsynth.redaction.options import Redact

Row = dict[str, Any]
Edits = dict[str, list[Replaced]]
"""Path of a column → what was replaced in it."""

STAYS = ("id", "source")
"""Columns that name a row and are no part of its text."""

_CELL = 200
"""Characters; a longer value of a column is a text."""

_CONTENT_ID = re.compile(r"[0-9a-f]{16}")
_CHANGES = {"은": "는", "이": "가", "을": "를", "과": "와", "아": "야", "으로": "로", "이랑": "랑"}
_PARTICLES = {**_CHANGES, **{after: before for before, after in _CHANGES.items()}}


@dataclass(frozen=True, slots=True)
class Mark:
    """One value that was replaced.

    `field`: the path of its column (`text`, `fields.phone`). `start`, `end`: characters of the
    seed; `new_start`, `new_end`: of its text as the model sees it.
    """

    input: str
    source: str
    row: str
    field: str
    kind: str
    start: int
    end: int
    new_start: int
    new_end: int

    def to_json(self) -> dict[str, str | int]:
        """What may be written down: neither the value nor anything made from it."""
        return {
            "source": self.source, "row": self.row, "field": self.field, "kind": self.kind,
            "start": self.start, "end": self.end,
        }  # fmt: skip


@dataclass(frozen=True)
class Redactions:
    """Inputs that were redacted: their rows, every mark, and the values, in memory only."""

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    leaks: Leaks = field(default_factory=Leaks)

    @cached_property
    def stand_ins(self) -> frozenset[tuple[str, str]]:
        """(kind, normal form) of what stands in place of the values, and of the parts of names."""
        texts = {
            (name, str(row.get("id", ""))): dict(strings(row))
            for name, rows in self.rows.items()
            for row in rows
        }
        shown = {
            (m.kind, texts.get((m.input, m.row), {}).get(m.field, "")[m.new_start : m.new_end])
            for m in self.marks
        }
        names = [text for kind, text in shown if kind == "name"]
        shown |= {("name", part) for name in names for part in name.split() if len(part) > 1}
        shown |= {("name", name[1:]) for name in names if re.fullmatch("[가-힣]{3}", name)}
        return frozenset((kind, normal(kind, text)) for kind, text in shown if text)


def redact(
    options: Redact,
    seed: int,
    inputs: Mapping[str, Sequence[Row]],
    nameless: Collection[str] = (),
) -> Redactions:
    """A stand-in for each value in every string of every row, the same one within a document.

    What is found once is looked for in all rows, so a second spelling that tells nothing by itself
    goes too. Rows without a value are handed on as they are. An `id` that is a hash of the content
    is made anew from what is left: the old one could be tried out. In the inputs `nameless` no
    names are looked for, but those found in the others.
    """
    fewer = options.model_copy(update={"kinds": tuple(k for k in options.kinds if k != "name")})
    leaks, pseudonyms = Leaks(), Pseudonyms(seed, options.style)
    edits: dict[tuple[str, int], Edits] = {}
    rows = {
        name: [
            _first(name, number, row, own, pseudonyms, leaks, edits)
            for own in (fewer if name in nameless else options,)
            for number, row in enumerate(given)
        ]
        for name, given in inputs.items()
    }
    leaks.seal()
    marks: list[Mark] = []
    for name, made in rows.items():
        taken = {str(row.get("id")) for row in made}
        for number, row in enumerate(made):
            found = edits.pop((name, number), {})
            row = _second(row, leaks, found)
            if found:
                row = _renamed(row, taken)
                marks += _marks(name, row, found)
            made[number] = row
    return Redactions(rows, marks, leaks)


def survey(options: Redact, name: str, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """(source, kind) of each value that would be replaced."""
    pseudonyms = Pseudonyms(0, "placeholder")
    for row in rows:
        source = str(row.get("source") or name)
        for path, text in strings(row):
            if path.startswith("fields.") and "text" in row:
                continue  # a record's text has its columns already
            label = _label(path, text)
            found = pseudonyms.redact(label + text, source, options.kinds, options.allow)
            for one in found.replaced:
                if one.start >= len(label):
                    yield source, one.kind


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, text) of every string in a row, but for its id and source."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            if path or name not in STAYS:
                yield from strings(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from strings(part, f"{path}.{number}")


def walk(value: Any, edit: Callable[[str, str], str], path: str = "") -> Any:
    """A row with `edit(path, text)` for each of its strings; the same object where none changed."""
    if isinstance(value, str):
        return edit(path, value)
    if isinstance(value, dict):
        made = {
            name: part
            if not path and name in STAYS
            else walk(part, edit, f"{path}.{name}" if path else str(name))
            for name, part in value.items()
        }
        return made if any(made[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        parts = [walk(part, edit, f"{path}.{number}") for number, part in enumerate(value)]
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return value


def _first(
    name: str, number: int, row: Row, options: Redact, pseudonyms: Pseudonyms, leaks: Leaks,
    edits: dict[tuple[str, int], Edits],
) -> Row:  # fmt: skip
    document = str(row.get("source") or name)

    def edit(path: str, text: str) -> str:
        label = _label(path, text)
        redacted = pseudonyms.redact(label + text, document, options.kinds, options.allow, raw=True)
        inside = [one for one in redacted.replaced if one.start >= len(label)]
        if not inside:
            return text
        if len(inside) < len(redacted.replaced):
            # The column's own name was taken for a value: without it, then.
            label = ""
            redacted = pseudonyms.redact(text, document, options.kinds, options.allow, raw=True)
        for kind, value, stand_in in stand_ins(label + text, redacted):
            leaks.add(kind, value, stand_in)
        edits.setdefault((name, number), {})[path] = [
            _moved(one, -len(label)) for one in redacted.replaced
        ]
        return redacted.text[len(label) :]

    made: Row = walk(row, edit)
    return made


def stand_ins(text: str, redacted: Redacted) -> Iterator[tuple[str, str, str]]:
    """(kind, value, stand-in) for each edit, without a particle that was changed with the value."""
    values: dict[str, list[str]] = {}
    for kind, value in sorted(redacted.values, key=lambda pair: (-len(pair[1]), pair[1])):
        values.setdefault(kind, []).append(value)
    for one in redacted.replaced:
        old, new = text[one.start : one.end], redacted.text[one.new_start : one.new_end]
        value = next((v for v in values.get(one.kind, ()) if old.startswith(v)), old)
        after = old[len(value) :]
        for particle in (after, _PARTICLES.get(after, "")):
            if particle and new.endswith(particle):
                new = new[: -len(particle)]
                break
        yield one.kind, value, new


def _label(path: str, text: str) -> str:
    """The name of a column before its value, which may be all that tells what the value is.

    Only for values as short as those of a table: in a text it would be a first word too many.
    """
    name = path.rpartition(".")[2]
    plain = name.isdigit() or path in ("text", "title", "description")
    return "" if plain or "\n" in text or len(text) > _CELL else f"{name}: "


def _moved(one: Replaced, by: int) -> Replaced:
    return Replaced(one.kind, one.start + by, one.end + by, one.new_start + by, one.new_end + by)


def _second(row: Row, leaks: Leaks, edits: Edits) -> Row:
    """The row without values that were found elsewhere; adds them to its edits."""

    def edit(path: str, text: str) -> str:
        cleaned, found = leaks.clean(text)
        if found:
            edits[path] = _joined(edits.get(path, []), found)
        return cleaned

    made: Row = walk(row, edit) if leaks else row
    return made


def _joined(before: Sequence[Replaced], found: Sequence[Any]) -> list[Replaced]:
    """Edits of a text and then of its outcome, as edits of the text."""
    made, grown = [], 0
    later: list[tuple[int, int]] = []
    for leak in found:
        shift = sum(
            (one.new_end - one.new_start) - (one.end - one.start)
            for one in before
            if one.new_end <= leak.start
        )
        size = len(leak.stand_in)
        made.append(
            Replaced(
                leak.kind, leak.start - shift, leak.end - shift, leak.start + grown,
                leak.start + grown + size,
            )
        )  # fmt: skip
        grown += size - (leak.end - leak.start)
        later.append((leak.start, size - (leak.end - leak.start)))
    for one in before:
        by = sum(more for start, more in later if start < one.new_start)
        made.append(Replaced(one.kind, one.start, one.end, one.new_start + by, one.new_end + by))
    return sorted(made, key=lambda one: one.start)


def _renamed(row: Row, taken: set[str]) -> Row:
    own = row.get("id")
    if not isinstance(own, str) or not _CONTENT_ID.fullmatch(own):
        return row
    rest = {name: value for name, value in row.items() if name != "id"}
    number, made = 0, digest(rest, size=8)
    while made in taken:
        number += 1
        made = digest(rest, number, size=8)
    taken.add(made)
    return {**row, "id": made}


def _marks(name: str, row: Row, edits: Edits) -> Iterator[Mark]:
    source = str(row.get("source") or name)
    for path, replaced in edits.items():
        for one in replaced:
            yield Mark(
                name, source, str(row.get("id", "")), path, one.kind, one.start, one.end,
                one.new_start, one.new_end,
            )  # fmt: skip
