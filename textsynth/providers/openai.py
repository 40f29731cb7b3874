"""Any endpoint that speaks the OpenAI chat API: OpenAI, vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from textsynth.errors import ProviderError, RequestError, TransientError, UnreachableError
from textsynth.providers import Provider, Session
from textsynth.records import Message, Reply

if TYPE_CHECKING:
    from openai import AsyncOpenAI


OPENAI = "https://api.openai.com/v1"

NO_KEY = "none"
"""What is sent to an endpoint that wants no key."""


class Openai(Provider):
    """An OpenAI-compatible chat endpoint."""

    model: str
    """The model's name at the endpoint."""

    base_url: str | None = None
    """Where the API is, such as http://gpu:8000/v1; OpenAI's own when not given."""

    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key. The key itself never stands in a job file."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] = 32
    """Requests at once."""

    timeout: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds until a request is given up and tried again."""

    options: dict[str, Any] = Field(default_factory=dict)
    """Sampling options that go over those of the prompts; null leaves an option out."""

    @field_validator("api_key_env")
    @classmethod
    def _a_name(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,60}", name):
            raise ValueError(
                "api_key_env must be the name of a variable in capitals, not the key itself"
            )
        return name

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url must look like http://host:port/v1")
        if parts.username or parts.password:
            raise ValueError("base_url must not hold a user or password; set the key's variable")
        if parts.query or parts.fragment:
            raise ValueError("base_url must not hold a query; a key belongs into its variable")
        return url.rstrip("/")

    def model_id(self) -> str:
        return self.model

    def requests_at_once(self) -> int:
        return self.concurrency

    def connect(self, at_once: int | None = None) -> AbstractAsyncContextManager[Session]:
        return self._connect(at_once or self.concurrency)

    @asynccontextmanager
    async def _connect(self, at_once: int) -> AsyncIterator[Session]:
        async with self._client(at_once) as client:
            yield ChatSession(client, self.model)

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A prompt's options under the names that this endpoint takes."""
        body = {**options, **self.options}
        if self.base_url is None and "max_tokens" in body:
            # OpenAI's newer models refuse the old name; compatible servers know only that one.
            body["max_completion_tokens"] = body.pop("max_tokens")
        return {name: value for name, value in body.items() if value is not None}

    def _client(self, at_once: int) -> AsyncOpenAI:
        key = os.environ.get(self.api_key_env, "")
        if not key and self.base_url is None:
            raise ProviderError(
                f"the model '{self.model}' needs a key",
                f"the environment variable {self.api_key_env} is not set",
                f"set {self.api_key_env}, or name another endpoint with base_url",
            )
        return chat_client(self.base_url or OPENAI, key or NO_KEY, self.timeout, at_once)

    async def check(self) -> list[str]:
        where = self.base_url or "OpenAI"
        async with self._client(1) as client:
            try:
                page = await asyncio.wait_for(client.models.list(), timeout=min(self.timeout, 20))
                names = [model.id for model in page.data or []]
            except Exception as error:  # noqa: BLE001 - every kind is told apart in `translate`
                return _first_sign(translate(error, self.model, client), where)
        if not names:
            return [f"{where} answers, but lists no model"]
        if self.model in names:
            return [f"{where} answers and offers {self.model}"]
        return [f"{where} answers, but lists {', '.join(names[:5])} and not {self.model}"]


class UnknownModelError(ProviderError):
    """404: the endpoint is there, the model (or the path asked for) is not."""


class SlowError(TransientError):
    """No answer within the time allowed."""


