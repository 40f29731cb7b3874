"""Columns of samples as Arrow takes them: the schema, and batch after batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from textsynth.records import Sample
from textsynth.writers._columns import Column

_BATCH = 1_000
"""Rows that are in memory at a time; each batch becomes a row group."""


def batches(samples: Iterable[Sample], columns: Sequence[Column], schema: Any) -> Iterator[Any]:
    """Record batches of the samples, one after the other."""
    import pyarrow as pa

    walk = iter(samples)
    while batch := list(islice(walk, _BATCH)):
        arrays = [
            pa.array([column.cell(sample) for sample in batch], type=kind)
            for column, kind in zip(columns, schema.types, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def schema_of(columns: Sequence[Column], names: Sequence[str] = ()) -> Any:
    """The Arrow schema of columns; `names` go over their own."""
    import pyarrow as pa

    function = pa.struct([("name", pa.string()), ("arguments", pa.string())])
    call = pa.struct([("id", pa.string()), ("type", pa.string()), ("function", function)])
    turn = [("role", pa.string()), ("content", pa.string())]
    called = [
        ("tool_calls", pa.list_(call)), ("tool_call_id", pa.string()), ("name", pa.string()),
    ]  # fmt: skip
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "strings": pa.list_(pa.string()),
        "messages": pa.list_(pa.struct(turn)),
        "calls": pa.list_(pa.struct([*turn, *called])),
        "json": pa.string(),
    }
    names = names or [column.name for column in columns]
    return pa.schema([(name, types[c.kind]) for name, c in zip(names, columns, strict=True)])
