"""Prompt templates: `prompts/<method>/<step>.<language>.jinja`, split into chat messages.

A file is a run of sections, each opened by a line of its own:

    --- options      YAML: sampling options (temperature, max_tokens, stop …)
    --- system       a message of that role, in Jinja; also `user` and `assistant`
    --- history      the messages that the method hands over stand here
    --- raw user     the reply is the user's next turn: the model's chat template, with what stands
                     above, is sent up to the place of that turn, and the model goes on from there
    --- raw          alone: a text that is sent as it is, without any template

Sections are cut before anything is filled in, so no value can open one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from textsynth.errors import PromptError, nearest
from textsynth.records import Message, Raw, digest
from textsynth.resources import find_file, find_files, roots

_SECTION = re.compile(
    r"^--- *(options|system|user|assistant|history|raw user|raw) *$", re.MULTILINE
)
_COMMON = ("language", "language_name")


@dataclass(frozen=True)
class Section:
    """One message of a prompt, or the place of the history. `line`: where its text begins."""

    role: str
    template: jinja2.Template | None
    source: str
    line: int


@dataclass(frozen=True)
class Prompt:
    """A parsed template file; `id` is a hash of its text."""

    name: str
    path: Path
    id: str
    options: Mapping[str, Any]
    sections: Sequence[Section]
    raw: Raw = ""

    @property
    def language(self) -> str:
        """The language that it is written in, by the name of its file."""
        return self.path.name.split(".")[-2] if self.path.name.count(".") > 1 else "en"

    def render(self, fields: Mapping[str, Any], history: Sequence[Message] = ()) -> list[Message]:
        """The messages to send; white space at both ends of each is cut.

        A raw text is one message of the role "raw", with its white space: all of it counts.

        Raises PromptError with file, line and the nearest name for an undefined variable.
        """
        messages: list[Message] = []
        for section in self.sections:
            if section.template is None:
                messages += history
                continue
            try:
                text = section.template.render(fields)
            except Exception as error:  # noqa: BLE001 - a template can raise anything: {{ 1 / 0 }}
                raise self.fault(error, section, fields) from None
            text = text if section.role == "raw" else text.strip()
            if text:
                messages.append({"role": section.role, "content": text})
        return messages

    def try_out(self, fields: Mapping[str, Any]) -> None:
        """Raises PromptError for what `fields` lack; other faults may be those of stand-ins."""
        for section in self.sections:
            if section.template is None:
                continue
            try:
                section.template.render(fields)
            except jinja2.UndefinedError as error:
                raise self.fault(error, section, fields) from None
            except Exception:  # noqa: BLE001 - a stand-in may be too unlike the real thing
                continue

    def undefined(self, env: jinja2.Environment) -> dict[str, int]:
        """Variables that the prompt uses → the line of the first use."""
        found: dict[str, int] = {}
        for section in self.sections:
            tree = env.parse(section.source)
            # A name set in only some branches counts as set: whether it is, shows when rendering.
            stored = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
            free = meta.find_undeclared_variables(tree) - stored
            for node in tree.find_all(nodes.Name):
                if node.name in free:
                    found.setdefault(node.name, section.line + node.lineno - 1)
        return found

    def fault(self, error: Exception, section: Section, fields: Mapping[str, Any]) -> PromptError:
        """A fault of rendering in words: file, line and the nearest name."""
        line = _line_of(error) + section.line - 1
        name = re.match(r"'(\w+)' is undefined", str(error))
        known = nearest(name[1], fields) if name else ""
        return PromptError(
            f"prompt {self.name} ({self.path.name}, line {line}): {error}",
            known,
            "correct the template, or provide the field",
        )


class StandIn(int):
    """Passes for a text, a number, a list or a record while a prompt is tried out."""

    def __getattr__(self, name: str) -> StandIn:
        return self

    def __getitem__(self, name: object) -> StandIn:
        return self

    def __iter__(self) -> Iterator[StandIn]:
        return iter((self,))

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return "…"


class PromptBook:
    """The prompts of one method in one language, found beside the job, then as shipped."""

    def __init__(self, home: Path, method: str, language: str, language_name: str) -> None:
        self.home, self.method, self.language = home, method, language
        self.common = dict(zip(_COMMON, (language, language_name), strict=True))
        self.env = SandboxedEnvironment(
            loader=jinja2.FileSystemLoader([root / "prompts" for root in roots(home)]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self.load = functools.cache(self._load)

    def _full(self, step: str) -> str:
        """`method/step`; a step of another method's folder is named with it."""
        return step if "/" in step else f"{self.method}/{step}"

    def _load(self, step: str) -> Prompt:
        path = self._find(step)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise PromptError(f"the prompt {path.name} cannot be read: {error}") from None
        name = self._full(step)
        options: Mapping[str, Any] = {}
        sections: list[Section] = []
        cut = _cut(text, name)
        raw = _rawness(cut, path)
        for role, body, line in cut:
            if role == "raw user":
                continue
            if role == "options":
                options = self._options(body, name, path)
            elif role == "history":
                sections.append(Section(role, None, "", line))
            else:
                sections.append(Section(role, self._compile(body, line, path), body, line))
        if not sections and not raw:
            raise PromptError(
                f"the prompt {path} has no message",
                fix="open one with a line `--- user`",
            )
        return Prompt(name, path, digest(text), options, tuple(sections), raw)

    def _find(self, step: str) -> Path:
        name = self._full(step)
        # A language without prompts of its own is asked for in English, which names the language.
        for language in (self.language, "en"):
            path = find_file(f"prompts/{name}.{language}.jinja", self.home)
            if path:
                return path
        there = find_files(f"prompts/{name.rpartition('/')[0]}/*.jinja", self.home)
        raise PromptError(
            f"there is no prompt '{name}' in '{self.language}'",
            f"there are: {', '.join(Path(n).name for n in there) or 'none'}",
            f"add prompts/{name}.{self.language}.jinja beside the job",
        )

    def _compile(self, body: str, line: int, path: Path) -> jinja2.Template:
        try:
            return self.env.from_string(body)
        except jinja2.TemplateSyntaxError as error:
            raise PromptError(
                f"the prompt {path.name}, line {line + error.lineno - 1}: {error.message}",
                fix="correct the template",
            ) from None

    def _options(self, body: str, name: str, path: Path) -> Mapping[str, Any]:
        try:
            options = yaml.safe_load(body) or {}
        except yaml.YAMLError as error:
            raise PromptError(f"the options of {path.name} are not YAML: {error}") from None
        if not isinstance(options, dict):
            raise PromptError(f"the options of {path.name} are not `option: value` lines")
        return options

    def try_out(
        self,
        prompts: Sequence[Prompt],
        steps: Mapping[str, Sequence[str]],
        briefs: Sequence[Mapping[str, Any]],
    ) -> None:
        """Renders every prompt with real briefs, stand-ins in place of what the method hands over.

        Raises PromptError for a part of a field that is not there, such as `chunk.titel`.
        """
        for prompt in prompts:
            step = prompt.name if prompt.name in steps else prompt.name.rpartition("/")[2]
            own = dict.fromkeys(steps[step], StandIn(1))
            for brief in briefs:
                prompt.try_out({**self.common, **brief, **own})

    def check(self, steps: Mapping[str, Sequence[str]], brief: Mapping[str, Any]) -> list[Prompt]:
        """Loads every prompt of a method and makes sure that all their variables exist.

        `steps`: prompt → the fields the method hands to it; `brief`: a brief's fields and facets.
        """
        prompts = []
        for step, own in steps.items():
            prompt = self.load(step)
            known = {*self.common, *brief, *own}
            for name, line in prompt.undefined(self.env).items():
                if name not in known and name not in self.env.globals:
                    raise PromptError(
                        f"prompt {prompt.name} ({prompt.path.name}, line {line}): "
                        f"'{name}' is undefined",
                        nearest(name, known),
                        "correct the template, or add the facet or input to the job",
                    )
            prompts.append(prompt)
        return prompts


