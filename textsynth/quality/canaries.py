"""Drops a sample in which a planted string comes out, and tells how much of each was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, field_validator

from textsynth.canaries import Canary, Exposure, Finder, drawn, own
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._whole import pieces
from textsynth.records import Closing, Setting, Table, Verdict


class Canaries(Filter):
    """Plants sentences with secrets in documents, and looks for them in turns, calls and columns.

    A secret counts as out when its nine digits stand in a row, whatever stands between them, also
    spelled as words. Strings of one's own count in any case, spacing and punctuation.
    """

    alone = True
    shorthand = "plant"

    plant: int | tuple[str, ...] = 0
    """How many canaries to draw and plant, or sentences to plant, each in a document of its own."""

    strings: tuple[str, ...] = ()
    """Strings that the seeds hold already, or that must not come out for other reasons."""

    others: int = Field(default=1023, ge=1, le=65535)
    """With how many others from the same space a secret is compared: exposure is at most
    log2 (others + 1) bits."""

    @field_validator("strings", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("plant", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if isinstance(value, int) and not 0 <= value <= 1000:
            raise ValueError("from 0 to 1000 canaries can be planted")
        return [value] if isinstance(value, str) else value

    @field_validator("plant", "strings")
    @classmethod
    def _long(cls, value: Any) -> Any:
        short = [text for text in (value if isinstance(value, tuple) else ()) if len(text) < 6]
        if short:
            raise ValueError(f"'{short[0]}' is too short: it would be found in any text")
        return value

    def plants(self, seed: int, language: str) -> Sequence[str]:
        """The sentences."""
        return [one.sentence for one in self._planted(seed, language)]

    def _planted(self, seed: int, language: str) -> list[Canary]:
        if isinstance(self.plant, int):
            return drawn(seed, self.plant, language)
        return own(self.plant)

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Says that the seeds are changed."""
        number = len(self._planted(setting.seed, setting.language))
        if not (number or self.strings):
            return [f"{self.part}: nothing to plant and nothing to look for; set `plant: 8`"]
        if number and setting.rows.get("chunk"):
            return [f"{self.part}: {number} planted sentences stand in the documents of this job"]
        return ()

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time."""
        canaries = [*self._planted(setting.seed, setting.language), *own(self.strings)]
        finder = Finder(canaries)

        def verdict(sample: Any) -> Verdict:
            found = finder.find(pieces(sample)[0])
            if found is None:
                return KEEP
            return Verdict(False, "canary", details={"canary": found.name})

        return verdict

    def closing(self, closing: Closing) -> Sequence[Table]:
        """For each canary: where it stands, how often it came out, and its exposure in bits."""
        setting = closing.setting
        planted = self._planted(setting.seed, setting.language)
        canaries = [*planted, *own(self.strings)]
        places = _places(canaries, setting)
        exposure = Exposure(planted, setting.seed, self.others)
        made: dict[str, int] = {}
        out: dict[str, int] = {}
        for sample, verdicts in closing.screened:
            seeds = {str(sample.seeds.get(name)) for name in ("chunk", "other")}
            for one in seeds:
                made[one] = made.get(one, 0) + 1
            for word in verdicts:
                if word.filter == self.part and not word.keep:
                    name = str(word.details["canary"])
                    out[name] = out.get(name, 0) + 1
            exposure.look(pieces(sample)[0])
        lines: list[tuple[str | int | float, ...]] = []
        for canary in canaries:
            source, row = places.get(canary.name, ("-", "-"))
            longest, bits = exposure.of(canary.secret) if canary.secret else ("-", "-")
            shown = round(bits, 1) if isinstance(bits, float) else bits
            lines.append(
                (
                    canary.name,
                    source,
                    row,
                    made.get(row, 0),
                    out.get(canary.name, 0),
                    longest,
                    shown,
                )
            )
        columns = (
            "canary", "source", "row", "rows made from it", "came out", "digits said",
            f"exposure of {(self.others + 1).bit_length() - 1} bits",
        )  # fmt: skip
        return [Table("Canaries", columns, tuple(lines))] if lines else []


def _places(canaries: Sequence[Canary], setting: Setting) -> dict[str, tuple[str, str]]:
    """Name → source and id of the document that holds it."""
    return {
        canary.name: (str(row.get("source", "")), str(row["id"]))
        for canary in canaries
        for row in setting.rows.get("chunk", ())
        if canary.sentence in row["text"]
    }
