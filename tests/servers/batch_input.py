"""The input file of a batch: its lines, and the errors for which OpenAI fails a batch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, NamedTuple

MOST_LINES = 50_000
SLICE = 200  # lines between which other connections get their turn
_MOST_ERRORS = 20


class Line(NamedTuple):
    """One request of a batch."""

    custom_id: str
    body: dict[str, Any]


class LineError(Exception):
    """A line for which a whole batch fails."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


def error_entry(error: LineError, line: int | None = None) -> dict[str, Any]:
    """Return an entry of a batch's `errors.data`; lines are counted from 1."""
    return {"code": error.code, "message": str(error), "param": error.param, "line": line}


def _read(raw: bytes, endpoint: str) -> Line:
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as error:
        message = "This line is not parseable as valid JSON."
        raise LineError("invalid_json_line", message) from error
    if not isinstance(given, dict):
        raise LineError("invalid_json_line", "This line is not a JSON object.")
    for name, kind in (("custom_id", str), ("method", str), ("url", str), ("body", dict)):
        if not isinstance(given.get(name), kind):
            message = f"Missing required parameter: '{name}'."
            raise LineError("missing_required_parameter", message, name)
    if given["method"] != "POST":
        raise LineError("invalid_method", "Only POST requests can be batched.", "method")
    if given["url"] != endpoint:
        message = f"The URL provided for this request does not match the batch: {endpoint}"
        raise LineError("url_mismatch", message, "url")
    if not isinstance(given["body"].get("model"), str):
        message = "Missing required parameter: 'body.model'."
        raise LineError("missing_required_parameter", message, "body.model")
    return Line(given["custom_id"], given["body"])


class _Reader:
    """What has been read of one file, for the rules that hold between its lines."""

    def __init__(self, endpoint: str, knows_model: Callable[[str], bool]) -> None:
        self.lines: list[Line] = []
        self._endpoint = endpoint
        self._knows_model = knows_model
        self._ids: set[str] = set()

    def take(self, raw: bytes) -> None:
        """Add a line; `LineError` when the batch fails for it."""
        line = _read(raw, self._endpoint)
        if line.custom_id in self._ids:
            raise LineError(
                "duplicate_custom_id",
                "The custom_id for this request is a duplicate of another request. "
                "The custom_id parameter must be unique for each request in a batch.",
                "custom_id",
            )
        model = line.body["model"]
        if not self._knows_model(model):
            message = f"The provided model '{model}' is not supported by the Batch API."
            raise LineError("model_not_found", message, "body.model")
        if self.lines and model != self.lines[0].body["model"]:
            message = f"The provided model '{model}' is not that of the lines before it."
            raise LineError("mismatched_model", message, "body.model")
        self._ids.add(line.custom_id)
        self.lines.append(line)


async def read_lines(
    data: bytes, endpoint: str, knows_model: Callable[[str], bool]
) -> tuple[list[Line], list[dict[str, Any]]]:
    """Return the lines of an input file, and the errors for which its batch fails."""
    raws = data.rstrip().splitlines()
    if not raws:
        message = "The input file is empty. It must hold at least one request."
        return [], [error_entry(LineError("empty_file", message))]
    if len(raws) > MOST_LINES:
        message = f"The batch has {len(raws)} requests; the limit is {MOST_LINES}."
        return [], [error_entry(LineError("too_many_tasks", message))]
    reader, errors = _Reader(endpoint, knows_model), []
    for number, raw in enumerate(raws, 1):
        if number % SLICE == 0:
            await asyncio.sleep(0)
        try:
            reader.take(raw)
        except LineError as error:
            errors.append(error_entry(error, number))
            if len(errors) == _MOST_ERRORS:
                break
    return reader.lines, errors
