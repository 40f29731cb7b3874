"""Bodies of the test chat server's answers: completions, streams, embeddings and errors."""

from __future__ import annotations

import base64
import http.client
import json
import re
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from .scripts import Reply, Request, Script, embedding, prompt_texts

GENERATORS = (
    b"/v1/chat/completions", b"/v1/completions", b"/v1/embeddings", b"/v1/moderations",
)  # fmt: skip
dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
CREATED = 1_700_000_000  # constant, so that the same request gets the same bytes back
_TOP_VALUES = {
    "n": 128,
    "max_tokens": 2**31,
    "max_completion_tokens": 2**31,
    "dimensions": 4096,
}
_STATUS_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_PIECE = re.compile(r"\s*(?:\S+\s*){1,3}|\s+")


class ApiError(Exception):
    """An error answer in OpenAI's shape.

    `headers` are lines that go with it, `wait` the seconds after which it may be tried again.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = ""
        self.wait: float | None = None
        if kind is None:
            kind = "server_error" if status >= 500 else "invalid_request_error"
            kind = "requests" if status == 429 else kind
        error = {"message": message, "type": kind, "param": param, "code": code}
        self.body = dumps({"error": error}).encode("utf-8", "replace")


def injected_error(status: int) -> ApiError:
    """Return the error that a fault answers with."""
    reason = http.client.responses.get(status, "Error")
    return ApiError(status, f"{reason} (injected by the test server)", _STATUS_CODES.get(status))


def no_model(model: str) -> ApiError:
    """Return the error for a model that the server does not have."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ApiError(404, message, "model_not_found", "model")


class _Choice(NamedTuple):
    text: str | None
    finish: str
    tool_calls: list[Any] | None

    def characters(self) -> int:
        calls = len(dumps(self.tool_calls)) if self.tool_calls else 0
        return len(self.text or "") + calls


def _choice(reply: Reply, limit: int | None) -> _Choice:
    """Read a script's reply; `limit` is max_tokens, taken as four characters a token."""
    if isinstance(reply, str):
        text: str | None = reply
        finish, calls = "stop", None
    elif isinstance(reply, dict):
        text, calls = reply.get("content"), reply.get("tool_calls")
        finish = reply.get("finish_reason") or ("tool_calls" if calls else "stop")
    else:
        raise TypeError(f"a script must return str or dict, not {type(reply).__name__}")
    if limit is not None and text is not None and len(text) > limit * 4:
        return _Choice(text[: limit * 4], "length", calls)
    return _Choice(text, finish, calls)