def _cut(text: str, name: str) -> list[tuple[str, str, int]]:
    """(role, body, line of the body) for each section."""
    marks = list(_SECTION.finditer(text))
    head = text[: marks[0].start()] if marks else text
    if re.sub(r"\{#.*?#\}", "", head, flags=re.DOTALL).strip():
        raise PromptError(
            f"the prompt {name} has text before its first section",
            fix="open a message with a line `--- user` (or system, assistant)",
        )
    if not marks:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (mark[1], text[mark.end() + 1 : end], text.count("\n", 0, mark.end()) + 2)
        for mark, end in zip(marks, ends, strict=True)
    ]


def _rawness(cut: Sequence[tuple[str, str, int]], path: Path) -> Raw:
    """Whether the prompt is completed instead of answered, and how. Raises PromptError."""
    roles = [role for role, _, _ in cut if role != "options"]
    if "raw user" in roles:
        below = next(body for role, body, _ in cut if role == "raw user")
        if roles[-1] != "raw user" or below.strip() or "raw" in roles:
            raise PromptError(
                f"the prompt {path.name} goes on after `--- raw user`",
                fix="put that line last, with nothing below it: what follows is the model's",
            )
        return "user"
    if "raw" in roles:
        if len(roles) > 1:
            raise PromptError(
                f"the prompt {path.name} has other messages beside `--- raw`",
                fix="a raw text is sent alone; with a chat template it is `--- raw user`",
            )
        return "text"
    return ""


def _line_of(error: Exception) -> int:
    """The line within the section where rendering failed: the deepest template frame."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
