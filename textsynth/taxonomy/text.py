"""Trees as indented text: one topic to a line, what belongs to it indented below.

    # language: en
    Retail banking: what a bank does for people
      Deposits (x3)
        Savings accounts -- accounts that pay interest

Indented by spaces or by tabs, with or without bullets. `(x3)` is a weight. A name that has a colon
or the like in it stands in double quotes. Lines that begin with `#` are comments; `# language: ko`
and `# licence: …` at the head are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from textsynth.errors import InputError
from textsynth.taxonomy.names import (
    LANGUAGE,
    Growing,
    about_of,
    no_topics,
    tidy,
    weight_of,
    written,
)
from textsynth.taxonomy.tree import Node, Tree

_LINE = re.compile(r"(?P<indent>[ \t\u00a0\u3000]*)(?P<bullet>(?:[-*+•]|[‐–])[ \t]+)?(?P<rest>.*)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ABOUT = re.compile(r":(?=\s|$)|：|\s--(?=\s|$)")
_SHARE = r"\s*\([x×]\s*(?P<weight>\d[\d.]*(?:e[+-]?\d+)?|\.\d+)\)"
_WEIGHT = re.compile(_SHARE + "$")
_AFTER = re.compile(rf"(?:{_SHARE})?\s*(?::(?=\s|$)|：|--(?=\s|$)|$)")
_HEAD = re.compile(r"(?P<name>language|licence|license):\s*(?P<value>\S.*)")


def from_text(text: str, shown: str) -> Tree:
    """The tree of an indented text. Raises InputError with the number of the line at fault."""
    growing = Growing(shown)
    tree = Tree(growing.root)
    # (width, node) from the root down to the last topic; the root stands left of every margin.
    stack: list[tuple[int, Node]] = [(-1, growing.root)]
    indents: dict[str, int] = {}
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), start=1):
        if not (stripped := line.strip()):
            continue
        if stripped.startswith("#"):
            if not growing.count:
                _heading(stripped.lstrip("#").strip(), tree)
            continue
        place = f"line {number} of '{shown}'"
        width, rest = _margin(line, number, place, indents)
        while width < stack[-1][0]:
            stack.pop()
        if width == stack[-1][0]:
            stack.pop()
        elif stack[-1][1].children:
            raise _astray(place, width, stack[-1][1])
        name, about, weight = topic_of(rest, place)
        node = growing.add([node for _, node in stack], name, place, about, weight)
        stack.append((width, node))
    if not growing.count:
        raise no_topics(shown)
    return tree.settled()


def topic_of(line: str, place: str) -> tuple[str, str, float]:
    """Name, about and weight of `Name (x3): what it is about`."""
    line = line.strip()
    if (quoted := _quoted(line)) is not None:
        name, weight, about = quoted
    else:
        cut = _ABOUT.search(line)
        name, about = (line[: cut.start()], line[cut.end() :]) if cut else (line, "")
        weighed = _WEIGHT.search(name)
        weight = weighed["weight"] if weighed else None
        name = name[: weighed.start()] if weighed else name
    return name, about_of(about, place), 1.0 if weight is None else weight_of(weight, place)


def to_text(tree: Tree) -> str:
    """Indented text by two spaces, which `from_text` reads back."""
    lines = [f"# {note}".rstrip() for note in tree.notes]
    lines += [f"# language: {tree.language}"] if tree.language else []
    lines += [f"# licence: {tree.licence}"] if tree.licence else []
    lines += _lines(tree.root, 0) if tree.root.name else _below(tree.root, 0)
    return "\n".join(lines) + "\n"


def line_of(node: Node) -> str:
    """One topic as a line of text."""
    weight = "" if node.weight == 1 else f" (x{written(node.weight)})"
    name = json.dumps(node.name, ensure_ascii=False) if _is_odd(node.name) else node.name
    return f"{name}{weight}" + (f": {node.about}" if node.about else "")


def _lines(node: Node, level: int) -> Iterator[str]:
    yield "  " * level + line_of(node)
    yield from _below(node, level + 1)


def _below(node: Node, level: int) -> Iterator[str]:
    for child in node.children:
        yield from _lines(child, level)


def _is_odd(name: str) -> bool:
    return (
        name.startswith(('"', "#"))
        or bool(_LINE.match(name)["bullet"])  # type: ignore[index]
        or bool(_ABOUT.search(name) or _WEIGHT.search(name))
        or name.endswith(" --")
    )


def _quoted(line: str) -> tuple[str, str | None, str] | None:
    """Name, weight and about of a line that begins with a name in quotes; None where none does."""
    if not line.startswith('"'):
        return None
    try:
        name, end = json.JSONDecoder().raw_decode(line)
    except ValueError:
        return None
    found = _AFTER.match(line, end)
    return (name, found["weight"], line[found.end() :]) if found else None


def _margin(line: str, number: int, place: str, indents: dict[str, int]) -> tuple[int, str]:
    """How far in a line stands, and what it says; a bullet stands a little further in."""
    found = _LINE.match(line)
    assert found is not None
    indent = found["indent"].replace("\u00a0", " ").replace("\u3000", "  ")
    kinds = {"tabs" if letter == "\t" else "spaces" for letter in indent}
    for kind in kinds:
        indents.setdefault(kind, number)
    if len(indents) == 2:
        first, other = sorted(indents, key=lambda kind: indents[kind])
        there = "it has both" if len(kinds) == 2 else f"line {indents[first]} with {first}"
        raise InputError(
            f"{place} is indented with {'tabs and spaces' if len(kinds) == 2 else other}",
            there,
            "indent all lines with spaces, or all with tabs",
        )
    return 2 * len(indent) + bool(found["bullet"]), found["rest"]


def _astray(place: str, width: int, above: Node) -> InputError:
    under = f"the topics under '{above.name}'" if above.name else "the first topics"
    return InputError(
        f"{place} is indented by {width // 2}, which is the indentation of no level above it",
        f"{under} begin elsewhere",
        "let all topics of one level begin in the same column",
    )


def _heading(note: str, tree: Tree) -> None:
    """What a comment at the head says of the whole file, or else the comment."""
    found = _HEAD.fullmatch(note)
    value = tidy(found["value"]) if found else ""
    if found and found["name"] == "language" and LANGUAGE.fullmatch(value):
        tree.language = value
    elif found and found["name"] != "language":
        tree.licence = value
    else:
        tree.notes.append(note)
