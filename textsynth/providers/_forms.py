"""How a form is put into a chat request, in each mode, and where its reply stands in the answer.

schema   response_format json_schema
tools    one function that must be called, whose parameters are the schema
object   response_format json_object, the schema told in words
words    nothing but the words
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from textsynth.errors import TextsynthError
from textsynth.forms import Form
from textsynth.records import Message
from textsynth.resources import find_file

MODES = ("schema", "tools", "object", "words")
"""The modes, best first."""


def body(mode: str, form: Form, *, strict: bool = True) -> dict[str, Any]:
    """What goes into a request's body for a form; `strict` counts where the form allows it."""
    # Left out rather than false, for servers that know nothing of it.
    told = {"strict": True} if strict and form.strict else {}
    if mode == "schema":
        wanted = {"name": form.name, "schema": form.schema, **told}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if mode == "tools":
        function = {"name": form.name, "parameters": form.schema, **told}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": form.name}},
        }
    return {"response_format": {"type": "json_object"}} if mode == "object" else {}


def needs_words(mode: str) -> bool:
    """Whether the prompt has to describe the form, for nothing else in the request does."""
    return mode in ("object", "words")


def with_words(messages: Sequence[Message], form: Form, language: str) -> list[Message]:
    """The messages with the form described at the end of the user's last one."""
    told = _words(form, language)
    made = list(messages)
    for number in reversed(range(len(made))):
        if made[number]["role"] == "user":
            content = f"{made[number]['content']}\n\n{told}"
            made[number] = {"role": "user", "content": content}
            return made
    return [*made, {"role": "user", "content": told}]


@functools.lru_cache(maxsize=256)
def _words(form: Form, language: str) -> str:
    shown = json.dumps(form.example(), ensure_ascii=False)
    schema = json.dumps(form.schema, ensure_ascii=False)
    return _template(language).render(schema=schema, example=shown).strip()


@functools.cache
def _template(language: str) -> jinja2.Template:
    # Only what ships with textsynth is looked at: the words are no part of the journal's key, so a
    # project that changed them would still get the replies to the old ones.
    for code in (language, "en"):
        path = find_file(f"prompts/structured/form.{code}.jinja", Path("/nonexistent"))
        if path:
            text = path.read_text("utf8").partition("--- user\n")[2]
            return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text)
    raise TextsynthError("this installation of textsynth lacks prompts/structured", fix="reinstall")


def text_of(message: Mapping[str, Any], mode: str) -> str:
    """The text of a structured reply, wherever in a chat message the server has put it.

    A function's arguments come first; some servers answer in `content` although a function was
    forced, some leave `content` empty and put all of it into the reasoning.
    """
    if mode == "tools":
        calls = [call.get("function") or {} for call in message.get("tool_calls") or ()]
        for call in (*calls, message.get("function_call") or {}):
            if call.get("arguments"):
                return _flat(call["arguments"])
    content = _flat(message.get("content"))
    if content:
        return content
    for place in ("reasoning_content", "reasoning"):
        thought = _flat(message.get(place))
        if "{" in thought:
            return thought
    return _flat(message.get("refusal"))


def _flat(content: Any) -> str:
    """Text, a list of parts of which some are text, or JSON that the server has parsed already."""
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(text for text in texts if isinstance(text, str)).strip()
    if isinstance(content, dict):
        return json.dumps(content, ensure_ascii=False)
    return (content or "").strip()
