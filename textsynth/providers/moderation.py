"""An endpoint with the OpenAI moderation API: it scores a text by categories, and says nothing."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from textsynth.errors import ProviderError, TransientError
from textsynth.prices import Price, free, listed
from textsynth.providers import Call, Link, Provider, Session
from textsynth.providers._addresses import OPENAI, access, plain_url, variable_name
from textsynth.providers._chat import (
    NO_KEY,
    ChatSession,
    chat_client,
    chat_session,
    listed_models,
    parsed,
)
from textsynth.providers.openai import first_sign
from textsynth.records import Reply


class Moderation(Provider):
    """A moderation endpoint, which the filter `moderation` brings along; it writes no rows."""

    chats: ClassVar[bool] = False

    model: str = "omni-moderation-latest"
    """The model's name at the endpoint."""

    base_url: Annotated[str | None, AfterValidator(plain_url)] = None
    """Where the API is, such as http://gpu:8000/v1; OpenAI's own when not given."""

    api_key_env: Annotated[str, AfterValidator(variable_name)] = "OPENAI_API_KEY"
    """The environment variable that holds the key. The key itself never stands in a job file."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] = 16
    """Requests at once."""

    requests_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Requests that may leave in a minute; no limit of ours when not given."""

    timeout: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Seconds until a request is given up and tried again."""

    def model_id(self) -> str:
        return self.model

    def address(self) -> str:
        return urlsplit(self.base_url or OPENAI).netloc

    def requests_at_once(self) -> int:
        return self.concurrency

    def per_minute(self) -> tuple[int | None, int | None]:
        return self.requests_per_minute, None

    def price(self, model: str) -> Price | None:
        """OpenAI's own is free of charge."""
        if urlsplit(self.base_url or OPENAI).hostname == urlsplit(OPENAI).hostname:
            return free
        return listed(model, self.base_url or OPENAI)

    def secrets(self) -> list[str]:
        key = os.environ.get(self.api_key_env, "")
        return [key] if key else []

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The API takes no sampling options."""
        return {}

    def connect(self, link: Link) -> AbstractAsyncContextManager[Session]:
        return self._session(replace(link, at_once=link.at_once or self.concurrency))

    @asynccontextmanager
    async def _session(self, link: Link) -> AsyncIterator[Session]:
        url, key = access(self.model, self.base_url, self.api_key_env, NO_KEY)
        async with chat_session(url, key, self.timeout, self.model, link) as chat:
            yield _Moderating(chat, url, self.model)

    def cannot_complete(self) -> str:
        return "it scores texts and writes none"

    async def check(self) -> list[str]:
        where = self.base_url or "OpenAI"
        url, key = access(self.model, self.base_url, self.api_key_env, NO_KEY)
        async with chat_client(url, key, self.timeout, 1) as client:
            try:
                names = await listed_models(client, self.model, self.timeout)
            except ProviderError as error:
                return first_sign(error, where)
        offers = f"offers {self.model}" if self.model in names else f"does not list {self.model}"
        return [f"{where} answers and {offers} for moderation"]


class _Moderating:
    """Sends the last message of a call to /moderations."""

    def __init__(self, chat: ChatSession, base_url: str, model: str) -> None:
        self.model, self._chat, self._url = model, chat, f"{base_url}/moderations"

    async def ask(self, call: Call) -> Reply:
        """The scores as JSON: {"categories": {name: bool}, "flagged": bool, "scores": {…}}."""
        if call.form is not None or call.raw:
            raise ProviderError("a moderation endpoint is asked for scores alone")
        body = {"model": self.model, "input": call.messages[-1]["content"]}
        status, raw, headers = await self._chat.exchange(self._url, body)
        if status != 200:
            raise self._chat.refused(status, raw, headers)
        try:
            return Reply(_scores(parsed(raw)), self.model)
        except Exception as error:
            # Broken JSON, an answer without results: worth another try.
            words = f"the reply is not that of a moderation endpoint ({type(error).__name__})"
            raise TransientError(words) from error


def _scores(answer: Any) -> str:
    """The first result as canonical JSON. Raises whatever is missing in it."""
    result = answer["results"][0]
    categories = {str(name): bool(hit) for name, hit in result["categories"].items()}
    given = result.get("category_scores") or {name: float(hit) for name, hit in categories.items()}
    scores = {str(name): float(score) for name, score in given.items() if score is not None}
    found = {"categories": categories, "flagged": bool(result["flagged"]), "scores": scores}
    return json.dumps(found, sort_keys=True, ensure_ascii=False)
