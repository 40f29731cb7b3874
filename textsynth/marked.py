"""YAML that people edit: read with the line of every value, so that a complaint can name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import InputError

At = tuple[str | int, ...]
"""The way to a value: keys of mappings and numbers of list entries."""


class Misfit(ValueError):
    """A value that does not fit: what is wrong, where it stands in its file, and the fix."""

    def __init__(self, words: str, at: At = (), fix: str = "") -> None:
        super().__init__(words)
        self.words, self.at, self.fix = words, at, fix


@dataclass(frozen=True)
class Marked:
    """A value read from a file, and the line (from 1) of each part of it."""

    value: Any
    lines: dict[At, int]
    name: str
    """The file, as it is named to people."""

    def fault(self, found: Misfit) -> InputError:
        """The complaint with file and line: the nearest one that is known."""
        at = found.at
        while at and at not in self.lines:
            at = at[:-1]
        where = f"{self.name}, line {self.lines.get(at, 1)}"
        return InputError(f"{where}: {found.words}", fix=found.fix)


def read_marked(path: Path, name: str = "") -> Marked:
    """Reads a YAML file. Raises InputError with file and line where it is none, or unreadable."""
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file {name} cannot be read: {error}") from None
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = dict(_walk(tree, ())) if tree is not None else {}
        return Marked(yaml.safe_load(text), lines, name)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(
            f"{name}{where} is not valid YAML: {problem}",
            fix="check the indentation and put values with ':' or '#' in quotes",
        ) from None


def _walk(node: yaml.Node, at: At) -> Iterator[tuple[At, int]]:
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            step = (*at, str(key.value))
            yield from _walk(value, step)
            yield step, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*at, number))
