"""Chat completions over plain aiohttp, and every fault of an endpoint told in our words.

The openai package makes the client: its address, key and headers are used as they are. Requests of
a run go past its machinery, which costs several times as much as sending them (0.8 ms of CPU a
request at best, 1.2 to 5 by its usual doors, against 0.15 here; `benchmarks/asking.py`).
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from textsynth.errors import ProviderError, RequestError, TransientError, UnreachableError
from textsynth.providers import Call, Link, no_completions
from textsynth.providers._raw import RawCompletion
from textsynth.providers._structured import StructuredOutput
from textsynth.records import Message, Reply

if TYPE_CHECKING:
    import aiohttp
    from openai import AsyncOpenAI

NO_KEY = "none"
"""What is sent to an endpoint that wants no key."""

LONGEST_WAIT = 600.0
"""Seconds: a server's wish to wait longer than this is cut to it."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UnknownModelError(ProviderError):
    """404: the endpoint is there, the model (or the path asked for) is not."""


class SlowError(TransientError):
    """No answer within the time allowed."""


class ChatSession:
    """Chat completions of one model."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        client: AsyncOpenAI,
        model: str,
        link: Link,
        address: str = "",
        template: str | None = None,
    ) -> None:
        import aiohttp

        self.model, self._http, self._tell = model, http, link.headers
        base = str(client.base_url).rstrip("/")
        self._url = f"{base}/chat/completions"
        self._key = client.api_key
        self._broken = (aiohttp.ClientError, TimeoutError, OSError)
        self._where = address or urlsplit(self._url).netloc
        self._structured = StructuredOutput(self._where, model, link)
        self._raw = None
        if template is not None:
            self._raw = RawCompletion(
                base, model, self._where, template, self.exchange, self.refused, parsed
            )

    async def ask(self, call: Call) -> Reply:
        """One request; for a form, a few small ones before the first, to find out how."""
        if call.raw:
            if self._raw is None:
                raise ProviderError(*no_completions(self._where, "it is asked for chat alone"))
            return await self._raw.ask(call)
        if call.form is None:
            return await self._send(call.messages, call.options)
        return await self._structured.ask(call, self._send)

    async def _send(
        self,
        messages: Sequence[Message],
        options: Mapping[str, Any],
        read: Callable[[Mapping[str, Any]], str] | None = None,
    ) -> Reply:
        body = {"model": self.model, "messages": messages, **options}
        status, raw, headers = await self.exchange(self._url, body)
        if status != 200:
            raise self.refused(status, raw, headers)
        try:
            return reply_of(parsed(raw), self.model, read)
        except Exception as error:
            # Broken JSON, a reply without choices: worth another try.
            said = cut(f"{type(error).__name__}: {error}", self._key)
            raise TransientError(f"the reply is not a chat completion ({said})") from error

    async def exchange(
        self, url: str, body: Mapping[str, Any]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        data = _encode(body).encode("utf8", "replace")
        try:
            async with self._http.post(url, data=data) as answer:
                raw = await answer.read()
                status, headers = answer.status, answer.headers
        except self._broken as error:
            raise broken(error, self._key) from error
        self._tell(headers)
        return status, raw, headers

    def refused(self, status: int, raw: bytes, headers: Mapping[str, str]) -> ProviderError:
        return refused(status, raw, headers, self.model, self._key)


def parsed(raw: bytes) -> Any:
    """The value of an answer's JSON. Raises ValueError."""
    from jiter import from_json

    try:
        return from_json(raw)
    except ValueError:
        # Half a character (a cut emoji), which no file can hold, is let through as a mark.
        text = json.dumps(json.loads(raw), ensure_ascii=False)
        return json.loads(text.encode("utf8", "replace"))


def reply_of(
    answer: Any, model: str, read: Callable[[Mapping[str, Any]], str] | None = None
) -> Reply:
    """The first choice of a chat completion. Raises whatever is missing in it.

    `read` gives the text of a message, where it is not its content.
    """
    choice, usage = answer["choices"][0], answer.get("usage") or {}
    details = usage.get("prompt_tokens_details") or {}
    message = choice["message"]
    return Reply(
        read(message) if read else (message.get("content") or "").strip(),
        model,
        choice.get("finish_reason") or "stop",
        usage.get("prompt_tokens") or 0,
        usage.get("completion_tokens") or 0,
        details.get("cached_tokens") or 0,
    )


@asynccontextmanager
async def chat_session(
    base_url: str,
    key: str,
    seconds: float,
    model: str,
    link: Link,
    address: str = "",
    template: str | None = None,
) -> AsyncIterator[ChatSession]:
    """A session of `link.at_once` connections, kept open for as long as the run lasts.

    `address`: what the endpoint is known by in the notes, where its URL differs from run to run.
    `template`: the chat template of raw completions, "auto" for the server's own; None: there are
    no such completions.
    """
    import aiohttp

    connector = aiohttp.TCPConnector(limit=(link.at_once or 32) + 8, keepalive_timeout=60)
    async with chat_client(base_url, key, seconds, 1) as client:
        given = {**client.default_headers, **client.auth_headers}
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=seconds),
            headers={name: value for name, value in given.items() if isinstance(value, str)},
            trust_env=outside(base_url),
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as http:
            yield ChatSession(http, client, model, link, address, template)


