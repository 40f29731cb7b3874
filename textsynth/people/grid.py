"""Personas without a model: weighted attributes, conditions between them, and templates.

Persona i of a grid is computed from (grid, i) alone. Attributes that conditions tie together are
one wheel, whose slots are their possible combinations by weight; every other attribute is a wheel
of its own, and so are the templates. All wheels turn at once (`walk.diagonal`), each in steps near
the golden section of its size: any stretch of personas holds the shares of every attribute closely,
and no combination of slots comes twice before all have come. Then the walk begins anew with other
numbers (ages) in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from textsynth.errors import InputError
from textsynth.people._wheel import Wheel, wheels_of
from textsynth.people.gridfile import GROUPS, Attribute, GridFile
from textsynth.people.schema import Row
from textsynth.people.wording import fill
from textsynth.records import digest
from textsynth.walk import diagonal, key_of

_COLUMNS = ("tone", "expertise", "background", "language_style")
_BAND = re.compile(r"(\d+)\s*[-–~]\s*(\d+)|(\d+)\s*\+")
_OPEN_END = 12


class Grid:
    """A grid that was read; see `personas/grids/` for examples."""

    def __init__(self, spec: GridFile) -> None:
        self.spec = spec
        self._attributes = spec.attributes()

    @classmethod
    def read(cls, path: Path, shown: str = "") -> Grid:
        """From a YAML file. Raises InputError with what is wrong in it and where."""
        shown = shown or path.name
        try:
            raw = yaml.safe_load(path.read_text("utf-8-sig"))
        except OSError as error:
            raise InputError(f"the grid '{shown}' cannot be read: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            words = " ".join(str(error).split())
            raise InputError(f"the grid '{shown}' is no valid YAML: {words}") from error
        if not isinstance(raw, dict):
            raise InputError(
                f"the grid '{shown}' is no mapping", fix=f"write id, templates, {', '.join(GROUPS)}"
            )
        try:
            grid = cls(GridFile(**{str(name): value for name, value in raw.items()}))
            _ = grid.size
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            what = first["msg"].removeprefix("Value error, ")
            raise InputError(f"the grid '{shown}' cannot be used, at {where}: {what}") from error
        except InputError as error:
            asked = f"the grid '{shown}' cannot be used: {error.asked}"
            raise InputError(asked, error.exists, error.fix) from error
        return grid

    @cached_property
    def wheels(self) -> Sequence[Wheel]:
        """The wheels that are turned, the largest first."""
        return wheels_of(self.spec)

    @cached_property
    def size(self) -> int:
        """How many combinations of slots there are before the walk begins anew."""
        return math.prod(len(wheel) for wheel in self.wheels)

    def row(self, i: int) -> Row:
        """Persona number i, from 0; the same for ever."""
        chosen = self._chosen(i)
        template = self.spec.templates[int(chosen.pop("template"))]
        words, values = {}, dict[str, Any]()
        for name, attribute in self._attributes.items():
            if attribute.within:
                values[name] = _number(chosen[attribute.within], key_of(self.spec.id, name, i))
                words[name] = str(values[name])
            else:
                values[name] = chosen[name]
                words[name] = attribute.values[chosen[name]].text or chosen[name]
        columns = {name: words[name] for name in _COLUMNS if name in values}
        return {
            "id": f"{self.spec.id}-{i + 1:06d}",
            "description": " ".join(fill(template.text, words).split()),
            **columns,
            "attributes": values,
            "language": self.spec.language,
            "source": self.spec.source or f"grid {self.spec.id}",
            **({"licence": self.spec.licence} if self.spec.licence else {}),
        }

    def rows(self, start: int = 0) -> Iterator[Row]:
        """Persona `start` and all that follow, without end."""
        while True:
            yield self.row(start)
            start += 1

    def some(self, count: int) -> list[Row]:
        """The first `count` personas with different descriptions.

        Raises InputError when the grid has not so many to say.
        """
        made: dict[str, Row] = {}
        for i, row in enumerate(self.rows()):
            if len(made) == count:
                break
            made.setdefault(digest(row["description"]), row)
            if i > 2 * (len(made) + self.size):
                raise InputError(
                    f"the grid '{self.spec.id}' gives {len(made)} different personas",
                    f"{count} were asked for",
                    "add values or templates, or ask for fewer",
                )
        return list(made.values())

    def _chosen(self, i: int) -> dict[str, str]:
        lap, spot = divmod(i, self.size)
        chosen: dict[str, str] = {}
        places = diagonal(spot, [len(wheel) for wheel in self.wheels])
        for wheel, place in zip(self.wheels, places, strict=True):
            chosen |= wheel.at(place, key_of(self.spec.id, self.spec.seed, lap, *wheel.names))
        return chosen


def number_bounds(band: str) -> tuple[int, int] | None:
    """The numbers of a band: 25-34 → (25, 34), 75+ → (75, 87); None for anything else."""
    found = _BAND.search(band)
    if not found:
        return None
    if found[3]:
        return int(found[3]), int(found[3]) + _OPEN_END
    return int(found[1]), int(found[2])


def _number(band: str, key: int) -> int:
    low, high = number_bounds(band) or (0, 0)
    return low + key % (high - low + 1)


__all__ = ["Attribute", "Grid", "GridFile", "number_bounds"]