def _usage(prompt: int, choices: Sequence[_Choice]) -> str:
    sent = prompt // 4 + 1
    made = sum(c.characters() // 4 + 1 for c in choices)
    return f'{{"prompt_tokens":{sent},"completion_tokens":{made},"total_tokens":{sent + made}}}'


class Job:
    """One request for generation, from its arrival to its answer."""

    __slots__ = (
        "chat", "embeds", "headers", "key", "moderates", "prompt", "request", "seen", "slow",
        "stream",
    )  # fmt: skip

    def __init__(self, path: bytes, request: Request, key: str, seen: int) -> None:
        self.chat = path == b"/v1/chat/completions"
        self.embeds = path == b"/v1/embeddings"
        self.moderates = path == b"/v1/moderations"
        self.request = request
        self.key = key
        self.seen = seen
        self.headers = ""
        self.prompt = 0
        self.stream = False
        self.slow = False

    def check(self) -> None:
        """Raise `ApiError` for a request that OpenAI would refuse, and measure the prompt."""
        request = self.request
        if not isinstance(request.get("model"), str):
            raise ApiError(400, "you must provide a model parameter", param="model")
        reads = self.embeds or self.moderates
        source = "messages" if self.chat else "input" if reads else "prompt"
        given = request.get(source)
        if self.chat and not (
            isinstance(given, list) and given and all(isinstance(m, dict) for m in given)
        ):
            raise ApiError(400, "'messages' must be a list of objects, not empty", param=source)
        if not isinstance(given, str | list) or given == []:
            raise ApiError(400, f"'{source}' must be text or a list, not empty", param=source)
        for name, top in _TOP_VALUES.items():
            value = request.get(name)
            if value is not None and (type(value) is not int or not 1 <= value <= top):
                raise ApiError(400, f"'{name}' is out of range", param=name)
        self.stream = request.get("stream") is True and not reads
        texts = prompt_texts({"prompt": given} if reads else request)
        self.prompt = sum(map(len, texts))

    @property
    def tokens(self) -> int:
        """The tokens that a limit reckons with: the prompt's, and all that may be made."""
        request = self.request
        most = request.get("max_completion_tokens") or request.get("max_tokens") or 0
        return int(self.prompt // 4 + 1 + most * (request.get("n") or 1))

    def choices(self, script: Script) -> list[_Choice]:
        """Run the script once for each choice; later choices carry a `choice_index`."""
        request = self.request
        limit = request.get("max_completion_tokens") or request.get("max_tokens")
        prompts: list[Request] = [request]
        given = request.get("prompt")
        if not self.chat and isinstance(given, list) and isinstance(given[0], str | list):
            prompts = [{**request, "prompt": prompt} for prompt in given]
        return [
            _choice(script({**prompt, "choice_index": i} if i else prompt), limit)
            for prompt in prompts
            for i in range(request.get("n") or 1)
        ]

    def head(self, kind: str) -> str:
        """Return the fields that open every object of this answer, without closing brace."""
        prefix = "chatcmpl" if self.chat else "cmpl"
        return (
            f'{{"id":"{prefix}-{self.key}","object":"{kind}","created":{CREATED},'
            f'"model":{dumps(self.request["model"])}'
        )

    def body(self, script: Script) -> bytes:
        """Return the whole answer as one JSON object."""
        if self.embeds:
            return self._embeddings()
        if self.moderates:
            return self._moderation(script)
        choices = self.choices(script)
        made = []
        for i, (text, finish, calls) in enumerate(choices):
            if self.chat:
                tools = f',"tool_calls":{dumps(calls)}' if calls else ""
                message = f'{{"role":"assistant","content":{dumps(text)},"refusal":null{tools}}}'
                said = f'"message":{message}'
            else:
                said = f'"text":{dumps(text or "")}'
            made.append(f'{{"index":{i},{said},"logprobs":null,"finish_reason":{dumps(finish)}}}')
        head = self.head("chat.completion" if self.chat else "text_completion")
        usage = _usage(self.prompt, choices)
        text = f'{head},"choices":[{",".join(made)}],"usage":{usage}}}'
        return text.encode("utf-8", "replace")

    def events(self, script: Script) -> list[bytes]:
        """Return the answer as server-sent events, each with its blank line."""
        choices = self.choices(script)
        options = self.request.get("stream_options")
        counted = isinstance(options, dict) and options.get("include_usage") is True
        head = "data: " + self.head("chat.completion.chunk" if self.chat else "text_completion")
        tail = ',"usage":null}\n\n' if counted else "}\n\n"
        events = []
        for i, choice in enumerate(choices):
            for said, finish in self._pieces(choice):
                events.append(
                    f'{head},"choices":[{{"index":{i},{said},"logprobs":null,'
                    f'"finish_reason":{finish}}}]{tail}'
                )
        if counted:
            events.append(f'{head},"choices":[],"usage":{_usage(self.prompt, choices)}}}\n\n')
        events.append("data: [DONE]\n\n")
        return [event.encode("utf-8", "replace") for event in events]

    def _pieces(self, choice: _Choice) -> list[tuple[str, str]]:
        parts = _PIECE.findall(choice.text or "")
        if not self.chat:
            said = [f'"text":{dumps(part)}' for part in [*parts, ""]]
        else:
            deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
            deltas += [{"content": part} for part in parts]
            for at, call in enumerate(choice.tool_calls or ()):
                deltas.append({"tool_calls": [{"index": at, **call}]})
            said = [f'"delta":{dumps(delta)}' for delta in [*deltas, {}]]
        return [(s, "null") for s in said[:-1]] + [(said[-1], dumps(choice.finish))]

    def _moderation(self, script: Script) -> bytes:
        """One result for each text; the script gives category → score, flagged from a half on."""
        given = self.request["input"]
        results = []
        for text in given if isinstance(given, list) else [given]:
            scores = script({"model": self.request["model"], "input": text})
            if not isinstance(scores, dict):
                raise TypeError(f"a moderation must be a dict, not {type(scores).__name__}")
            hits = {name: score >= 0.5 for name, score in scores.items()}
            results.append(
                {"flagged": any(hits.values()), "categories": hits, "category_scores": scores}
            )
        return dumps(
            {"id": f"modr-{self.key}", "model": self.request["model"], "results": results}
        ).encode("utf-8", "replace")

    def _embeddings(self) -> bytes:
        given = self.request["input"]
        many = isinstance(given, list) and isinstance(given[0], str | list)
        data = []
        for i, item in enumerate(given if many else [given]):
            text = item if isinstance(item, str) else " ".join(map(str, item))
            vector: Any = embedding(text, self.request.get("dimensions") or 64)
            if self.request.get("encoding_format") == "base64":
                packed = struct.pack(f"<{len(vector)}f", *vector)
                vector = base64.b64encode(packed).decode("ascii")
            data.append({"object": "embedding", "index": i, "embedding": vector})
        tokens = self.prompt // 4 + 1
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        answer = {"object": "list", "data": data, "model": self.request["model"], "usage": usage}
        return dumps(answer).encode("utf-8", "replace")
