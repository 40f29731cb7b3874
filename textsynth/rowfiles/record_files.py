"""Records out of CSV, TSV, JSONL, JSON and Parquet, one by one, each with its place in the file."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TextIO

from textsynth.errors import InputError
from textsynth.rowfiles.parquet import parquet_records
from textsynth.rowfiles.text import encoding_of, whole

RECORD_KINDS = frozenset({".csv", ".tsv", ".jsonl", ".json", ".parquet"})

Record = dict[str, Any]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_SAMPLE = 64_000

LONGEST_LINE = 10_000_000
LARGEST_LIST = 50_000_000


def read_records(path: Path, shown: str) -> Iterator[tuple[str, Record]]:
    """(place, record) for each record, e.g. ("line 3 of 'faq.csv'", {…}); files are streamed.

    Raises InputError at the first record that cannot be read, and when there is none.
    """
    empty = True
    for place, record in _read(path, shown):
        empty = False
        yield place, {whole(name): _whole_value(value) for name, value in record.items()}
    if empty:
        raise InputError(f"'{shown}' has no rows", fix="add rows, or take it off the list")


def _read(path: Path, shown: str) -> Iterator[tuple[str, Record]]:
    if path.suffix.lower() == ".parquet":
        return parquet_records(path, shown)
    encoding = encoding_of(path, shown)
    read = {".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".json": _json}[path.suffix.lower()]
    return read(path, shown, encoding)


def _lines(stream: TextIO, shown: str) -> Iterator[str]:
    """The lines of a file, of bounded length: one long line must not fill the memory."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputError(
                f"line {number} of '{shown}' has over {LONGEST_LINE:,} characters",
                fix="a cell or a record is far too long: cut it, or take the file off the list",
            )
        yield line


def _csv(path: Path, shown: str, encoding: str) -> Iterator[tuple[str, Record]]:
    with path.open(encoding=encoding, newline="") as stream:
        delimiter = _delimiter(stream.read(_SAMPLE), path.suffix.lower())
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(_lines(stream, shown), delimiter=delimiter, strict=True)
        header: list[str] = []
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if not header:
                    header = _header(cells, shown)
                    continue
                place = f"line {reader.line_num} of '{shown}'"
                yield place, _record(cells, header, place, delimiter)
        except csv.Error as error:
            raise InputError(
                f"line {reader.line_num} of '{shown}' is not valid CSV: {error}",
                "a quote is probably opened and never closed, or stands inside an unquoted cell",
                'put the cell in double quotes, and write a quote inside it twice: ""',
            ) from error


def _header(cells: list[str], shown: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [str(number) for number, name in enumerate(names, start=1) if not name]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if missing or twice:
        faults = [f"column {', '.join(missing)} has no name"] if missing else []
        faults += [f"the name '{name}' stands there twice" for name in twice]
        raise InputError(
            f"the first line of '{shown}' must name each column once, and {' and '.join(faults)}",
            f"it reads: {', '.join(names)}"[:300],
            "give each column its own name",
        )
    return names


def _record(cells: list[str], header: list[str], place: str, delimiter: str) -> Record:
    extra = cells[len(header) :]
    if any(cell.strip() for cell in extra):
        raise InputError(
            f"{place} has {len(cells)} cells",
            f"the first line names {len(header)} columns, parted by {_DELIMITERS[delimiter]}",
            f"put a cell that has a {_DELIMITERS[delimiter]} in it in double quotes",
        )
    cells = cells + [""] * (len(header) - len(cells))
    return dict(zip(header, cells, strict=False))


def _delimiter(sample: str, suffix: str) -> str:
    """The delimiter that cuts the first lines into most columns, equally many in each."""
    best, result = (False, 1), "\t" if suffix == ".tsv" else ","
    for delimiter in _DELIMITERS:
        widths = []
        try:
            for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if cells:
                    widths.append(len(cells))
        except csv.Error:
            pass
        if len(sample) >= _SAMPLE and len(widths) > 1:
            widths.pop()
        if widths and widths[0] > 1:
            score = (all(width == widths[0] for width in widths[:50]), widths[0])
            if score > best:
                best, result = score, delimiter
    return result


def _jsonl(path: Path, shown: str, encoding: str) -> Iterator[tuple[str, Record]]:
    with path.open(encoding=encoding, newline="\n") as stream:
        for number, line in enumerate(_lines(stream, shown), start=1):
            if not line.strip():
                continue
            place = f"line {number} of '{shown}'"
            record = _parse(line, place, "put one JSON object on each line")
            if not isinstance(record, dict):
                raise InputError(
                    f"{place} is no JSON object, it begins with {_quote(line)}",
                    fix="put one JSON object on each line, or give a list the suffix .json",
                )
            yield place, record


def _json(path: Path, shown: str, encoding: str) -> Iterator[tuple[str, Record]]:
    if path.stat().st_size > LARGEST_LIST:
        raise InputError(
            f"'{shown}' has {path.stat().st_size / 1e6:,.0f} MB",
            f"JSON lists of up to {LARGEST_LIST / 1e6:,.0f} MB are read, as they are held whole",
            "write it as JSON lines, with the suffix .jsonl",
        )
    text = path.read_text(encoding=encoding)
    records = _parse(text, f"'{shown}'", "repair it, or give JSON lines the suffix .jsonl")
    if not isinstance(records, list):
        raise InputError(
            f"'{shown}' holds one JSON {'object' if isinstance(records, dict) else 'value'}",
            "a .json file must hold a list of objects",
            "put the records into a list: [{…}, {…}]",
        )
    for number, record in enumerate(records, start=1):
        place = f"item {number} of '{shown}'"
        if not isinstance(record, dict):
            raise InputError(
                f"{place} is no JSON object, it is {_quote(json.dumps(record))}",
                fix="let each item of the list be an object: {…}",
            )
        yield place, record


def _parse(text: str, place: str, fix: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise InputError(
            f"{place} is no valid JSON: {detail}", f"it begins with {_quote(text)}", fix
        ) from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value, use null")


def _quote(text: str, most: int = 60) -> str:
    text = " ".join(text[: most * 2].split())
    return f"`{text[:most]}…`" if len(text) > most else f"`{text}`"


def _whole_value(value: Any) -> Any:
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [_whole_value(part) for part in value]
    if isinstance(value, dict):
        return {whole(name): _whole_value(part) for name, part in value.items()}
    return value
