"""Code in a text: its fenced blocks, and the text without them, for rules that are about prose."""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple

_FENCE = re.compile(r"^[ \t>]*(?:```+|~~~+)", re.M)
_BLOCK = re.compile(
    r"^([ \t>]*)(?P<mark>```+|~~~+)[ \t]*([\w+#.-]*)[^\n]*\n(.*?)(?:^[ \t>]*(?P=mark)[ \t]*$|\Z)",
    re.S | re.M,
)
_INLINE = re.compile(r"(`+)(?!`)[^`](?:[^`]|(?!\1)`)*?\1(?!`)")


class Block(NamedTuple):
    """A fenced block: the language after its fence ("" for none, in lower case), and what it holds,
    less the indent of its fence."""

    language: str
    code: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, in order; one that is never closed reaches to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    found = []
    for match in _BLOCK.finditer(text):
        body = match[4]
        found.append(Block(match[3].lower(), textwrap.dedent(body) if match[1] else body))
    return found


def fences(text: str) -> int:
    """Number of lines that open or close a block."""
    return len(_FENCE.findall(text)) if "```" in text or "~~~" in text else 0


def prose(text: str) -> str:
    """The text with a space for each block and each piece of inline code."""
    if "`" not in text and "~~~" not in text:
        return text
    return _INLINE.sub(" ", _BLOCK.sub(" ", text))