def outside(base_url: str) -> bool:
    """Whether an address is not on this machine: only then does a proxy stand in between."""
    return urlsplit(base_url).hostname not in ("localhost", "127.0.0.1", "::1")


def chat_client(base_url: str, key: str, timeout: float, connections: int) -> AsyncOpenAI:
    """The openai client on aiohttp, without its own retries, which the door does.

    An endpoint on this machine is spoken to directly, whatever proxy the environment names.
    """
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    limits = httpx2.Limits(
        max_connections=connections + 8, max_keepalive_connections=connections + 8
    )
    client = DefaultAioHttpClient(timeout=timeout, limits=limits, trust_env=outside(base_url))
    return AsyncOpenAI(
        api_key=key, base_url=base_url, timeout=timeout, max_retries=0, http_client=client
    )


def cut(said: str, key: str) -> str:
    """What a server said, without the key that it may repeat, and not at length."""
    return (said.replace(key, "[key]") if key != NO_KEY else said)[:300]


def translate(error: Exception, model: str, client: AsyncOpenAI) -> ProviderError:
    """An error of the openai client as one of ours."""
    import openai

    if isinstance(error, ProviderError):
        return error
    if isinstance(error, openai.APIStatusError):
        response = error.response
        return refused(error.status_code, response.content, response.headers, model, client.api_key)
    if isinstance(error, TimeoutError | openai.APIConnectionError):
        return broken(error, client.api_key)
    said = cut(f"{type(error).__name__}: {error}", client.api_key)
    return TransientError(f"the reply is not what was asked for ({said})")


def broken(error: BaseException, key: str) -> TransientError:
    """A connection that was refused, broke or took too long."""
    # A refused connection may come as a timeout; the cause at the bottom tells.
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    number = getattr(cause, "errno", None)
    unreachable = isinstance(cause, OSError) and not isinstance(
        cause, TimeoutError | ConnectionResetError | BrokenPipeError
    )
    if unreachable:
        words = os.strerror(number) if number and number > 0 else cut(str(cause), key)
        return UnreachableError(f"the endpoint cannot be reached: {words.lower()}")
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return SlowError("the request timed out", fix="raise `timeout` of the provider")
    said = cut(str(cause) or type(cause).__name__, key)
    return TransientError(f"the connection broke: {said}")


def refused(
    status: int, body: bytes, headers: Mapping[str, str], model: str, key: str
) -> ProviderError:
    """An answer that is no success, by its status and the error in its body."""
    code, said = _error_of(body)
    said = cut(said, key)
    if status in (401, 403):
        return ProviderError(
            f"the endpoint refuses the key ({status}): {said}",
            fix="set the variable named by api_key_env to a valid key",
        )
    if status == 404:
        return UnknownModelError(
            f"the endpoint does not know the model '{model}' (404): {said}",
            fix="correct the model or base_url of the provider",
        )
    if status == 402 or (status == 429 and code == "insufficient_quota"):
        return ProviderError(
            f"the account has no credit left ({status}): {said}",
            fix="add credit, and give the same command again: nothing saved is lost",
        )
    if status in (408, 409, 425, 429) or status >= 500:
        return TransientError(
            f"{status}: {said}",
            retry_after=retry_after(headers),
            overload=status in (429, 503, 529),
        )
    if code == "context_length_exceeded" or "context length" in said:
        return RequestError(
            f"the prompt is longer than the model takes ({status}): {said}",
            fix="make the chunks of inputs.documents smaller, or use a model with a longer context",
        )
    return RequestError(f"the endpoint refuses this request ({status}): {said}")


def _error_of(body: bytes) -> tuple[str, str]:
    """(code, message) of an error body; the body itself where it is not what OpenAI sends."""
    try:
        error = json.loads(body)
        error = error.get("error", error)
        if isinstance(error, dict):
            said = error.get("message") or error.get("detail") or str(error)
            return str(error.get("code") or error.get("type") or ""), str(said)
        return "", str(error)
    except (ValueError, AttributeError):
        return "", body.decode("utf8", "replace").strip() or "no words"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asked to wait, at most ten minutes; a date counts from now."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        given = headers.get(name)
        if given is None:
            continue
        try:
            return min(max(float(given) * scale, 0.0), LONGEST_WAIT)
        except ValueError:
            pass
        try:
            at = email.utils.parsedate_to_datetime(given).timestamp()
        except (ValueError, TypeError):
            continue
        return min(max(at - time.time(), 0.0), LONGEST_WAIT)
    return None


async def listed_models(client: AsyncOpenAI, model: str, seconds: float) -> list[str]:
    """The names that an endpoint offers. Raises a ProviderError."""
    try:
        page = await asyncio.wait_for(client.models.list(), timeout=min(seconds, 20))
        return [model.id for model in page.data or []]
    except Exception as error:
        raise translate(error, model, client) from error
