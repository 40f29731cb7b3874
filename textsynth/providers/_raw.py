"""Raw completion: a text that the model goes on with, by /v1/completions of the same endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from textsynth.errors import ProviderError, TransientError
from textsynth.providers import Call, no_completions
from textsynth.providers._templates import Apply, NotThereError, Slot, applied, by_server
from textsynth.records import Reply

Exchange = Callable[[str, Mapping[str, Any]], Awaitable[tuple[int, bytes, Mapping[str, str]]]]
"""One request: (URL, body) -> (status, answer, headers). Raises TransientError."""

REMEMBERED = 1024
"""Slots kept by their messages: most rows begin with the same ones."""

ABSENT = (404, 405, 501)
_MODEL = re.compile(
    r"\bmodel\b.*\b(?:not (?:exist|found)|unknown|no access|not have access)", re.I | re.S
)


class RawCompletion:
    """Completions of one model at one endpoint.

    `template` is a name or a path, "auto" for the server's own, or "" where there is none.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        where: str,
        template: str,
        exchange: Exchange,
        refused: Callable[[int, bytes, Mapping[str, str]], ProviderError],
        parsed: Callable[[bytes], Any],
    ) -> None:
        self._model, self._where, self._exchange = model, where, exchange
        self._refused, self._parsed = refused, parsed
        self._url = f"{base_url}/completions"
        self._root = base_url.removesuffix("/v1")
        self._apply: Apply = (
            by_server(self._post, model, where) if template == "auto" else applied(template)
        )
        self._known: dict[str, Slot] = {}

    async def ask(self, call: Call) -> Reply:
        """One request. Raises a ProviderError when the endpoint has no completions."""
        body: dict[str, Any] = {"model": self._model, **call.options}
        if call.raw == "user":
            slot = await self._slot(call)
            body |= {"prompt": slot.prefix, **slot.options}
            own = body.get("stop") or []
            stops = [*([own] if isinstance(own, str) else own), *slot.stops]
            if stops:
                body["stop"] = stops[:4]  # OpenAI's servers take no more
        else:
            body["prompt"] = "".join(message["content"] for message in call.messages)
        status, raw, headers = await self._exchange(self._url, body)
        if status in ABSENT and not _MODEL.search(_text(raw)):
            raise ProviderError(*no_completions(self._where, f"it answers {status}: {_text(raw)}"))
        if status != 200:
            raise self._refused(status, raw, headers)
        try:
            return self._reply(self._parsed(raw), call)
        except (LookupError, TypeError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"[:200]
            raise TransientError(f"the reply is not a completion ({said})") from error

    def _reply(self, answer: Any, call: Call) -> Reply:
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        text = choice["text"] or ""
        return Reply(
            text.strip() if call.raw == "user" else text,
            self._model,
            choice.get("finish_reason") or "stop",
            usage.get("prompt_tokens") or 0,
            usage.get("completion_tokens") or 0,
            details.get("cached_tokens") or 0,
        )

    async def _slot(self, call: Call) -> Slot:
        key = json.dumps(list(call.messages), ensure_ascii=False)
        slot = self._known.get(key)
        if slot is None:
            slot = await self._apply(call.messages)
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[key] = slot
        return slot

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        status, raw, headers = await self._exchange(self._root + path, body)
        if status in ABSENT:
            raise NotThereError(f"{self._where} has no {path}")
        if status != 200:
            raise self._refused(status, raw, headers)
        try:
            return self._parsed(raw)
        except ValueError as error:
            raise NotThereError(f"{self._where}{path} answers with something else") from error


def _text(raw: bytes) -> str:
    """What an error body says."""
    said = raw.decode("utf8", "replace").strip()
    try:
        error = json.loads(said)["error"]
        said = str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, LookupError, TypeError):
        pass
    return said[:200] or "no words"
