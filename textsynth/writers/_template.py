"""Chat templates: how a model's tokenizer writes a conversation as one text."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from textsynth.errors import JobError
from textsynth.records import Message, Sample
from textsynth.writers._text import tools_of, turn_of

_FILES = ("chat_template.jinja", "tokenizer_config.json")


@dataclass(frozen=True)
class ChatTemplate:
    """A template, and the special tokens that it may name."""

    path: Path
    template: jinja2.Template
    special: dict[str, str]

    @classmethod
    @functools.lru_cache(maxsize=4)
    def of(cls, path: Path) -> ChatTemplate:
        """From a `.jinja` file, a `tokenizer_config.json`, or a folder with either.

        Raises JobError where there is none.
        """
        file, config = path, {}
        if path.is_dir():
            file = next((path / name for name in _FILES if (path / name).is_file()), path)
            beside = path / "tokenizer_config.json"
            config = _config(beside) if beside.is_file() else {}
        if file.suffix == ".json":
            config = _config(file)
            text = _named(config.get("chat_template"))
            if not text:
                raise JobError(
                    f"'{file}' has no chat template",
                    fix="name a file that has a `chat_template`, or a .jinja file",
                )
        else:
            text = _read(file, path)
        env = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        env.globals["raise_exception"] = _refuse
        env.filters["tojson"] = _to_json
        special = {key: _token(config.get(key)) for key in ("bos_token", "eos_token", "pad_token")}
        try:
            return cls(path, env.from_string(text), special)
        except jinja2.TemplateError as error:
            raise JobError(f"the chat template '{file}' is not valid: {error}") from None

    def render(self, sample: Sample, messages: Sequence[Message] | None = None) -> str:
        """A sample (or these turns of it) as the model reads it.

        Raises JobError where the template refuses it.
        """
        turns = sample.messages if messages is None else messages
        try:
            return self.template.render(
                messages=[turn_of(m) for m in turns], tools=tools_of(sample) or None,
                add_generation_prompt=False, **self.special,
            )  # fmt: skip
        except (jinja2.TemplateError, TypeError, KeyError) as error:
            raise JobError(
                f"the chat template '{self.path.name}' refuses the row {sample.id}: {error}",
                "many templates want user and assistant by turns, and a user first",
                "export rows that it takes, or take another template",
            ) from None


def _read(file: Path, path: Path) -> str:
    try:
        return file.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        raise JobError(
            f"the chat template '{path}' cannot be read: {error}",
            fix=f"name a .jinja file, or a folder with {' or '.join(_FILES)}",
        ) from None


def _config(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(file, file))
    except ValueError as error:
        raise JobError(f"'{file}' is no JSON: {error}") from None
    return found if isinstance(found, dict) else {}


def _named(found: Any) -> str:
    """The template of a configuration: its only one, or the one called default."""
    if isinstance(found, list):
        found = next((one.get("template") for one in found if one.get("name") == "default"), "")
    return found if isinstance(found, str) else ""


def _token(value: Any) -> str:
    return str(value.get("content", "")) if isinstance(value, dict) else str(value or "")


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
