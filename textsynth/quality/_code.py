"""Code in a text, in fences or bare, and the text without it, for rules that are about prose."""

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

_SIGNS = ("{", ";\n", "def ", "import ", " = ", "#!", "function", "#include", "<?php", "();")
_LINE = re.compile(
    r"""\s*(?:(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*[(:{]|class\s+\w+$|import\s+[\w.{*]+
    |from\s+[\w.]+\s+import\b|\#include\b|\#!\s?/|<\?php|\?>|using\s+(?:namespace\s+)?[\w.]+;
    |(?:public|private|protected|static|const|let|var|export)\s+\w|(?:async\s+)?function\b.*\(
    |(?:if|elif|for|foreach|while|switch|try|catch|except|with|else|finally)\b[^.?!]*[:{]$
    |(?:if|while|for)\b.*(?:;\s*(?:then|do)|\bdo|\bthen)$|return\b[^.]*;?$|print(?:f|ln)?\s?\(
    |(?:fi|done|esac|end|then|do|else|begin)$|echo\s|[)}\]]+[;,)]*$|(?://|\#\s|/\*|\*/)
    |@\w+(?:\(.*\))?$|(?:SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE)\b
    |\$?\w[\w.\[\]'\"]*\s*[-+*/|.]?=\s*\S|[\w.$>-]+\(.*\)\s*[;{:]?$|.*[;{}]$|.*\{\s*\|\w)""",
    re.X,
)
_SURE = re.compile(
    r"\s*(?:[\w.]+\s=\s\S*[\w)\]]*[\[({].*[\])}]|def \w+\(.*\):|\w+\(.*\) \{.*\})\s*;?$"
)
"""A line that is code by itself; of others it takes two."""


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
    """The text with a space for each block, each piece of inline code, and code without fences."""
    if "`" in text or "~~~" in text:
        text = _INLINE.sub(" ", _BLOCK.sub(" ", text))
    start, end = bare(text)
    return f"{text[:start]} {text[end:]}" if end else text


def bare(text: str) -> tuple[int, int]:
    """Where code without fences begins and ends, (0, 0) without any: from the first line of code to
    the last, if three of four lines between them are code."""
    if not any(sign in text for sign in _SIGNS):
        return 0, 0
    lines = text.splitlines(keepends=True)
    found = [bool(_LINE.match(line.rstrip())) for line in lines]
    if not any(found):
        return 0, 0
    first, last = found.index(True), len(found) - 1 - found[::-1].index(True)
    if text.startswith(("#!/", "<?php")):
        return 0, len(text)
    inside = [n for n in range(first, last + 1) if lines[n].strip()]
    if len(inside) == 1 and not _SURE.match(lines[first]):
        return 0, 0
    if 4 * sum(found[n] for n in inside) < 3 * len(inside):
        return 0, 0
    start = sum(map(len, lines[:first]))
    return start, start + sum(map(len, lines[first : last + 1]))
