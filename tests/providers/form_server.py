"""A chat server that takes and honours the modes it is told to, and sessions that ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, Field

from tests.servers.bodies import ApiError
from tests.servers.chat import ChatServer, Faults
from tests.servers.schemas import schema_value
from textsynth.forms import Form
from textsynth.providers import Call, Link
from textsynth.providers.openai import Openai
from textsynth.records import Message, Reply

ASKED: list[Message] = [
    {"role": "system", "content": "You rate towns."},
    {"role": "user", "content": "Rate Ulm."},
    {"role": "assistant", "content": "It is nice."},
    {"role": "user", "content": "In figures, please."},
]


class Rating(BaseModel):
    town: str
    score: int = Field(ge=1, le=5)


class Loose(BaseModel):
    town: str = "Ulm"


FORM = Form.of(Rating)
Request = dict[str, Any]


class Endpoint(ChatServer):
    """A chat server that takes some modes, honours some of those, and keeps what it was asked.

    `refuse`: the mode of a request → words to refuse it with, status 400 unless it is another.
    """

    def __init__(
        self,
        *honours: str,
        refuse: Callable[[Request], str] = lambda request: "",
        status: int = 400,
        **options: Any,
    ) -> None:
        super().__init__(**{"script": self._reply, **options})
        self.honours, self.refuse, self.status = honours, refuse, status
        self.asked: list[Request] = []

    def admit(self, call: Any, job: Any, faults: Faults) -> None:
        super().admit(call, job, faults)
        self.asked.append(job.request)
        if words := self.refuse(job.request):
            raise ApiError(self.status, words)

    def _reply(self, request: Request) -> str | dict[str, Any]:
        mode = mode_of(request)
        if mode not in self.honours or not (mode in ("schema", "tools") or described(request)):
            return "Hello! How can I help?"
        if mode == "schema":
            schema = request["response_format"]["json_schema"]["schema"]
            return value(schema)
        if mode == "tools":
            function = request["tools"][0]["function"]
            called = {"name": function["name"], "arguments": value(function["parameters"])}
            return {
                "content": None,
                "tool_calls": [{"id": "1", "type": "function", "function": called}],
            }
        return f"Here it is:\n{value(described(request))}"

    @property
    def modes(self) -> list[str]:
        return [mode_of(request) for request in self.asked]


def value(schema: dict[str, Any]) -> str:
    return json.dumps(schema_value(schema, bytes(64), lambda schema, digest: "Ulm"))


def mode_of(request: Request) -> str:
    kind = request.get("response_format", {}).get("type", "")
    if "tools" in request:
        return "tools"
    if kind:
        return {"json_schema": "schema", "json_object": "object"}[kind]
    return "words"


def described(request: Request) -> dict[str, Any]:
    """The schema that the last message describes."""
    lines = request["messages"][-1]["content"].splitlines()
    schemas = [json.loads(line) for line in lines if line.startswith("{")]
    return next((schema for schema in schemas if "type" in schema), {})


def unknown(*modes: str) -> Callable[[Request], str]:
    """Refuses requests in one of these modes, as OpenAI does for models that lack them."""
    names = {
        "schema": "'response_format' of type 'json_schema'",
        "object": "'response_format' of type 'json_object'",
        "tools": "'tools'",
    }

    def refuse(request: Request) -> str:
        mode = mode_of(request)
        return f"Unsupported parameter: {names[mode]} is not supported." if mode in modes else ""

    return refuse


def ask(
    url: str, *forms: Form, link: Link | None = None, language: str = "en", **options: Any
) -> list[Reply]:
    """The replies to one request for each form, asked at once in one session."""

    async def main() -> list[Reply]:
        provider = Openai(model="m", base_url=url, timeout=20)
        async with provider.connect(link or Link()) as session:
            calls = [Call(ASKED, options, form=form, language=language) for form in forms]
            return await asyncio.gather(*(session.ask(call) for call in calls))

    return asyncio.run(main())


def rated(reply: Reply) -> Rating:
    found = FORM.read(reply.text, reply.finish)
    assert isinstance(found, Rating)
    return found