class ChatSession:
    """Chat completions over one client, with the openai package's costly parts left out."""

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        from openai.types.chat import ChatCompletion

        self.client, self.model, self._kind = client, model, ChatCompletion

    async def ask(self, messages: Sequence[Message], options: Mapping[str, Any]) -> Reply:
        """One request; `post` skips a walk over each message that costs 5 ms at 40 of them."""
        body = {"model": self.model, "messages": list(messages), **options}
        try:
            answer = await self.client.post("/chat/completions", cast_to=self._kind, body=body)
            return self._reply(answer)
        except Exception as error:
            raise translate(error, self.model, self.client) from error

    def _reply(self, answer: Any) -> Reply:
        choice, usage = answer.choices[0], answer.usage
        return Reply(
            _whole(choice.message.content or "").strip(),
            self.model,
            choice.finish_reason or "stop",
            (usage.prompt_tokens if usage else None) or 0,
            (usage.completion_tokens if usage else None) or 0,
        )


def _whole(text: str) -> str:
    """The text without half characters (a cut emoji), which no file can hold."""
    return text.encode("utf8", "replace").decode("utf8")


def chat_client(base_url: str, key: str, timeout: float, connections: int) -> AsyncOpenAI:
    """The openai client on aiohttp, without its own retries, which the door does.

    An endpoint on this machine is spoken to directly, whatever proxy the environment names.
    """
    import httpx2
    from openai import AsyncOpenAI, DefaultAioHttpClient

    limits = httpx2.Limits(
        max_connections=connections + 8, max_keepalive_connections=connections + 8
    )
    outside = urlsplit(base_url).hostname not in ("localhost", "127.0.0.1", "::1")
    client = DefaultAioHttpClient(timeout=timeout, limits=limits, trust_env=outside)
    return AsyncOpenAI(
        api_key=key, base_url=base_url, timeout=timeout, max_retries=0, http_client=client
    )


def translate(error: Exception, model: str, client: AsyncOpenAI) -> ProviderError:
    """An outside error as one of ours; the key is cut out of whatever the server said."""
    import openai

    said = str(error) or type(error).__name__
    if client.api_key != NO_KEY:
        said = said.replace(client.api_key, "[key]")
    said = said[:300]
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, TimeoutError | openai.APIConnectionError):
        # The client calls a refused connection a timeout; the cause at the bottom tells.
        cause = _bottom(error)
        if isinstance(cause, OSError) and not isinstance(cause, TimeoutError):
            words = os.strerror(cause.errno) if cause.errno and cause.errno > 0 else str(cause)
            return UnreachableError(f"the endpoint cannot be reached: {words.lower()}")
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            return SlowError("the request timed out", fix="raise `timeout` of the provider")
        return TransientError(f"the connection broke: {cause or said}")
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, said, model)
    # Broken JSON, a body cut short, a reply without choices: worth another try.
    return TransientError(f"the reply is not a chat completion ({type(error).__name__}: {said})")


def _first_sign(problem: ProviderError, where: str) -> list[str]:
    """What a fault of the first, free request means: the run cannot work, or it may yet."""
    if isinstance(problem, RequestError | UnknownModelError):
        return [f"{where} answers, and does not list its models"]
    silent = isinstance(problem, UnreachableError | SlowError)
    if isinstance(problem, TransientError) and not silent:
        return [f"{where} answers, but not well: {problem.asked}"]
    raise ProviderError(
        f"the endpoint {where} does not answer as it should: {problem.asked}",
        problem.exists,
        problem.fix or "start the server, or correct the base_url of the provider",
    ) from problem


def _bottom(error: BaseException) -> BaseException:
    """The first cause of an error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _by_status(error: Any, said: str, model: str) -> ProviderError:
    status, code = error.status_code, str(error.code or "")
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
    if status == 429 and code == "insufficient_quota":
        return ProviderError(f"the account has no credit left (429): {said}")
    if status in (408, 409, 425, 429) or status >= 500:
        return TransientError(f"{status}: {said}", retry_after=_retry_after(error))
    return RequestError(f"the endpoint refuses this request ({status}): {said}")


def _retry_after(error: Any) -> float | None:
    """Seconds that the server asked to wait, at most ten minutes."""
    headers = error.response.headers
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return min(float(headers[name]) * scale, 600.0)
        except (KeyError, ValueError):
            continue
    return None
