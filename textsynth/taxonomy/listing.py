"""Topics read out of free text: lists as models write them, numbered, bulleted, bold or bare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_MARK = re.compile(
    r"^(?P<number>\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5}|[가나다라마바사아자차카타파하])[.)](?:\s+|(?=[*\w가-힣]))"
    r"|[①-⑳❶-❿]\s*|\d{1,3}\s*[.:]\s+)"
    r"|^(?P<bullet>[-*•‣◦▪●·–—+]\s+)|^(?P<heading>#{1,6}\s+)"
)
_NUMBER = re.compile(r"^\(?\d{1,3}[.)]\s*(?=\D)")
_BOLD = re.compile(r"^(?:\*\*|__)(?P<name>.+?)(?:\*\*|__)\s*(?P<rest>.*)$")
_LABEL = re.compile(
    r"^(?:(?:sub-?)?(?:topic|chapter|part|section|unit|module|department|area|category|name)\s*"
    r"(?:\d{1,3}|[A-Z])?\s*[:.)\-–—]\s*"
    r"|제?\s*\d{1,3}\s*(?:장|부|절|과)(?:\s*[:.)\-–—]\s*|\s+)"
    r"|(?:주제|분야|이름|항목|단원|부서)\s*\d{0,3}\s*[:.)\-–—]\s*)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:what belongs to it|about|description|includes?|covers?|내용|설명|포함(?: 내용)?)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
# A colon ends the name, but not that of 24:7; a hyphen only between spaces.
_BETWEEN = re.compile(r"\s*[：|]\s*|\s*(?<!\d):\s*|\s*:(?!\d)\s*|\s+[-–—]{1,2}\s+|—|\t+|\s*→\s*")
_ASIDE = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<aside>[^()]{25,})\)\s*$")
_LAST_WORD = re.compile(
    r"(?:these|this|each|note|in summary|overall|i hope|let me|이(?:러한|상|와)|위)", re.IGNORECASE
)
_EDGES = " \t*_`\"'“”‘’「」『』<>#"
_SPACES = re.compile(r"\s+")
_HEAD = re.compile(r"^\s*\|[\s|:-]*-[\s|:-]*$")
_RULE = re.compile(r"^[\s|:*_=-]*$")

BARE = 4

LONGEST = 60
"""Characters of a name that stands in a line without a mark; more is a sentence."""


@dataclass(slots=True)
class _Line:
    rank: int
    """0: a heading, 1: numbered, 2: bold, 3: bulleted, 4: bare."""
    indent: int
    text: str


def entries(text: str) -> list[tuple[str, str]]:
    """(name, what belongs to it) for each topic of a reply, in order; the second may be empty.

    Of marked lines only the outermost count: what is listed below a topic is no sibling of it.
    What a model says before and after its list is left out.
    """
    text = _FENCE.sub("", _THINKING.sub("", text))
    if (found := _from_json(text)) is not None:
        return found
    lines = list(_lines(text))
    ranks = [line.rank for line in lines]
    outer = next((rank for rank in range(BARE) if ranks.count(rank) > 1), None)
    if outer is None:
        return _bare(lines)
    indent = min(line.indent for line in lines if line.rank == outer)
    made: list[tuple[str, str]] = []
    below = False
    for line in lines:
        if line.rank == outer and line.indent <= indent + 1:
            name, about = _split(line.text)
            # "Here is the list:" with a mark before it ends in a colon and says nothing more.
            if name:
                made.append((name, about))
            below = bool(name)
        elif below and not made[-1][1] and not _closes(line):
            made[-1] = (made[-1][0], _tidy(_ABOUT.sub("", line.text)))
    return made


def _lines(text: str) -> Iterator[_Line]:
    raws = text.splitlines()
    for number, raw in enumerate(raws):
        line = raw.strip()
        if line.startswith("|") and _HEAD.match("".join(raws[number + 1 : number + 2])):
            continue  # the head of a table
        if not line or _RULE.match(line):
            continue
        indent = len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip())
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            cells = cells[1:] if len(cells) > 2 and cells[0].rstrip(".").isdigit() else cells
            yield _Line(3, indent, ": ".join(cell for cell in cells[:2] if cell))
            continue
        mark = _MARK.match(line)
        # "**Loans**" is bold, not a bullet: a bullet has a space after it.
        if mark:
            rank = 0 if mark["heading"] else 1 if mark["number"] else 3
            yield _Line(rank, indent, line[mark.end() :].strip())
        else:
            yield _Line(2 if _BOLD.match(line) else BARE, indent, line)


def _bare(lines: list[_Line]) -> list[tuple[str, str]]:
    """Lines without marks: "Name: about", short names, or one line of names between commas."""
    if len(lines) == 1:
        text = lines[0].text.rstrip(".")
        _, colon, rest = text.partition(": ")
        names = rest if colon and rest.count(",") > 1 else text
        parts = re.split(r"\s*[,;、]\s*(?:and |및 )?", names)
        if len(parts) > 2 and all(0 < len(part) <= LONGEST for part in parts):
            return [(name, "") for part in parts if (name := _tidy(part))]
    made = []
    for line in lines:
        name, about = _split(line.text)
        if not name or len(name) > LONGEST or (not about and line.text.endswith((":", ".", "다"))):
            continue
        made.append((name, about))
    return made


def _split(text: str) -> tuple[str, str]:
    """Name and about of one line; no name where the line only leads on to others."""
    bold = _BOLD.match(text)
    if bold and not _LABEL.fullmatch(bold["name"] + " "):
        name, rest = bold["name"], bold["rest"]
        inner = _BETWEEN.search(name)
        if inner and name[inner.end() :].strip():  # "**Loans: lending to people**"
            name, rest = name[: inner.start()], f"{name[inner.end() :]} {rest}"
        return _name(name), _about(rest)
    text = _LABEL.sub("", _NUMBER.sub("", text.strip(_EDGES)), count=1)
    if aside := _ASIDE.match(text):
        return _name(aside["name"]), _about(aside["aside"])
    between = _BETWEEN.search(text, 1)
    if between is None:
        return _name(text), ""
    return _name(text[: between.start()]), _about(text[between.end() :])


def _closes(line: _Line) -> bool:
    """Whether a bare line is the model's own word after the list, not about the last topic."""
    return line.rank == BARE and line.indent == 0 and bool(_LAST_WORD.match(line.text))


