"""Names, descriptions and weights as a tree may have them, and a tree put together from them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from textsynth.errors import InputError
from textsynth.taxonomy.tree import BETWEEN, Node

DEEPEST = 50
"""Levels below the root that a tree may have."""

MOST = 1_000_000
"""Topics that a tree may have; each takes about half a kilobyte."""

LONGEST_NAME = 200
LONGEST_ABOUT = 2000

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)?")
"""A language code."""

_ARROW = re.compile(r"\s>(?=\s)|[›»→]")
_HIDDEN = re.compile("[\u200b\u2060\ufeff]")


def tidy(text: str) -> str:
    """NFC, on one line, without control characters and lone surrogates."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = text.encode("utf8", "replace").decode("utf8")
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    kept = (c if unicodedata.category(c) != "Cc" else " " for c in text)
    return " ".join("".join(kept).split())


def folded(name: str) -> str:
    """What siblings must differ in."""
    return tidy(name).casefold()


def name_of(text: str, place: str) -> str:
    """A topic's name. Raises InputError when it is empty or far too long."""
    name = tidy(text)
    if not name:
        raise InputError(
            f"{place} has a topic without a name", fix="give it a name, or take the line out"
        )
    if len(name) > LONGEST_NAME:
        raise InputError(
            f"{place} has a name of {len(name)} characters: `{name[:60]}…`",
            f"a topic's name has up to {LONGEST_NAME}",
            "shorten it, and say what it is about after a colon",
        )
    return name


def about_of(text: str, place: str) -> str:
    """What a topic is about, on one line. Raises InputError when it is far too long."""
    about = tidy(text)
    if len(about) > LONGEST_ABOUT:
        raise InputError(
            f"{place} says in {len(about):,} characters what a topic is about",
            f"up to {LONGEST_ABOUT:,} are read",
            "say it in a sentence",
        )
    return about


def weight_of(text: str, place: str) -> float:
    """A weight. Raises InputError unless it is a number above 0 and below a million."""
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 < weight < 1e6:
        raise InputError(
            f"{place} has the weight '{tidy(text)[:40]}'",
            fix="a weight is a number above 0 and below a million; to leave a topic out, prune it",
        )
    return weight


def written(weight: float) -> str:
    """A weight in as few figures as give it back."""
    short = f"{weight:g}"
    return short if float(short) == weight else repr(weight)


def split_path(text: str) -> list[str]:
    """The names of a path in words: `A > B > C`, or `A/B/C`."""
    parts = _ARROW.split(text.strip()) if _ARROW.search(text.strip()) else text.split("/")
    return [part.strip() for part in parts]


def is_arrowed(text: str) -> bool:
    """Whether the text is a path with arrows."""
    return bool(_ARROW.search(text.strip()))


class Growing:
    """A tree that is put together node by node, which keeps siblings different and sizes sane."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root = Node("")
        self.count = 0
        self._children: dict[int, dict[str, tuple[Node, str]]] = {}

    def add(
        self, path: Sequence[Node], name: str, place: str, about: str = "", weight: float = 1.0
    ) -> Node:
        """A new child of the last node of `path`. Raises InputError when there is one already."""
        name = name_of(name, place)
        known = self._children.setdefault(id(path[-1]), {})
        if (before := known.get(folded(name))) is not None:
            raise InputError(
                f"{place} names '{name}' a second time under "
                f"'{BETWEEN.join(node.name for node in path if node.name) or 'the top'}'",
                f"the first is {before[1]}",
                "give one of them another name, or take it out",
            )
        return self._put(path, known, Node(name, about, [], weight), place)

    def reach(self, names: Sequence[str], place: str) -> Node:
        """The node at the end of the path; what is not there yet is made."""
        path = [self.root]
        for name in names:
            name = name_of(name, place)
            known = self._children.setdefault(id(path[-1]), {})
            found = known.get(folded(name))
            path.append(found[0] if found else self._put(path, known, Node(name), place))
        return path[-1]

    def _put(
        self, path: Sequence[Node], known: dict[str, tuple[Node, str]], node: Node, place: str
    ) -> Node:
        if len(path) > DEEPEST:
            raise too_deep(place)
        self.count += 1
        if self.count > MOST:
            raise InputError(
                f"'{self.shown}' has more than {MOST:,} topics",
                fix="take a part of it: a branch, or the first levels",
            )
        path[-1].children.append(node)
        known[folded(node.name)] = (node, place)
        return node


def too_deep(place: str) -> InputError:
    """Nested past all reason."""
    return InputError(
        f"{place} is nested more than {DEEPEST} levels deep",
        f"a tree has up to {DEEPEST} levels",
        "check the indentation and the brackets above it",
    )


def no_topics(shown: str) -> InputError:
    """A file without a topic."""
    return InputError(
        f"'{shown}' has no topics", fix="write one topic to a line, indented under its own"
    )
