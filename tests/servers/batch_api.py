"""The routes /v1/files and /v1/batches of the test chat server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .batch_behaviour import COUNTED, BatchBehaviour
from .batches import Batch, BatchRunner
from .bodies import GENERATORS, ApiError, dumps, injected_error
from .files import FileStore, StoredFile, page
from .http11 import Answer, Http

if TYPE_CHECKING:
    from .server import ChatServer

_RESET = Answer(b"", fault="reset")


def _encoded(value: Any) -> Answer:
    return Answer(dumps(value).encode("utf-8", "replace"))


def _check_metadata(metadata: Any) -> dict[str, str] | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or len(metadata) > 16:
        raise ApiError(400, "'metadata' must be an object of at most 16 keys", param="metadata")
    for name, value in metadata.items():
        if len(name) > 64 or not isinstance(value, str) or len(value) > 512:
            message = "'metadata' keys have at most 64 characters, values are text of at most 512"
            raise ApiError(400, message, param=f"metadata.{name}")
    return metadata


class BatchApi:
    """Files and batches as clients reach them, with the faults of these calls."""

    def __init__(self, server: ChatServer, behaviour: BatchBehaviour) -> None:
        self._server = server
        self._files = FileStore()
        self._runner = BatchRunner(server, behaviour, self._files)
        self._calls = 0

    @property
    def behaviour(self) -> BatchBehaviour:
        """How batches go."""
        return self._runner.behaviour

    @property
    def batches(self) -> list[Batch]:
        """Every batch, oldest first."""
        return list(self._runner.batches.values())

    @property
    def files(self) -> list[StoredFile]:
        """Every file that is not deleted, oldest first."""
        return self._files.all()

    def behave(self, behaviour: BatchBehaviour, counts: Sequence[str] = COUNTED) -> None:
        """Change the behaviour; those of its counts that are named start anew."""
        self._runner.behave(behaviour, frozenset(counts))

    def serves(self, path: bytes) -> bool:
        """Say whether a path is one of these routes."""
        return path.startswith((b"/v1/files", b"/v1/batches"))

    def handle(self, call: Http) -> Answer:
        """Answer a call; `ApiError` when it is refused or a fault is due."""
        self._server.authorise(call, self._server.faults)
        self._calls += 1
        fault = self.behaviour.call_fault(self._calls)
        if fault is not None:
            self._server.stats.injected[f"api_{fault}"] += 1
            if fault == "reset":
                return _RESET
            raise injected_error(int(fault))
        verb = call.method.decode("latin-1")
        parts = call.path.decode("latin-1").strip("/").split("/")[1:]
        route = {"files": self._file, "batches": self._batch}.get(parts[0])
        answer = None if route is None else route(verb, parts[1:], call)
        if answer is None:
            raise ApiError(404, f"Invalid URL ({verb} {call.path.decode('latin-1')})")
        return answer

    def _file(self, verb: str, parts: list[str], call: Http) -> Answer | None:
        match [verb, *parts]:
            case ["POST"]:
                return _encoded(self._files.upload(call).card())
            case ["GET"]:
                return _encoded(self._files.listing(call.query))
            case ["GET", file_id]:
                return _encoded(self._files.get(file_id).card())
            case ["DELETE", file_id]:
                return _encoded(self._files.delete(file_id))
            case ["GET", file_id, "content"]:
                data = self._files.get(file_id).data
                cut = self._spend("truncate_output")
                return Answer(data, "application/octet-stream", "truncated" if cut else None)
        return None

    def _batch(self, verb: str, parts: list[str], call: Http) -> Answer | None:
        match [verb, *parts]:
            case ["POST"]:
                made = self._create(call)
                return _RESET if self._spend("create_then_reset") else _encoded(made.card())
            case ["GET"]:
                cards = [batch.card() for batch in reversed(self.batches)]
                return _encoded(page(cards, call.query, 20, 100))
            case ["GET", batch_id]:
                return _encoded(self._get(batch_id).card())
            case ["POST", batch_id, "cancel"]:
                batch = self._get(batch_id)
                self._runner.cancel(batch)
                return _encoded(batch.card())
        return None

    def _spend(self, name: str) -> bool:
        due = self._runner.spend(name)
        if due:
            self._server.stats.injected[name] += 1
        return due

    def _get(self, batch_id: str) -> Batch:
        batch = self._runner.batches.get(batch_id)
        if batch is None:
            raise ApiError(404, f"No batch found with id '{batch_id}'.")
        return batch

    def _create(self, call: Http) -> Batch:
        try:
            given = json.loads(call.body)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            raise ApiError(400, "we could not parse the JSON body of your request")
        for name in ("input_file_id", "endpoint", "completion_window"):
            if not isinstance(given.get(name), str):
                message = f"Missing required parameter: '{name}'."
                raise ApiError(400, message, "missing_required_parameter", name)
        endpoint = GENERATORS[0].decode()
        for name, wanted in (("endpoint", endpoint), ("completion_window", "24h")):
            if given[name] != wanted:
                message = f"Invalid value: '{given[name]}'. Supported values are: '{wanted}'."
                raise ApiError(400, message, "invalid_value", name)
        metadata = _check_metadata(given.get("metadata"))
        if self._files.get(given["input_file_id"]).purpose != "batch":
            raise ApiError(400, "The file's purpose must be 'batch'.", param="input_file_id")
        return self._runner.create(endpoint, given["input_file_id"], metadata)