def _name(text: str) -> str:
    bare = _NUMBER.sub("", text.strip(_EDGES))
    return _tidy(_LABEL.sub("", bare, count=1)).rstrip(".:,;：")


def _about(text: str) -> str:
    found = _tidy(re.sub(r"^[\s:：\-–—|→]+", "", text))
    return _ABOUT.sub("", found)


def _tidy(text: str) -> str:
    plain = re.sub(r"\*\*|__|`", "", text)
    return _SPACES.sub(" ", plain).strip(_EDGES).strip()


def _from_json(text: str) -> list[tuple[str, str]] | None:
    """The topics where the reply is JSON: a list of texts or records, or name: about."""
    start = text.strip()
    if start[:1] not in ("[", "{"):
        return None
    try:
        value = json.loads(start)
    except ValueError:
        return None
    if isinstance(value, dict) and len(value) == 1:
        (inside,) = value.values()
        value = inside if isinstance(inside, list | dict) else value
    if isinstance(value, dict):
        value = [{"name": name, "about": about} for name, about in value.items()]
    made = []
    for one in value:
        if isinstance(one, str):
            made.append(_split(one))
        elif isinstance(one, dict):
            texts = [_tidy(str(part)) for part in one.values() if isinstance(part, str)]
            made.append((_name(texts[0]), _about(" ".join(texts[1:2])))) if texts else None
    return [(name, about) for name, about in made if name]
