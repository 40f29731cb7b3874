"""What the test chat server answers to everything but generation, files and batches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .bodies import CREATED, GENERATORS, ApiError, no_model
from .http11 import Http
from .templates import PATHS, of_template

if TYPE_CHECKING:
    from .server import ChatServer

DEFAULT_MODEL = "scripted-model"


def lookup(server: ChatServer, call: Http) -> Any:
    """Return the JSON value of models, /stats or /control; `ApiError` for any other path."""
    path, method = call.path, call.method
    if path == b"/stats" and method == b"GET":
        return server.stats.summary(brief=b"brief=1" in call.query)
    if path == b"/control" and method == b"POST":
        try:
            return server.configure(json.loads(call.body))
        except (ValueError, TypeError, AttributeError) as error:
            raise ApiError(400, f"these settings cannot be used: {error}") from error
    if path.startswith(b"/v1/models") and method == b"GET":
        server.authorise(call, server.faults)
        return _models(server, path)
    if method == b"POST" and path in PATHS.get(server.template_api, ()):
        return of_template(path, json.loads(call.body))
    shown = f"{method.decode('latin-1')} {path.decode('latin-1')}"
    if path in (*GENERATORS, b"/stats", b"/control"):
        raise ApiError(405, f"Not allowed: {shown}")
    raise ApiError(404, f"Invalid URL ({shown})")


def _models(server: ChatServer, path: bytes) -> dict[str, Any]:
    names = server.models if server.models is not None else [DEFAULT_MODEL]
    cards: list[dict[str, Any]] = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "tests"} for name in names
    ]
    if path == b"/v1/models":
        return {"object": "list", "data": cards}
    wanted = path.removeprefix(b"/v1/models/").decode("utf-8", "replace")
    for card in cards:
        if card["id"] == wanted:
            return card
    raise no_model(wanted)
