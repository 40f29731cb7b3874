"""Parquet files as records: streamed by row group, lists and dicts kept, the rest as plain JSON."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textsynth.errors import InputError

_ROWS = 1000
_GROUP = 2_000_000_000
"""Bytes that one row group may say it unpacks to."""


def parquet_records(path: Path, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """("row 3 of 'faq.parquet'", {…}) for each row. Raises InputError when it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            about = file.metadata
            for group in range(about.num_row_groups):
                size = about.row_group(group).total_byte_size
                if size > _GROUP:
                    raise InputError(
                        f"'{shown}' has a row group of {size / 1e6:,.0f} MB",
                        f"row groups of up to {_GROUP / 1e6:,.0f} MB are read",
                        "write it again with smaller row groups",
                    )
                for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group]):
                    for record in batch.to_pylist():
                        number += 1
                        yield f"row {number:,} of '{shown}'", plain(record)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(
            f"'{shown}' cannot be read as Parquet",
            f"the reader says: {' '.join(str(error).split())[:160]}",
            "write it again, or take it off the list",
        ) from error


def plain(value: Any) -> Any:
    """A value as plain JSON: times as ISO 8601, decimals as text, bytes and NaN as null."""
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | datetime.timedelta):
        return str(value)
    return None
