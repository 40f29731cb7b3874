"""Texts with marked spans: what is to stand in a text is settled first, and then written about."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._asked import ENTITIES
from textsynth.methods._marks import MarkError, Span, completed, read_marks, tagged
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Table

_DIFFERENT = 100_000
"""Wordings of a type are told apart up to this many, so that memory stays bounded."""


class Found(BaseModel):
    """One entity that a reader sees in a text."""

    text: str
    type: str


class Reading(BaseModel):
    """Every entity that a reader sees in a text."""

    entities: list[Found]


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError(f"the fewest ({span[0]}) come before the most ({span[1]})")
    return span


_Few = Annotated[int, Field(ge=0, le=12)]


class Entities(Method):
    """A short text in which every entity is marked, for training taggers and extractors.

    Which types a text holds, and the values where there are lists of them, is drawn per brief, so
    that rare types come as often as common ones. Columns: `text`, `entities` (start, end, label,
    text), `tokens` and `tags` (BIO).
    """

    types: dict[str, str] = Field(min_length=1)
    """Type → what it is, in words: `{PRODUCT: name of a bank product}`."""

    values: dict[str, list[str] | str] = Field(default_factory=dict)
    """Type → values to use, or a text file with one a line. They are marked wherever they stand."""

    each: Annotated[tuple[_Few, _Few], AfterValidator(_in_order)] = (1, 3)
    """Fewest and most entities that a text is asked to hold; 0 gives texts without any."""

    what: str = ""
    """What the texts are, such as `message of a customer to a bank`; any short message if empty."""

    verify: Literal["model", "none"] = "none"
    """`model`: a reader (role `judge`) lists the entities of the plain text; one that it sees and
    that is not marked means the text is written again."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "write": ("wanted", "what", "types"),
        "verify": ("text", "types"),
    }
    roles: ClassVar[Mapping[str, str]] = {"write": "writer", "verify": "judge"}
    may_use: ClassVar[tuple[str, ...]] = ("chunk", "persona")

    @field_validator("types")
    @classmethod
    def _fit_for_marks(cls, types: dict[str, str]) -> dict[str, str]:
        for name in types:
            if not name or set(name) & set("<>/ \t\n,"):
                raise ValueError(f"the type '{name}' cannot be a mark: use letters, digits, _ or -")
        return types

    @field_validator("values")
    @classmethod
    def _lists(cls, values: dict[str, list[str] | str], info: ValidationInfo) -> dict[str, Any]:
        home = (info.context or {}).get("home", Path())
        unknown = set(values) - set(info.data.get("types", values))
        if unknown:
            raise ValueError(f"values are given for '{min(unknown)}', which is none of the types")
        return {name: _listed(given, home) for name, given in values.items()}

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows end with a list of entities for programs to read"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One text. Raises ReplyError, with the last fault, when three replies are useless."""
        wanted = self._wanted(brief)
        problem, raw = "", ""
        for take in range(3):
            reply = await ask("write", take=take, wanted=wanted, what=self.what, types=self.types)
            raw = unicodedata.normalize("NFC", tidy(reply.text))
            try:
                text, spans = self._read(raw, wanted)
                if self.verify == "model":
                    await self._verify(ask, text, spans)
            except MarkError as error:
                problem = str(error)
                continue
            return self._draft(text, spans, brief)
        raise ReplyError(f"no text with its entities marked: {problem}", raw)

    def _wanted(self, brief: Brief) -> list[dict[str, str]]:
        """The entities to write about: types in turn from a drawn start, values drawn."""
        names = list(self.types)
        start = brief.number("type", 0, len(names) - 1)
        wanted = []
        for n in range(brief.number("entities", *self.each)):
            # Neighbours from a drawn start: over many briefs every type comes equally often.
            name = names[(start + n) % len(names)]
            values = self.values.get(name) or [""]
            value = values[brief.number(f"value {n}", 0, len(values) - 1)]
            wanted.append({"type": name, "about": self.types[name], "value": value})
        return wanted

    def _read(self, marked: str, wanted: Sequence[Mapping[str, str]]) -> tuple[str, list[Span]]:
        known = {v: name for name, values in self.values.items() for v in values}
        text, spans = read_marks(marked, self.types, known)
        if not text.strip() or lines.refuses(text):
            raise MarkError("the model wrote no text")
        spans = completed(text, spans, known)
        there = {(span.label, text[span.start : span.end].casefold()) for span in spans}
        labels = [span.label for span in spans]
        for entity in wanted:
            if entity["value"] and (entity["type"], entity["value"].casefold()) not in there:
                raise MarkError(f"'{entity['value']}' is not in the text")
            if entity["type"] not in labels:
                raise MarkError(f"no {entity['type']} is marked")
        return text, spans

    async def _verify(self, ask: Ask, text: str, spans: Sequence[Span]) -> None:
        reply = await ask("verify", form=Reading, text=text, types=self.types)
        for entity in reply.data.entities:
            words = unicodedata.normalize("NFC", entity.text.strip())
            if not words or entity.type not in self.types:
                continue
            # Not by casefold, which makes two letters of one and so moves what follows.
            seen = re.search(re.escape(words), text, re.IGNORECASE)
            if seen and not any(s.start < seen.end() and seen.start() < s.end for s in spans):
                raise MarkError(f"a reader sees '{entity.text}' ({entity.type}), not marked")

    def _draft(self, text: str, spans: Sequence[Span], brief: Brief) -> Draft:
        found = [span.to_json(text) for span in spans]
        tokens, tags = tagged(text, spans)
        language = "ko" if lines.korean(text) else brief.language
        line = ENTITIES.get(language, ENTITIES["en"]).format(types=", ".join(self.types))
        asked = f"{line}\n\n{text}"
        said = json.dumps(
            [{"text": one["text"], "label": one["label"]} for one in found], ensure_ascii=False
        )
        columns = {"text": text, "entities": found, "tokens": tokens, "tags": tags}
        return Draft(
            [{"role": "user", "content": asked}, {"role": "assistant", "content": said}],
            columns,
            {"user": "writer", "assistant": "label"},
        )

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Entities of each type in the kept rows, and in how many different wordings."""
        count: dict[str, int] = dict.fromkeys(self.types, 0)
        kinds: dict[str, set[str]] = {name: set() for name in self.types}
        rows = empty = 0
        for sample in closing.kept:
            rows += 1
            empty += not sample.columns["entities"]
            for entity in sample.columns["entities"]:
                count[entity["label"]] += 1
                if len(kinds[entity["label"]]) < _DIFFERENT:
                    kinds[entity["label"]].add(entity["text"].casefold())
        lines = tuple((name, count[name], len(kinds[name])) for name in self.types)
        title = f"Entities in {rows:,} texts ({empty:,} of them without any)"
        return [Table(title, ("type", "entities", "different"), lines)] if rows else []


def _listed(given: list[str] | str, home: Path) -> list[str]:
    """The values of a list, or of the lines of a file."""
    if isinstance(given, str):
        path = home / given
        try:
            given = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the file of values '{path}' cannot be read: {error}") from None
    values = [value.strip() for value in given if value.strip()]
    if not values:
        raise ValueError("a list of values is empty")
    return list(dict.fromkeys(unicodedata.normalize("NFC", value) for value in values))
