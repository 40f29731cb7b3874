"""Trees out of nested values: mappings, lists, {name, about, weight, children}, lists of paths.

language: en                        # for the whole file, like licence
Retail banking:
  about: What a bank does for people.
  Deposits:
    weight: 3
    Savings accounts: They pay interest.       # a text says what it is about
    Fixed terms:
  Cards: [Debit cards, Credit cards]
"""

from __future__ import annotations

from collections.abc import Sequence

from textsynth.errors import InputError, nearest
from textsynth.taxonomy.names import (
    LANGUAGE,
    Growing,
    about_of,
    is_arrowed,
    no_topics,
    split_path,
    tidy,
    weight_of,
)
from textsynth.taxonomy.raw import Raw
from textsynth.taxonomy.tree import Node, Tree

NAMES = ("name", "topic", "title", "label")
CHILDREN = ("children", "topics", "subtopics")
ABOUTS = ("about", "description")
KNOWN = {*NAMES, *CHILDREN, *ABOUTS, "weight", "language", "licence", "license"}


def from_nested(raw: Raw, shown: str, notes: Sequence[str] = ()) -> Tree:
    """The tree of a YAML or JSON value. Raises InputError with the number of the line at fault."""
    reader = _Reader(shown)
    tree = Tree(reader.growing.root, notes=list(notes))
    raw = _head(raw, tree, reader)
    if raw.kind == "list" and (paths := _as_paths(raw.items)):
        for item, path in zip(raw.items, paths, strict=True):
            reader.growing.reach(path, reader.place(item))
    else:
        reader.children(raw, [tree.root])
    if not reader.growing.count:
        raise no_topics(shown)
    return tree.settled()


class _Reader:
    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.growing = Growing(shown)

    def place(self, raw: Raw) -> str:
        return f"line {raw.line} of '{self.shown}'" if raw.line else self.shown

    def children(self, raw: Raw, path: list[Node]) -> None:
        """What stands where topics are expected."""
        if raw.kind == "list":
            for item in raw.items:
                self.item(item, path)
        elif raw.kind == "map" and _is_record(raw):
            self.record(raw, path)
        elif raw.kind == "map":
            for key, value in raw.pairs:
                self.named(key, value, path)
        elif raw.kind != "none":
            raise InputError(
                f"{self.place(raw)} has `{tidy(raw.text)[:60]}` where topics are expected",
                fix="write a list of topics, or a mapping of topics to theirs",
            )

    def item(self, raw: Raw, path: list[Node]) -> None:
        if raw.kind == "list":
            raise InputError(
                f"{self.place(raw)} has a list inside a list",
                "nothing says what the topics of the inner list belong to",
                "write `- Deposits: [Savings accounts, Fixed terms]`",
            )
        if raw.kind == "map":
            self.children(raw, path)
        else:
            self.growing.add(path, raw.text, self.place(raw))

    def record(self, raw: Raw, path: list[Node]) -> None:
        """{name, about, weight, children}; other columns are left out, where none is a branch."""
        given = {key.text: (key, value) for key, value in raw.pairs}
        name = next(value for key, (_, value) in given.items() if key in NAMES)
        node = self.growing.add(path, name.text, self.place(raw))
        for word, (key, value) in given.items():
            if word in CHILDREN:
                self.children(value, [*path, node])
            elif word in ABOUTS and value.kind in ("text", "number"):
                node.about = about_of(value.text, self.place(key))
            elif word == "weight" and value.kind != "none":
                node.weight = weight_of(value.text, self.place(key))
            elif word not in KNOWN and value.kind in ("map", "list") and word not in NAMES:
                raise InputError(
                    f"{self.place(key)}: the topic '{node.name}' has a list under '{word}'",
                    nearest(word, ("name", "about", "weight", "children")),
                    "put its topics under `children`",
                )

    def named(self, key: Raw, value: Raw, path: list[Node]) -> None:
        """`Deposits: …`, with whatever says what is below it."""
        node = self.growing.add(path, key.text, self.place(key))
        below = [*path, node]
        if value.kind == "text":
            node.about = about_of(value.text, self.place(value))
        elif value.kind == "number":
            node.weight = weight_of(value.text, self.place(value))
        elif value.kind == "list":
            self.children(value, below)
        for own, what in value.pairs:
            if own.text in ABOUTS and what.kind in ("text", "number", "none"):
                node.about = about_of(what.text, self.place(what))
            elif own.text == "weight" and what.kind in ("number", "text"):
                node.weight = weight_of(what.text, self.place(what))
            elif own.text in CHILDREN and what.kind in ("map", "list", "none"):
                self.children(what, below)
            else:
                self.named(own, what, below)


def _is_record(raw: Raw) -> bool:
    """Whether a mapping is one topic, with its name under a key, and not topics by their names."""
    kinds = {key.text: value.kind for key, value in raw.pairs}
    names = [name for name in NAMES if kinds.get(name) in ("text", "number")]
    if not names:
        return False
    return names[0] == "name" or kinds.keys() <= KNOWN


def _head(raw: Raw, tree: Tree, reader: _Reader) -> Raw:
    """What is left when the file's language and licence are taken out, and `topics:` opened."""
    if raw.kind != "map":
        return raw
    rest = Raw(raw.line, "map")
    for key, value in raw.pairs:
        if key.text == "language" and value.kind == "text" and LANGUAGE.fullmatch(value.text):
            tree.language = value.text
        elif key.text in ("licence", "license") and value.kind == "text":
            tree.licence = tidy(value.text)
        else:
            rest.pairs.append((key, value))
    only = rest.pairs[0] if len(rest.pairs) == 1 else None
    if only and only[0].text in CHILDREN and only[1].kind in ("map", "list"):
        return only[1]
    return rest


def _as_paths(items: Sequence[Raw]) -> list[list[str]]:
    """The items as paths, where that is what they are; else nothing."""
    texts = [item.text for item in items]
    if any(item.kind not in ("text", "number") for item in items):
        return []
    if any(map(is_arrowed, texts)):
        return [split_path(text) for text in texts]
    cut = [text.split("/") for text in texts]
    first = {parts[0].strip() for parts in cut if len(parts) > 1}
    if first and all(parts[0].strip() in first for parts in cut):
        return [[part.strip() for part in parts] for parts in cut]
    return []
