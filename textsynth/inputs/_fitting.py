"""Which personas a job leaves out: by attribute, by words of the description, by language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from textsynth.errors import InputError, nearest
from textsynth.records import LANGUAGES, Source

Row = dict[str, Any]
_UNSPACED = re.compile(r"[가-힣㐀-鿿぀-ヿ]")


class Exclude(BaseModel):
    """Personas that do not fit. Any other key is an attribute, with the values to leave out."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    words: tuple[str, ...] = ()
    """Whole words of the description, in any case; Hangul, Han and kana anywhere in it."""

    language: Literal["match"] | None = None
    """`match` leaves out personas in another language than the job's."""

    least: float = Field(default=0.0, ge=0, le=1)
    """For `relevant`: personas that share less than this with a chunk (0 to 1; a good match has
    about 0.1) do not go with it."""

    @field_validator("words", mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def attributes(self) -> dict[str, list[str]]:
        """Attribute → values to leave out."""
        return {
            name: [str(part) for part in (values if isinstance(values, list) else [values])]
            for name, values in (self.model_extra or {}).items()
        }


def holds(text: str, words: str) -> bool:
    """Whether `words` stand in `text`, as whole words where the writing has spaces."""
    left = "" if _UNSPACED.match(words[:1]) else r"(?<!\w)"
    right = "" if _UNSPACED.match(words[-1:]) else r"(?!\w)"
    return bool(re.search(left + re.escape(words) + right, text, re.IGNORECASE))


def leave_out(
    rows: Sequence[Row], sources: Sequence[Source], rules: Exclude, language: str
) -> tuple[list[Row], list[Source]]:
    """The rows that fit a job in `language`, and the sources, which say how many did not and why.

    `rows` stand in the order of `sources`. Raises InputError when nobody is left, or when an
    attribute is named that no persona has.
    """
    _known(rows, rules.attributes())
    tests = _tests(rules, language)
    kept: list[Row] = []
    told: list[Source] = []
    begin = 0
    whole: Counter[str] = Counter(dict.fromkeys(tests, 0))
    for source in sources:
        mine = rows[begin : begin + source.rows]
        begin += source.rows
        gone: Counter[str] = Counter()
        for row in mine:
            reason = next((name for name, test in tests.items() if test(row)), None)
            if reason is None:
                kept.append(row)
            else:
                gone[reason] += 1
        whole.update(gone)
        out = sum(gone.values())
        note = f"{out} left out ({_counts(gone)})" if out else source.note
        told.append(replace(source, rows=source.rows - out, note=note))
    if not kept:
        raise InputError(
            f"personas: `exclude` leaves nobody of {len(rows)}",
            _counts(whole),
            "exclude less, or add personas",
        )
    idle = [name for name, n in whole.items() if not n and name != "language"]
    if idle and told:
        words = f"nobody to leave out by {', '.join(idle)}"
        told[0] = replace(told[0], note="; ".join(part for part in (told[0].note, words) if part))
    return kept, told


def strangers(rows: Sequence[Row], language: str) -> int:
    """How many personas say that they are in another language."""
    return sum(_foreign(row, language) for row in rows)


def _foreign(row: Row, language: str) -> bool:
    own = str(row.get("language") or language).casefold()
    own = own.replace("_", "-").partition("-")[0]
    return own not in (language, LANGUAGES.get(language, "").casefold())


def _tests(rules: Exclude, language: str) -> dict[str, Callable[[Row], bool]]:
    """Reason → whether a row goes for it."""
    tests: dict[str, Callable[[Row], bool]] = {}
    for name, values in rules.attributes().items():
        for value in values:
            tests[f"{name} '{value}'"] = _having(name, value)
    for word in rules.words:
        tests[f"word '{word}'"] = _saying(word)
    if rules.language:
        tests["language"] = lambda row: _foreign(row, language)
    return tests


def _having(name: str, value: str) -> Callable[[Row], bool]:
    def test(row: Row) -> bool:
        own = (row.get("attributes") or {}).get(name, row.get(name))
        parts = own if isinstance(own, list) else [own]
        return any(holds(str(part), value) for part in parts if part is not None)

    return test


def _saying(word: str) -> Callable[[Row], bool]:
    return lambda row: holds(row["description"], word)


def _known(rows: Sequence[Row], attributes: Mapping[str, Sequence[str]]) -> None:
    known = {key for row in rows for key in (*(row.get("attributes") or {}), *row)}
    known -= {"attributes", "description", "id"}
    for name, values in attributes.items():
        if name not in known or not all(value.strip() for value in values):
            raise InputError(
                f"personas: `exclude` names '{name}', which no persona has",
                nearest(name, known | {"words", "language", "least"}),
                "name an attribute that they have, with the values to leave out",
            )


def _counts(gone: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {n}" for name, n in gone.items())
