"""Files that clients upload to the test chat server, and those that its batches write."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from .bodies import ApiError
from .http11 import Http
from .multipart import parse_form

_PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
_MONTH = 30 * 24 * 3600  # seconds that OpenAI keeps the files of batches


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its bytes; `card` is OpenAI's FileObject."""

    id: str
    filename: str
    purpose: str
    data: bytes
    created_at: int

    def card(self) -> dict[str, Any]:
        """Return the FileObject that clients are shown."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.data),
            "created_at": self.created_at,
            "expires_at": self.created_at + _MONTH if "batch" in self.purpose else None,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


def page(cards: Sequence[dict[str, Any]], query: bytes, limit: int, top: int) -> dict[str, Any]:
    """Return the part of a listing that `limit` and `after` ask for, with its cursor.

    `limit` holds where the query has none, `top` is the most that it may ask for.
    """
    wanted = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    if "limit" in wanted:
        given = wanted["limit"]
        if not given.isdecimal() or not 1 <= int(given) <= top:
            raise ApiError(400, f"'limit' must be from 1 to {top}", param="limit")
        limit = int(given)
    start = 0
    if "after" in wanted:
        ids = [card["id"] for card in cards]
        if wanted["after"] not in ids:
            raise ApiError(400, f"'after' is not known: {wanted['after']}", param="after")
        start = ids.index(wanted["after"]) + 1
    shown = list(cards[start : start + limit])
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": start + limit < len(cards),
    }


class FileStore:
    """The files of one server, oldest first."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def all(self) -> list[StoredFile]:
        """Return every file that is not deleted, oldest first."""
        return list(self._files.values())

    def add(self, filename: str, purpose: str, data: bytes) -> StoredFile:
        """Keep a file under an id that no other server has given out either."""
        # Chance, not a counter: an id from a server that is gone must not fit its successor.
        made = StoredFile(
            f"file-{secrets.token_hex(12)}", filename, purpose, data, int(time.time())
        )
        self._files[made.id] = made
        return made

    def upload(self, call: Http) -> StoredFile:
        """Keep the file of an upload; `ApiError` for one that OpenAI would refuse."""
        try:
            form = parse_form(call.header(b"content-type"), call.body)
        except ValueError as error:
            raise ApiError(400, f"we could not parse the form: {error}") from error
        for name in ("purpose", "file"):
            if name not in form:
                raise ApiError(400, f"'{name}' is a required property", param=name)
        purpose = form["purpose"].data.decode("utf-8", "replace")
        if purpose not in _PURPOSES:
            raise ApiError(400, f"'{purpose}' is not one of {list(_PURPOSES)}", param="purpose")
        filename, data = form["file"]
        if filename is None:
            raise ApiError(400, "'file' must be a file", param="file")
        if purpose == "batch" and not filename.endswith(".jsonl"):
            raise ApiError(400, "Invalid file format for Batch API. Must be .jsonl")
        return self.add(filename, purpose, data)

    def get(self, file_id: str) -> StoredFile:
        """Return a file, or raise the `ApiError` for one that is not there."""
        if file_id not in self._files:
            raise ApiError(404, f"No such File object: {file_id}", param="id")
        return self._files[file_id]

    def delete(self, file_id: str) -> dict[str, Any]:
        """Forget a file; return what clients are told."""
        del self._files[self.get(file_id).id]
        return {"id": file_id, "object": "file", "deleted": True}

    def listing(self, query: bytes) -> dict[str, Any]:
        """Return the page of files that a query asks for, newest first unless it says so."""
        wanted = parse_qs(query.decode("latin-1"))
        cards = [file.card() for file in self._files.values()]
        if wanted.get("order", ["desc"])[-1] != "asc":
            cards.reverse()
        if "purpose" in wanted:
            cards = [card for card in cards if card["purpose"] in wanted["purpose"]]
        return page(cards, query, 10_000, 10_000)
