"""Chat templates up to the place of the user's next turn, and what ends that turn.

Where a template comes from: the server itself, which may apply it (llama.cpp) or show it by its
tokens (vLLM); a known one by name; or a file, such as the tokenizer_config.json of the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from textsynth.errors import JobError, ProviderError, RequestError, nearest
from textsynth.records import Message, digest

MARK = "qZ7kUserSlotW3x"
"""Stands in the user's turn while a template is applied: the text is cut where it is found."""

_ANGLED = "{% for m in messages %}"
TEMPLATES: dict[str, str] = {
    "chatml": _ANGLED + "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}",
    "llama3": _ANGLED + "<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n"
    "{{ m.content }}<|eot_id|>{% endfor %}",
    "gemma": "{% set ns = namespace(before='') %}" + _ANGLED
    + "{% if m.role == 'system' %}{% set ns.before = m.content ~ '\n\n' %}{% else %}"
    "<start_of_turn>{{ 'model' if m.role == 'assistant' else 'user' }}\n"
    "{{ ns.before }}{{ m.content }}<end_of_turn>\n{% set ns.before = '' %}{% endif %}{% endfor %}",
    "mistral": "{% set ns = namespace(before='') %}" + _ANGLED
    + "{% if m.role == 'system' %}{% set ns.before = m.content ~ '\n\n' %}"
    "{% elif m.role == 'user' %}[INST] {{ ns.before }}{{ m.content }} [/INST]"
    "{% set ns.before = '' %}{% else %} {{ m.content }}</s>{% endif %}{% endfor %}",
    "phi3": _ANGLED + "<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}",
    "phi4": _ANGLED + "<|im_start|>{{ m.role }}<|im_sep|>{{ m.content }}<|im_end|>{% endfor %}",
}  # fmt: skip
"""Templates by name. The token that begins a text is left to the server, which sets it itself."""

ALIASES = {"qwen": "chatml", "smollm": "chatml", "phi": "phi4", "llama": "llama3"}

_END = re.compile(r"\s*(<[^<>\s][^<>\n]{0,40}>|\[[^\[\]\n]{1,20}\])")


class Slot(NamedTuple):
    """A text up to the user's next turn, and the strings that end the turn."""

    prefix: str
    stops: tuple[str, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    """What goes into the body beside, because of where the text comes from."""


Apply = Callable[[Sequence[Message]], Coroutine[Any, Any, Slot]]
"""Makes the slot that follows some messages."""

Post = Callable[[str, dict[str, Any]], Coroutine[Any, Any, Any]]
"""A JSON request to a path at the server's root. Raises a ProviderError."""


def slot_of(text: str) -> Slot:
    """Cuts an applied template whose last user turn is `MARK`. Raises ProviderError."""
    prefix, mark, rest = text.rpartition(MARK)
    if not mark:
        raise ProviderError(
            "the chat template leaves out what the user says, so its place cannot be found",
            fix="name another with `template` of the provider",
        )
    end = _END.match(rest)
    first = next((line.strip() for line in rest.splitlines() if line.strip()), "")
    stop = end[1] if end else first[:40]
    return Slot(prefix, (stop,) if stop else ())


def with_mark(messages: Sequence[Message]) -> list[Message]:
    """The messages and a user's turn that is to be found again."""
    return [*messages, {"role": "user", "content": MARK}]


def applied(name: str) -> Apply:
    """A known template, or that of a file; "" refuses what needs one. Raises JobError."""
    if not name:
        return _none
    template = _compiled(name)

    async def apply(messages: Sequence[Message]) -> Slot:
        try:
            return slot_of(
                template.render(
                    messages=with_mark(messages), add_generation_prompt=False, bos_token="",
                    eos_token="", raise_exception=_refuse,
                )
            )  # fmt: skip
        except jinja2.TemplateError as error:
            raise RequestError(
                f"the chat template does not take these messages: {error}",
                fix="name another with `template` of the provider",
            ) from None

    return apply


async def _none(messages: Sequence[Message]) -> Slot:
    raise ProviderError(
        "the user's next turn is asked for, which needs the chat template of the model",
        "`template` of the provider is empty",
        f"set it to auto, or one of {', '.join((*TEMPLATES, *ALIASES))}",
    )


def _refuse(words: str) -> str:
    raise jinja2.TemplateError(words)


def _compiled(name: str) -> jinja2.Template:
    source = TEMPLATES.get(ALIASES.get(name, name))
    if source is None:
        source = _of_file(Path(name))
    try:
        # Templates of models come from outside: nothing in them may reach beyond their text.
        env = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        if name in TEMPLATES or name in ALIASES:
            env = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
        return env.from_string(source)
    except jinja2.TemplateError as error:
        raise JobError(f"the chat template {name} cannot be read: {error}") from None


def _of_file(path: Path) -> str:
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix != ".json":
            return text
        given = json.loads(text).get("chat_template")
        if isinstance(given, list):  # several, by name
            named = {one["name"]: one["template"] for one in given}
            given = named.get("default") or next(iter(named.values()), "")
        if isinstance(given, str) and given:
            return given
        raise ValueError("it has no chat_template")
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise JobError(f"the chat template of {path.name} cannot be read: {error}") from None


def check_template(name: str, home: Path) -> str:
    """The name, or the path of the file, of a template that can be read. Raises ValueError."""
    if name in ("", "auto") or name in TEMPLATES or name in ALIASES:
        return name
    path = home / Path(name).expanduser()
    if path.suffix not in (".json", ".jinja", ".txt") or not path.is_file():
        raise ValueError(
            f"there is no template '{name}'; {nearest(name, [*TEMPLATES, *ALIASES])}; or give the "
            "path of a tokenizer_config.json or .jinja file"
        )
    try:
        _compiled(str(path))
    except JobError as error:
        raise ValueError(str(error)) from None
    return str(path)


def template_id(name: str) -> str:
    """A template by its text, so that replies of another one are not taken for its own; "" where
    the server has it."""
    if name in ("", "auto"):
        return ""
    known = ALIASES.get(name, name)
    return digest(TEMPLATES[known] if known in TEMPLATES else _of_file(Path(name)), size=4)


def by_server(post: Post, model: str, where: str) -> Apply:
    """The template of the model as the server has it: asked once for each of the messages."""
    ways: list[Apply] = []

    async def llama(messages: Sequence[Message]) -> Slot:
        body = {"messages": with_mark(messages), "add_generation_prompt": False}
        return slot_of((await post("/apply-template", body))["prompt"])

    async def vllm(messages: Sequence[Message]) -> Slot:
        body = {
            "model": model, "messages": with_mark(messages), "add_generation_prompt": False,
        }  # fmt: skip
        tokens = (await post("/tokenize", body))["tokens"]
        text = (await post("/detokenize", {"model": model, "tokens": tokens}))["prompt"]
        # The text begins with what begins a text: the server must not set it once more.
        return slot_of(text)._replace(options={"add_special_tokens": False})

    async def apply(messages: Sequence[Message]) -> Slot:
        if ways:
            return await ways[0](messages)
        for way in (llama, vllm):
            try:
                slot = await way(messages)
            except (RequestError, NotThereError, KeyError, TypeError):
                continue
            ways.append(way)
            return slot
        raise ProviderError(
            f"{where} does not tell the chat template of {model}",
            "neither /apply-template (llama.cpp) nor /tokenize and /detokenize (vLLM) answer there",
            f"set `template` of the provider: {', '.join((*TEMPLATES, *ALIASES))}, or the path of "
            "the model's tokenizer_config.json",
        )

    return apply


class NotThereError(ProviderError):
    """404 or 405 from a path that not every server has."""
