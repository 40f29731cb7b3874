"""Rubrics: criteria to judge a row by, shipped, in a file of the user, or in the job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from textsynth.errors import JobError, nearest
from textsynth.resources import find_file, find_files

FOLDER = "prompts/judge/rubrics"
Kind = Literal["text", "answer", "conversation"]
KINDS: tuple[Kind, ...] = ("text", "answer", "conversation")
"""What a row can be: one text; a request and its answer; three turns or more."""

HIGHEST, LOWEST = 5, 1


class Words(BaseModel):
    """A criterion in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1)
    anchors: dict[int, str] = Field(default_factory=dict)

    @field_validator("anchors", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """YAML reads yes and no as true and false."""
        if not isinstance(value, dict):
            return value
        numbers = {True: 1, False: 0, "yes": 1, "no": 0}
        return {numbers.get(k, k) if isinstance(k, bool | str) else k: v for k, v in value.items()}


class Criterion(BaseModel):
    """One question that a judge answers about a row, with what each score stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    scale: Literal["1-5", "binary"] = "1-5"
    needs: tuple[str, ...] = ()
    """What must be there beside the row: chunk, persona, reference, or a column or facet."""
    shows: tuple[str, ...] = ()
    """What is shown to the judge too, where it is there."""
    applies_to: tuple[Kind, ...] = KINDS
    floor: float | None = None
    """A row with a lower score is dropped, whatever its mean; of a binary one 1 stands for yes."""
    words: dict[str, Words] = Field(min_length=1)
    """Language → the criterion in it; other languages get the English one, else the first."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        """`question` and `anchors` may stand there without a language."""
        if not isinstance(raw, dict) or "question" not in raw:
            return raw
        rest = {k: v for k, v in raw.items() if k not in ("question", "anchors")}
        own = {"question": raw["question"], "anchors": raw.get("anchors") or {}}
        return {**rest, "words": {**rest.get("words", {}), "": own}}

    @field_validator("needs", "shows", "applies_to", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _whole(self) -> Criterion:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", self.name):
            raise ValueError(f"'{self.name}' is no name for a criterion: write a-z, 0-9 and _")
        low, high = self.ends
        for words in self.words.values():
            for score in words.anchors:
                if not low <= score <= high:
                    raise ValueError(f"an anchor stands for the score {score}, not {low} to {high}")
        if self.floor is not None and not low <= self.floor <= high:
            raise ValueError(f"the floor of {self.name} is {self.floor:g}, not {low} to {high}")
        return self

    @property
    def binary(self) -> bool:
        """Whether the answer is yes (1) or no (0)."""
        return self.scale == "binary"

    @property
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest score."""
        return (0, 1) if self.binary else (LOWEST, HIGHEST)

    def told(self, language: str) -> Words:
        """The criterion in that language, in English, or in the one that there is."""
        words = self.words
        for name in (language, "", "en"):
            if name in words:
                return words[name]
        return next(iter(words.values()))

    def value(self, score: float) -> float:
        """A score from 1 to 5: no and yes count as 1 and 5."""
        return LOWEST + (HIGHEST - LOWEST) * score if self.binary else score


@dataclass(frozen=True, slots=True)
class Origin:
    """A criterion and where it stands."""

    criterion: Criterion
    source: str


def bundled(home: Path) -> dict[str, Path]:
    """Name → file of the criteria that are shipped, or lie in the same folder beside the job."""
    found = find_files(f"{FOLDER}/*.yaml", home)
    return {path.stem: path for _, path in sorted(found.items())}


def read_rubric(name: str, home: Path) -> dict[str, Criterion]:
    """The criteria of a file: a mapping of names. Raises JobError in words."""
    path = find_file(name, home)
    if path is None:
        raise JobError(f"there is no rubric file '{name}'", fix="give its path from the job file")
    raw = _yaml(path)
    if not raw or not all(isinstance(one, dict) for one in raw.values()):
        raise JobError(
            f"'{name}' is no rubric: it maps names of criteria to what they ask",
            fix='write for example `tone: {scale: 1-5, question: "Is it friendly?"}`',
        )
    return {str(key): _made(str(key), one, path.name) for key, one in raw.items()}


def criteria_of(
    named: Sequence[str | Mapping[str, Any]], files: Sequence[str], home: Path
) -> tuple[Criterion, ...]:
    """The criteria that a job names: shipped ones, those of its rubric files, and its own.

    None named: all of the files. Raises JobError for one that is not there or is broken.
    """
    own: dict[str, Criterion] = {}
    for file in files:
        own |= read_rubric(file, home)
    shipped = bundled(home)
    found: dict[str, Criterion] = {} if named else dict(own)
    for one in named:
        if isinstance(one, str) and one in own:
            made = own[one]
        elif isinstance(one, str):
            if one not in shipped:
                raise JobError(f"there is no criterion '{one}'", nearest(one, [*own, *shipped]))
            made = _made(one, _yaml(shipped[one]), shipped[one].name)
        elif len(one) == 1 and isinstance(raw := next(iter(one.values())), Mapping):
            made = _made(str(next(iter(one))), raw, "the job")
        else:
            raise JobError(
                f"'{one}' is no criterion",
                fix="write its name, or `name: {scale: 1-5, question: ...}`",
            )
        if made.name in found:
            raise JobError(f"the criterion '{made.name}' is named twice")
        found[made.name] = made
    return tuple(found.values())


def _made(name: str, raw: Mapping[str, Any], where: str) -> Criterion:
    try:
        return Criterion.model_validate({"name": name, **raw})
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(step) for step in first["loc"])
        words = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing" and at == "words":
            at, words = "", "it has no question"
        fields = [field for field in Criterion.model_fields if field != "name"]
        raise JobError(
            f"the criterion '{name}' of {where}: {f'{at}: ' if at else ''}{words}",
            f"it may have: question, anchors, {', '.join(fields)}",
        ) from None


def _yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        words = str(error).splitlines()[0]
        raise JobError(f"the rubric {path.name} cannot be read: {words}") from None
    if not isinstance(raw, dict):
        raise JobError(f"the rubric {path.name} is not a mapping")
    return raw
