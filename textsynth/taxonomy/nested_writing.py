"""Trees written as YAML and JSON, so that reading gives an equal tree back."""

from __future__ import annotations

import json
from typing import Any

from textsynth.taxonomy.nested import ABOUTS, KNOWN
from textsynth.taxonomy.raw import NUMBER
from textsynth.taxonomy.tree import Node, Tree

_RESERVED = {*ABOUTS, "weight", "children"}


def to_yaml(tree: Tree) -> str:
    """Mappings of names, which are the easiest to prune by hand."""
    import yaml

    value: dict[str, Any] = _head(tree)
    tops = [tree.root] if tree.root.name else tree.root.children
    if any(node.name in KNOWN for node in tops):
        value["topics"] = [_record(node) for node in tops]
    else:
        value |= {node.name: _named(node) for node in tops}
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(
        value, Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000,
        default_flow_style=False,
    )  # fmt: skip
    # `Fixed terms:` reads better than `Fixed terms: null`, and a text never ends like that.
    lines = [line[:-5] if line.endswith(": null") else line for line in text.splitlines()]
    notes = [f"# {note}".rstrip() for note in tree.notes]
    return "\n".join([*notes, *lines]) + "\n"


def to_json(tree: Tree) -> str:
    """{"name", "about", "weight", "children"}, or {"topics": [ … ]} for several at the top."""
    value = _head(tree)
    if tree.root.name:
        value |= _record(tree.root)
    else:
        value["topics"] = [_record(node) for node in tree.root.children]
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _head(tree: Tree) -> dict[str, Any]:
    value = {"language": tree.language, "licence": tree.licence}
    return {name: word for name, word in value.items() if word}


def _record(node: Node) -> dict[str, Any]:
    value: dict[str, Any] = {"name": node.name}
    if node.about:
        value["about"] = node.about
    if node.weight != 1:
        value["weight"] = _number(node.weight)
    if node.children:
        value["children"] = [_record(child) for child in node.children]
    return value


def _named(node: Node) -> Any:
    """What stands behind a name: nothing, its about, or a mapping of its topics."""
    own: dict[str, Any] = {}
    if node.about:
        own["about"] = node.about
    if node.weight != 1:
        own["weight"] = _number(node.weight)
    if not node.children:
        return own if "weight" in own or NUMBER.fullmatch(node.about) else node.about or None
    if any(child.name in _RESERVED | KNOWN for child in node.children):
        return own | {"children": [_record(child) for child in node.children]}
    return own | {child.name: _named(child) for child in node.children}


def _number(weight: float) -> float:
    """3 and not 3.0."""
    return int(weight) if float(weight).is_integer() else weight
