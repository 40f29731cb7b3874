"""Any endpoint that speaks the OpenAI chat API: OpenAI, vLLM, Ollama, llama.cpp and others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from textsynth.errors import ProviderError, RequestError, TransientError, UnreachableError
from textsynth.prices import Price, listed
from textsynth.providers import Link, Provider, Session
from textsynth.providers._addresses import OPENAI, access, plain_url, variable_name
from textsynth.providers._chat import (
    NO_KEY,
    SlowError,
    UnknownModelError,
    chat_client,
    chat_session,
    listed_models,
)
from textsynth.providers._templates import check_template, template_id


class Openai(Provider):
    """An OpenAI-compatible chat endpoint."""

    model: str
    """The model's name at the endpoint."""

    base_url: Annotated[str | None, AfterValidator(plain_url)] = None
    """Where the API is, such as http://gpu:8000/v1; OpenAI's own when not given."""

    api_key_env: Annotated[str, AfterValidator(variable_name)] = "OPENAI_API_KEY"
    """The environment variable that holds the key. The key itself never stands in a job file."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] = 32
    """Requests at once."""

    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests that may leave in a minute; no limit of ours when not given."""

    tokens_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Tokens in and out that may be used in a minute; no limit of ours when not given."""

    timeout: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds until a request is given up and tried again."""

    completions: bool = False
    """Whether the server at base_url has /v1/completions, which goes on with a text (vLLM, SGLang,
    llama.cpp): needed by methods such as magpie."""

    template: str = "auto"
    """The model's chat template where a raw completion needs it: auto (the server is asked),
    chatml, qwen, smollm, llama3, gemma, mistral, phi3, phi4, or the path of the model's
    tokenizer_config.json or of a .jinja file (relative to the job)."""

    options: dict[str, Any] = Field(default_factory=dict)
    """Sampling options that go over those of the prompts; null leaves an option out."""

    @field_validator("template")
    @classmethod
    def _readable(cls, name: str, info: ValidationInfo) -> str:
        return check_template(name, Path((info.context or {}).get("home", Path())))

    def model_id(self) -> str:
        return self.model

    def cannot_complete(self) -> str:
        if urlsplit(self.base_url or OPENAI).hostname == urlsplit(OPENAI).hostname:
            return "the models of OpenAI's own API are asked by chat alone"
        return "" if self.completions else "`completions: true` is not set for it"

    def completes_by(self) -> str:
        return template_id(self.template)

    def requests_at_once(self) -> int:
        return self.concurrency

    def connect(self, link: Link) -> AbstractAsyncContextManager[Session]:
        url, key = self._access()
        size = replace(link, at_once=link.at_once or self.concurrency)
        template = None if self.cannot_complete() else self.template
        return chat_session(url, key, self.timeout, self.model, size, template=template)

    def address(self) -> str:
        return urlsplit(self.base_url or OPENAI).netloc

    def per_minute(self) -> tuple[int | None, int | None]:
        return self.requests_per_minute, self.tokens_per_minute

    def price(self, model: str) -> Price | None:
        return listed(model, self.base_url or OPENAI)

    def secrets(self) -> list[str]:
        key = os.environ.get(self.api_key_env, "")
        return [key] if key else []

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A prompt's options under the names that this endpoint takes."""
        body = {**options, **self.options}
        if self.base_url is None and "max_tokens" in body:
            # OpenAI's newer models refuse the old name; compatible servers know only that one.
            body["max_completion_tokens"] = body.pop("max_tokens")
        return {name: value for name, value in body.items() if value is not None}

    def _access(self) -> tuple[str, str]:
        return access(self.model, self.base_url, self.api_key_env, NO_KEY)

    async def check(self) -> list[str]:
        where = self.base_url or "OpenAI"
        url, key = self._access()
        async with chat_client(url, key, self.timeout, 1) as client:
            try:
                names = await listed_models(client, self.model, self.timeout)
            except ProviderError as error:
                return first_sign(error, where)
        if not names:
            return [f"{where} answers, but lists no model"]
        if self.model in names:
            return [f"{where} answers and offers {self.model}"]
        return [f"{where} answers, but lists {', '.join(names[:5])} and not {self.model}"]


def first_sign(problem: ProviderError, where: str) -> list[str]:
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
