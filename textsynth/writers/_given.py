"""The table of curated rows: the columns that they came with, of the types that Arrow finds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from textsynth.records import Sample
from textsynth.rowfiles.foreign import Shape, put_together, taken_apart
from textsynth.rowfiles.sample_rows import Names
from textsynth.writers._columns import Column
from textsynth.writers._text import whole

_BATCH = 1_000
_EXACT = 2**53
"""Integers beyond it have no floating point number of their own."""


def record_of(sample: Sample) -> dict[str, Any]:
    """A row as it came; one that textsynth made, as turns and columns."""
    form = sample.seeds.get("form")
    if form is None:
        return {"messages": list(sample.messages), **sample.columns}
    return put_together(form, sample.messages, sample.columns)


def pair_columns(sample: Sample) -> dict[str, Any]:
    """`prompt`, `chosen` and `rejected` of a curated pair, as turns; without what it has not."""
    form = sample.seeds.get("form", {})
    if form.get("kind") != "preference":
        return dict(sample.columns)
    record = record_of(sample)
    chosen, rejected = (
        _turns(record.get(form[name]), "assistant") for name in ("chosen", "rejected")
    )
    prompt = _turns(record.get(form["prompt"]), "user") if "prompt" in form else []
    if not prompt:
        # Both answers hold the whole conversation: what they share is what was asked.
        same = 0
        while same < min(len(chosen), len(rejected)) and chosen[same] == rejected[same]:
            same += 1
        prompt, chosen, rejected = chosen[:same], chosen[same:], rejected[same:]
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def _turns(value: Any, role: str) -> list[dict[str, Any]]:
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return list(taken_apart({"turns": value}, _TURNS).messages) if value else []  # type: ignore[arg-type]


_TURNS = Shape("messages", Names(messages="turns"))


class _Recent:
    """The records of the samples of a batch, each column of which is read in turn."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Sample, dict[str, Any]]] = {}

    def of(self, sample: Sample) -> dict[str, Any]:
        found = self._known.get(id(sample))
        if found is None or found[0] is not sample:
            if len(self._known) > 2 * _BATCH:
                self._known.clear()
            found = self._known[id(sample)] = (sample, record_of(sample))
        return found[1]


@dataclass(slots=True)
class Table:
    """Columns, their Arrow schema and how many rows; found in one walk over the samples.

    A column whose values are of several kinds becomes text, JSON where a value is no text.
    """

    rows: int = 0
    columns: list[Column] = field(default_factory=list)
    schema: Any = None

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Table:
        """Walks the samples once; a batch is in memory at a time."""
        import pyarrow as pa

        types: dict[str, Any] = {}
        large: set[str] = set()
        walk, count = iter(samples), 0
        while batch := [record_of(sample) for sample in islice(walk, _BATCH)]:
            count += len(batch)
            for name in dict.fromkeys(name for record in batch for name in record):
                values = [record.get(name) for record in batch]
                found = _type(values)
                if found is not None and pa.types.is_integer(found):
                    large |= {name} if any(abs(n or 0) > _EXACT for n in values) else set()
                before = types.get(name, pa.null())
                both = None if before is None or found is None else _both(before, found)
                # A large integer is no number that a column with fractions can hold.
                fraction = both is not None and pa.types.is_floating(both)
                types[name] = None if fraction and name in large else both
        # Nothing but null in a column: text, as a loader would guess.
        settled = {
            name: pa.string() if kind is None or pa.types.is_null(kind) else kind
            for name, kind in types.items()
        }
        mixed = {name for name, kind in types.items() if kind is None}
        recent = _Recent()
        columns = [_column(name, name in mixed, recent) for name in settled]
        return cls(count, columns, pa.schema(list(settled.items())))


def _column(name: str, mixed: bool, recent: _Recent) -> Column:
    def read(sample: Sample) -> Any:
        return recent.of(sample).get(name)

    def read_mixed(sample: Sample) -> Any:
        value = recent.of(sample).get(name)
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False)

    return Column(whole(name), "given", read_mixed if mixed else read, "as the rows came with it")


def _type(values: Sequence[Any]) -> Any:
    """The Arrow type of some values; None where there is not one for all of them."""
    import pyarrow as pa

    try:
        # `infer_type` goes by the first of them alone, which the others may not fit.
        return pa.array(values).type
    except (pa.ArrowException, ValueError, OverflowError):
        return None


def _both(one: Any, other: Any) -> Any:
    """The type that holds values of both types; None where there is none."""
    import pyarrow as pa

    if one == other:
        return one
    if pa.types.is_null(one) or pa.types.is_null(other):
        return other if pa.types.is_null(one) else one
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        return _structs(one, other)
    if pa.types.is_list(one) and pa.types.is_list(other):
        inner = _both(one.value_type, other.value_type)
        return None if inner is None else pa.list_(inner)
    numbers = (pa.types.is_integer, pa.types.is_floating)
    if all(any(is_one(kind) for is_one in numbers) for kind in (one, other)):
        return pa.float64()
    return None


def _structs(one: Any, other: Any) -> Any:
    import pyarrow as pa

    names = dict.fromkeys([*(f.name for f in one), *(f.name for f in other)])
    fields = []
    for name in names:
        own = [kind.field(name).type for kind in (one, other) if kind.get_field_index(name) >= 0]
        kind = own[0] if len(own) == 1 else _both(*own)
        if kind is None:
            return None
        fields.append((name, kind))
    return pa.struct(fields)
