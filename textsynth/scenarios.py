"""Edge cases in words that some rows are to be about: read from the job, drawn as a facet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import JobError

FACET, NONE = "scenario", "none"
"""The facet's name, and its value in rows that are about no edge case."""

_NAME = 48
"""Longest name that is made from a scenario's own words."""

_FIX = "write `scenarios: [text, …]`, or `{list: [text, …] or {text: weight}, share: 0.3}`"


@dataclass(frozen=True)
class Scenarios:
    """Name → what prompts see, and name → weight; `share`: of the rows, how many have one."""

    texts: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    share: float = 1.0

    @classmethod
    def read(cls, spec: Any, home: Path) -> Scenarios:
        """From what stands in the job: a list, `{list, share}`, or the path of a file.

        A file is YAML of the same forms, or text with a scenario on each line. Raises JobError.
        """
        share: Any = 1.0
        if isinstance(spec, Mapping) and "list" in spec:
            unknown = set(spec) - {"list", "share"}
            if unknown:
                raise JobError(f"scenarios has no field '{min(map(str, unknown))}'", "", _FIX)
            share, spec = spec.get("share", 1.0), spec["list"]
        if isinstance(spec, str):
            return cls._of_file(spec, share, home)
        good = isinstance(share, int | float) and not isinstance(share, bool)
        if not good or not 0 < share <= 1:
            raise JobError(f"the share of scenarios is '{share}'", fix="give a number from 0 to 1")
        texts: dict[str, str] = {}
        weights: dict[str, float] = {}
        for name, text, weight in _entries(spec):
            name = _short(text, texts) if name is None else name
            if name in texts or name == NONE:
                word = "stands twice" if name in texts else "is the name for rows without one"
                raise JobError(f"the scenario '{name}' {word}", fix="give it another name")
            texts[name], weights[name] = text, weight
        if not sum(weights.values()):
            raise JobError("there is no scenario with a weight", fix=_FIX)
        return cls(texts, weights, float(share))

    @classmethod
    def _of_file(cls, name: str, share: float, home: Path) -> Scenarios:
        path = home / name
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            word = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise JobError(
                f"the scenarios '{name}' cannot be read: {word}",
                fix="give the path of a YAML or text file, relative to the job's folder",
            ) from None
        if path.suffix.lower() not in (".yaml", ".yml"):
            return cls.read({"list": [n for n in text.splitlines() if n.strip()], "share": share},
                            home)  # fmt: skip
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise JobError(f"the scenarios '{name}' are not YAML: {error}") from None
        if isinstance(found, str) or (isinstance(found, Mapping) and isinstance(
            found.get("list"), str
        )):  # fmt: skip
            raise JobError(f"the scenarios '{name}' name another file", fix=_FIX)
        if isinstance(found, Mapping) and "list" in found:
            return cls.read({"share": share, **found}, home)
        return cls.read({"list": found, "share": share}, home)

    def shares(self) -> dict[str, float]:
        """Name → share of the rows; what is left goes to `none`."""
        total = sum(self.weights.values())
        found = {name: self.share * weight / total for name, weight in self.weights.items()}
        return found if self.share == 1 else {**found, NONE: 1 - self.share}

    def shown(self, facets: Mapping[str, str]) -> dict[str, str | None]:
        """What a brief's prompts see under `scenario`; nothing where the job has no scenarios."""
        if not self.texts:
            return {}
        text = self.texts.get(facets.get(FACET, NONE))
        # Prompts set a full stop after it.
        plain = text is not None and text.endswith((".", "。")) and not text.endswith("..")
        return {FACET: text[:-1] if text and plain else text}


def _entries(spec: Any) -> list[tuple[str | None, str, float]]:
    """(name or None, text, weight) of each scenario; a number is a weight, a text a name's text."""
    found: list[tuple[str | None, str, float]] = []
    for entry in spec if isinstance(spec, list) else [spec]:
        if isinstance(entry, str | int) and not isinstance(entry, bool):
            found.append((None, str(entry).strip(), 1.0))
        elif isinstance(entry, Mapping):
            found += [_entry(str(key).strip(), value) for key, value in entry.items()]
        else:
            raise JobError(f"'{entry}' is no scenario", fix=_FIX)
    empty = [entry for entry in found if not entry[1] or entry[0] == ""]
    if empty or not found:
        raise JobError("a scenario is empty" if found else "scenarios holds none", fix=_FIX)
    return found


def _entry(key: str, value: Any) -> tuple[str | None, str, float]:
    if isinstance(value, str):
        return key, value.strip(), 1.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise JobError(
            f"the scenario '{key}' has the value '{value}'",
            fix="a number is its weight, a text says what it is about: {name: text}",
        )
    return None, key, float(value)


def _short(text: str, taken: Mapping[str, str]) -> str:
    """A name for a scenario: its own words, cut at a space where they are many."""
    line = " ".join(text.split())
    if len(line) <= _NAME:
        return line
    cut = line[:_NAME].rsplit(" ", 1)[0].rstrip(" ,;:.")
    name, number = f"{cut}…", 2
    while name in taken and taken[name] != text:
        name, number = f"{cut}… {number}", number + 1
    return name
