"""JSON as models write it: found in the text of a reply, and mended where nothing is made up."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

_THOUGHTS = re.compile(r"</(?:think|thinking|thought|reasoning)>")
_THINKING = re.compile(r"\s*<(?:think|thinking|thought|reasoning)>")
_FENCE = re.compile(r"\A```[\w-]*\s*|\s*```\Z")
_OPENING = re.compile(
    r"""\{\s*(?:["'“}]|[\w$-]+\s*:|//|/\*)"""
    r"""|\[\s*(?:[\[{"'“\]\d-]|(?:true|false|null|True|False|None)\b|//)"""
)
_CLOSED = re.compile(r"""["'”}\]]\Z|\b(?:true|false|null|True|False|None)\Z""")
_AFTER_TEXT = re.compile(r"\s*(?:[,:}\]/]|\Z)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_COUNTED: dict[Any, str] = {
    "": r"\"\"|''|“”", True: r"(?i)\btrue\b", False: r"(?i)\bfalse\b", None: r"\b(?:null|None)\b",
}  # fmt: skip

_KEY = object()

CUT = "the reply ends before its JSON does"


class Piece(NamedTuple):
    """A value that stands in a reply, or why there is none; `size`: characters it takes there."""

    value: Any
    fault: str
    size: int


class _TwiceError(ValueError):
    """One key with two values: which of them was meant, nobody knows."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        for key, value in pairs:
            if made[key] != value:
                raise _TwiceError(f'"{key}" stands there twice, with different values')
    return made


# Line breaks inside a text are let through: what was meant is plain.
_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_once)


def pieces(text: str) -> Iterator[Piece]:
    """Every JSON value in a reply, in its order: the reply itself, or what stands in its prose.

    Thoughts (`<think>`) and code fences are left out. Raises RecursionError for nesting too deep.
    """
    text = text.strip("\ufeff \t\r\n")
    plain = text
    for strip in (str, _without_thoughts, _without_fence):
        plain = strip(plain)
        try:
            value = _DECODER.decode(plain)
        except _TwiceError as error:
            yield Piece(None, str(error), len(plain))
            return
        except ValueError:
            continue
        yield Piece(value, "", len(plain))
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            # JSON inside of a JSON text, as some servers give a tool's arguments.
            yield from pieces(value)
        return
    yield from _scattered(plain)


def _without_thoughts(text: str) -> str:
    if _THOUGHTS.search(text):
        return _THOUGHTS.split(text)[-1].strip()
    return "" if _THINKING.match(text) else text


def _without_fence(text: str) -> str:
    return _FENCE.sub("", text)


def _scattered(text: str) -> Iterator[Piece]:
    at = 0
    while opening := _OPENING.search(text, at):
        start = opening.start()
        try:
            value, at = _DECODER.raw_decode(text, start)
        except _TwiceError as error:
            at = _extent(text, start)[0]
            yield Piece(None, str(error), at - start)
        except ValueError:
            # What stands inside a broken value is never taken for the whole of it.
            at, closed, inside = _extent(text, start)
            yield _mended(text[start:at], closed, inside)
        else:
            if isinstance(value, dict) or not _aside(value, text[:start]):
                yield Piece(value, "", at - start)


def _aside(value: list[Any], before: str) -> bool:
    """Whether a list is rather a mark in prose, such as `see [1]`."""
    plain = all(isinstance(entry, int | float) for entry in value)
    return plain and bool(before.rpartition("\n")[2].strip())


def _extent(text: str, start: int) -> tuple[int, bool, bool]:
    """(end, whether its brackets are closed there, whether it ends inside a text) of a value.

    A quote ends a text only where a value can end, for models leave out the backslash before one.
    """
    depth, quote, before, at = 0, "", "", start
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote and _AFTER_TEXT.match(text, at + 1):
                quote = ""
        elif char == '"' or (char == "'" and before in "{[,:("):
            quote = char
        elif text.startswith(("//", "/*"), at):
            ends = text.find("\n" if text[at + 1] == "/" else "*/", at)
            at = len(text) if ends < 0 else ends + (text[at + 1] == "*")
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            if not depth:
                return at + 1, True, False
        if not char.isspace():
            before = char
        at += 1
    return len(text), False, bool(quote)


def _mended(text: str, closed: bool, inside: bool) -> Piece:
    size = len(text)
    if not closed:
        text = text.rstrip().rstrip("`").rstrip()
        if inside or not _CLOSED.search(text):
            return Piece(None, CUT, size)
    import json_repair

    try:
        value: Any = json_repair.repair_json(text, return_objects=True, skip_json_loads=True)
    except ValueError:
        return Piece(None, "its JSON is nested too deeply", size)
    if not isinstance(value, dict if text[0] == "{" else list) or not value:
        return Piece(None, "its JSON is broken beyond repair", size)
    made_up = _made_up(value, text)
    if made_up:
        return Piece(None, f"its JSON is broken near {made_up}", size)
    return Piece(value, "", size)


def _made_up(value: Any, text: str) -> str:
    """The first key whose value is not what the text says that it was mended from, or nothing."""
    said = _bare(text)
    numbers = {float(number) for number in _NUMBER.findall(text)}
    # json_repair puts an empty text where a value is missing, so these few are counted.
    left = {repr(leaf): len(re.findall(pattern, text)) for leaf, pattern in _COUNTED.items()}
    leaves = list(_leaves(value, ""))
    keys = Counter(key for key, leaf in leaves if leaf is _KEY)
    for key, leaf in leaves:
        if leaf is _KEY:
            # It keeps the last of two values of one key.
            there = len(re.findall(rf"""["'“]{re.escape(key)}["'”]\s*:""", text)) <= keys[key]
        elif repr(leaf) in left:
            left[repr(leaf)] -= 1
            there = left[repr(leaf)] >= 0
        elif isinstance(leaf, str):
            bare = _bare(leaf)
            # It may take the quote that ends a text for a part of it.
            wanted = f"{re.escape(bare)}['\"]" if bare.endswith(("'", '"')) else re.escape(bare)
            there = re.search(wanted, said) is not None
        else:
            there = leaf in numbers
        if not there:
            return f'"{key}"'
    return ""


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """(key, `_KEY`) for each key, (key above it, value) for each text, number and constant."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name, _KEY
            yield from _leaves(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, key)
    else:
        yield key, value


def _bare(text: str) -> str:
    """Without escapes, white space and backslashes, in which a mended text may differ."""

    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return "" if match[2] in "nrtbf" else match[2]

    raw = _ESCAPE.sub(plain, text).encode("utf-16-le", "surrogatepass")
    return re.sub(r"[\s\\]+", "", raw.decode("utf-16-le", "surrogatepass"))
