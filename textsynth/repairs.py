"""Which rows of a run were sent back: dropped by hand, or to be written once more.

`repairs.json` in the run's folder is part of what the run is made of: with it, the same job and the
same replies give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.errors import RunError
from textsynth.records import Verdict

FILE, STAGE = "repairs.json", "repair"

ROUND = 1_000_000
"""What a round adds to the `take` of a request: far above what a method asks by itself."""


@dataclass(frozen=True, slots=True)
class Again:
    """A brief that is written again: for each round, from which of its requests on."""

    firsts: tuple[int, ...]

    def take(self, number: int, take: int, rounds: int) -> int:
        """The take of the brief's request of that number, after so many rounds.

        What a round leaves as it is comes from the round before.
        """
        for done in range(rounds, 0, -1):
            if self.firsts[done - 1] <= number:
                return take + ROUND * done
        return take


@dataclass(frozen=True)
class Repairs:
    """What was sent back so far, by the number of the brief."""

    drop: Mapping[int, str] = field(default_factory=dict)
    """Number → why, a slug."""

    again: Mapping[int, Again] = field(default_factory=dict)

    def rounds(self, index: int) -> int:
        """How often a brief is written again."""
        again = self.again.get(index)
        return 0 if again is None else len(again.firsts)

    def take(self, index: int, number: int, take: int, rounds: int) -> int:
        """The take of a request of a brief that is written again in that round (0: first)."""
        again = self.again.get(index)
        return take if again is None else again.take(number, take, rounds)

    def verdict(self, index: int) -> Verdict | None:
        """The word on a row that was dropped by hand."""
        reason = self.drop.get(index)
        return None if reason is None else Verdict(False, reason, None, STAGE)

    @property
    def active(self) -> bool:
        """Whether any row was dropped by hand."""
        return bool(self.drop)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `Repairs.read` gives the same back."""
        return {
            "drop": {str(n): reason for n, reason in sorted(self.drop.items())},
            "again": {str(n): list(a.firsts) for n, a in sorted(self.again.items())},
        }

    @classmethod
    def read(cls, folder: Path) -> Repairs:
        """Those of a run; none where nothing was sent back. Raises RunError."""
        path = folder / FILE
        if not path.is_file():
            return cls()
        try:
            raw = json.loads(path.read_text(encoding="utf8"))
            drop = {int(n): str(reason) for n, reason in raw["drop"].items()}
            again = {int(n): Again(tuple(map(int, a))) for n, a in raw["again"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise RunError(
                f"{path} cannot be read: {error}",
                fix="put back what it was, or delete it: then no row counts as sent back",
            ) from None
        return cls(drop, again)

    def write(self, folder: Path) -> None:
        """Puts them on disk; no file where nothing was sent back."""
        path = folder / FILE
        if not self.drop and not self.again:
            path.unlink(missing_ok=True)
            return
        aside = path.with_name(path.name + ".partial")
        aside.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf8")
        aside.replace(path)
