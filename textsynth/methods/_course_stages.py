"""The stages before a curriculum: subjects of each topic, and the syllabus of each subject."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from textsynth.errors import JobError
from textsynth.methods import Row, Stage
from textsynth.methods import _lines as lines
from textsynth.records import Sample
from textsynth.taxonomy.courses import subject_rows, with_syllabus
from textsynth.taxonomy.tree import BETWEEN

SUBTOPICS = 12
"""Subtopics that stay when the results of several queries are merged."""


@dataclass(frozen=True)
class SubjectStage(Stage):
    """Topics to subjects: the results of all queries about a topic, merged."""

    in_all: int | None = None
    """How many subjects there are to be of all topics together; None: all that are named."""

    shares: Mapping[str, int] = field(default_factory=dict)
    """Id of a topic → how many subjects it gets."""

    def among(self, rows: Sequence[Row]) -> Self:
        """Shares the subjects out evenly. What is asked does not depend on it: no reply is lost
        when topics come and go."""
        if self.in_all is None or not rows:
            return self
        if self.in_all < len(rows):
            raise JobError(
                f"curriculum.subjects is {self.in_all}, for {len(rows):,} topics",
                fix=f"it is the number in all: give {len(rows):,} at least, or fewer topics",
            )
        whole, rest = divmod(self.in_all, len(rows))
        shares = {str(row["id"]): whole + (n < rest) for n, row in enumerate(rows)}
        most = int(self.options["queries"]) * int(self.options["number"])
        if whole + (rest > 0) > most:
            raise JobError(
                f"curriculum.subjects is {self.in_all}, for {len(rows):,} topics",
                f"the queries name {most} subjects of a topic at most",
                "raise `queries` or `listed`, or give more topics",
            )
        return replace(self, shares=shares)

    def about(self, row: Row) -> Any:
        """The topic, and its share."""
        return [_topic_words(row), row.get("about", ""), self.shares.get(str(row["id"]))]

    def product(self, row: Row, kept: Sequence[Sample]) -> Any:
        """The topic in words and its subjects, those named most often first."""
        listed = merged([sample.columns["subjects"] for sample in kept])
        return {"topic": _topic_words(row), "subjects": listed[: self.shares.get(str(row["id"]))]}

    def rows(self, row: Row, product: Any) -> list[Row]:
        """The subjects, with the path of their topic as the tree has it."""
        path = list(row.get("path") or [row["name"]])
        weights = [*(row.get("weights") or [1.0] * (len(path) - 1)), float(row.get("weight", 1.0))]
        found = subject_rows(product, BETWEEN.join(path))
        # A root without a name stands in the path of the tree's rows, but not in a file.
        once = {
            one["id"]: {**one, "weights": weights[max(0, len(weights) - len(one["path"])) :]}
            for one in found
        }
        return list(once.values())

    def specimen(self) -> Row:
        """A subject of no topic."""
        (row,) = subject_rows([{"name": "…", "level": "…", "subtopics": ["…"]}], "…")
        return row


@dataclass(frozen=True)
class SyllabusStage(Stage):
    """Subjects to subjects with their syllabus."""

    def made(self, row: Row) -> bool:
        """Whether the subject came with its syllabus."""
        return bool(row.get("sessions"))

    def place(self, row: Row) -> tuple[str, ...]:
        """Topic, then subject."""
        return tuple(filter(None, (row["topic"], row["name"])))

    def about(self, row: Row) -> Any:
        """Name, level, subtopics and topic of the subject."""
        return [row["name"], row["level"], row["subtopics"], row["path"]]

    def product(self, row: Row, kept: Sequence[Sample]) -> Any:
        """The subject and its sessions."""
        return {
            "subject": row["name"], "topic": BETWEEN.join(row["path"]), "level": row["level"],
            "subtopics": row["subtopics"], "sessions": kept[0].columns["sessions"],
        }  # fmt: skip

    def rows(self, row: Row, product: Any) -> list[Row]:
        """The subject with its syllabus."""
        return [with_syllabus(row, product)]

    def specimen(self) -> Row:
        """A subject whose syllabus has all difficulties in it."""
        session = {"name": "…", "concepts": ["a", "b"]}
        (row,) = subject_rows([{"name": "…", "sessions": [session, session]}], "…")
        return row


def merged(lists: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The subjects of several queries as one list: nearly equal names are one subject.

    Named by more queries comes first, then named earlier; subtopics are joined in that order, and
    the level is the one that was said most often.
    """
    found: list[dict[str, Any]] = []
    for query, listed in enumerate(lists):
        for subject in listed:
            same = next((one for one in found if same_name(one["name"], subject["name"])), None)
            if same is None:
                same = {"name": subject["name"], "queries": set(), "levels": [], "subtopics": []}
                found.append(same)
            same["queries"].add(query)
            same["levels"].append(subject["level"])
            for text in subject["subtopics"]:
                if not any(same_name(text, known) for known in same["subtopics"]):
                    same["subtopics"].append(text)
    found.sort(key=lambda one: -len(one["queries"]))
    return [
        {
            "name": one["name"], "level": max(one["levels"], key=one["levels"].count),
            "subtopics": one["subtopics"][:SUBTOPICS],
        }
        for one in found
    ]  # fmt: skip


_ASIDE = re.compile(r"\([^)]*\)")
_SMALL = re.compile(r"\b(?:an?|the|of|in|to|and)\b|[\W_]+")


def same_name(one: str, other: str) -> bool:
    """Whether two names mean one thing: without small words, marks and asides they are alike."""
    first, second = (_bare(name) for name in (one, other))
    return first == second or lines.echoes(first, second)


def _bare(name: str) -> str:
    return _SMALL.sub("", _ASIDE.sub("", name.casefold()))


def _topic_words(row: Row) -> str:
    return str(row.get("text") or BETWEEN.join(row.get("path") or [str(row["name"])]))
