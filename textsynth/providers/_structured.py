"""Structured output at a chat endpoint: the mode found, kept, and left when it is refused."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from textsynth.errors import ProviderError, RequestError
from textsynth.forms import Form, FormError
from textsynth.providers import Call, Link
from textsynth.providers._forms import MODES, body, needs_words, text_of, with_words
from textsynth.records import Message, Reply

Read = Callable[[Mapping[str, Any]], str]
"""The text of a chat message."""

Send = Callable[[Sequence[Message], Mapping[str, Any], Read], Awaitable[Reply]]
"""One request: (messages, options, what reads the answer). Raises a ProviderError."""

PROBE = Form.of(
    {"title": "greeting", "type": "object", "properties": {"colour": {"enum": ["teal"]}}}
)
"""What a probe asks for: nobody says hello in such words who is not made to."""

HELLO: list[Message] = [{"role": "user", "content": "Say hello."}]
PROBES = 3
"""Requests that a probe makes at most."""

PROBE_TOKENS = 200
"""What each of them may take: more than its answer needs, for some models think first."""

_ABOUT_FORMS = re.compile(
    r"response_format|json_schema|json_object|json mode|structured|schema|strict|grammar|guided"
    r"|\btools?\b|tool_choice|tool_calls|function"
)
_SAID = {
    "schema": "by JSON schema",
    "tools": "as calls of a function",
    "object": "as JSON that the prompt describes",
    "words": "only as the prompt describes them",
}
_LIMITS = ("max_tokens", "max_completion_tokens")
_ASIDE = {*_LIMITS, "stop", "n", "response_format", "tools", "tool_choice"}


class Way(NamedTuple):
    """A mode, and whether the endpoint takes `strict` in it."""

    mode: str
    strict: bool = True

    def told(self, form: Form) -> bool:
        """Whether `strict` is in a request for that form."""
        return self.strict and form.strict and self.mode in ("schema", "tools")


async def probe(send: Send, options: Mapping[str, Any]) -> tuple[Way, bool]:
    """The best mode that an endpoint honours, by at most three small requests; and is it certain.

    A server that takes a request and ignores its form is found out, for the answer that is asked
    for cannot be guessed. One that has not got to its answer within the tokens is believed.
    `options` go into each request. Raises what `send` raises, unless it is about the form.
    """
    certain = False
    left = [Way(mode) for mode in MODES[:-1]]
    for _ in range(PROBES):
        if not left:
            break
        way = left.pop(0)
        asked = with_words(HELLO, PROBE, "en") if needs_words(way.mode) else HELLO
        wanted = {**options, **body(way.mode, PROBE, strict=way.strict)}
        try:
            reply = await send(asked, wanted, functools.partial(text_of, mode=way.mode))
        except ProviderError as error:
            about = _about_form(error)
            if not about and not isinstance(error, RequestError):
                raise
            certain = certain or about
            if way.told(PROBE) and "strict" in error.asked.lower():
                left.insert(0, Way(way.mode, strict=False))
            continue
        certain = True
        if _honoured(reply):
            return way, certain
    return Way("words"), certain


def _about_form(error: ProviderError) -> bool:
    """Whether a refusal speaks of how the form was asked for: some servers do with 404 or 500.

    A prompt that is too long is refused in every mode.
    """
    said = error.asked.lower()
    if isinstance(error, RequestError):
        return "longer than the model takes" not in said and bool(_ABOUT_FORMS.search(said))
    # Not in the model's name, which stands before.
    refusal = re.search(r"(?:^50[01]|\(404\)): (.*)", said, re.DOTALL)
    return bool(refusal and _ABOUT_FORMS.search(refusal[1]))


def _honoured(reply: Reply) -> bool:
    if reply.finish == "length" and reply.text[:1] in ("", "{"):
        return True
    try:
        PROBE.read(reply.text)
    except FormError:
        return False
    return True


class StructuredOutput:
    """How one session asks for forms. What it finds out is kept in the link's notes."""

    def __init__(self, address: str, model: str, link: Link) -> None:
        self._address, self._link = address, link
        self._name = f"form:{address}:{model}"
        self._way: Way | None = None
        self._own: dict[str, Way] = {}
        self._finding = asyncio.Lock()
        self._failure: ProviderError | None = None

    async def ask(self, call: Call, send: Send) -> Reply:
        """One structured reply, its text as `Form.read` takes it; a refused mode is left for good.

        Raises as `send` does.
        """
        assert call.form is not None
        form, found = call.form, await self._found(call, send)
        first = way = self._own.get(form.id, found)
        while True:
            messages = call.messages
            if needs_words(way.mode):
                messages = with_words(messages, form, call.language)
            options = {**call.options, **body(way.mode, form, strict=way.strict)}
            try:
                reply = await send(messages, options, functools.partial(text_of, mode=way.mode))
            except ProviderError as error:
                lower = _lower(way, form, error) if _about_form(error) else None
                if lower is None:
                    raise
                way = lower
                continue
            if way != first:
                # For this form alone: it may be its schema that the endpoint cannot take.
                self._own[form.id] = way
                self._note()
            called = reply.finish in ("tool_calls", "function_call")
            return replace(reply, finish="stop") if called else reply

    async def _found(self, call: Call, send: Send) -> Way:
        """The endpoint's mode; one caller probes, and its fault hits all that wait meanwhile."""
        if self._way is None:
            waits = self._finding.locked()
            async with self._finding:
                if self._way is None and not self._remembered():
                    if waits and self._failure:
                        raise self._failure
                    self._failure = None
                    try:
                        await self._probe(call.options, send)
                    except ProviderError as error:
                        self._failure = error
                        raise
        assert self._way is not None
        return self._way

    async def _probe(self, options: Mapping[str, Any], send: Send) -> None:
        asked = 0

        async def counted(
            messages: Sequence[Message], body: Mapping[str, Any], read: Read
        ) -> Reply:
            nonlocal asked
            asked += 1
            reply = await send(messages, body, read)
            self._link.paid(reply)
            return reply

        new = "max_completion_tokens" in options or self._address == "api.openai.com"
        kept = {name: value for name, value in options.items() if name not in _ASIDE}
        self._way, certain = await probe(counted, {**kept, _LIMITS[new]: PROBE_TOKENS})
        if certain:
            self._note()
        self._link.say(
            f"{self._address} gives structured replies {_SAID[self._way.mode]} "
            f"(small requests made to find out: {asked})"
        )

    def _remembered(self) -> bool:
        noted = self._link.notes.noted(self._name).get(self._name, {})
        if noted.get("mode") not in MODES:
            return False
        self._way = Way(noted["mode"], noted.get("strict", True))
        self._own = {form: Way(*way) for form, way in noted.get("forms", {}).items()}
        return True

    def _note(self) -> None:
        assert self._way is not None
        forms = {"forms": {form: list(way) for form, way in self._own.items()}} if self._own else {}
        self._link.notes.note(self._name, {**self._way._asdict(), **forms})


def _lower(way: Way, form: Form, error: ProviderError) -> Way | None:
    """The next way to try: first without `strict`, where it was sent and may be the reason."""
    if way.told(form) and re.search("strict|(?<!json_)schema", error.asked.lower()):
        return Way(way.mode, strict=False)
    below = MODES[MODES.index(way.mode) + 1 :]
    return Way(below[0]) if below else None
