"""A filter for tests that has a model grade each row, with a threshold, as a judge has."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from textsynth.asking import Ask
from textsynth.quality import Filter, Judge
from textsynth.records import Brief, Sample, Setting, Verdict


class GradingFilter(Filter):
    """Keeps a row whose grade, 1 to 5, is high enough."""

    steps: ClassVar = {"grading_filter/grade": ("text",)}
    players: ClassVar = {"grading_filter/grade": "grader"}

    shorthand = "at_least"

    at_least: int = 3
    """The lowest grade that is kept."""

    def judging(self, setting: Setting) -> Judge:
        """One question per row."""

        async def judge(sample: Sample, brief: Brief, ask: Ask) -> Verdict:
            reply = await ask("grading_filter/grade", text=sample.texts()[0])
            grade = int(reply.text)
            good = grade >= self.at_least
            return Verdict(good, "" if good else "low_grade", float(grade))

        return judge


def offered(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offers the filter as another package would, by an entry point in a folder on the path."""
    about = place / "grading-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: grading\nVersion: 1.0\n", "utf8")
    (about / "entry_points.txt").write_text(
        "[textsynth.quality]\ngrading_filter = tests.grading_filter:GradingFilter\n", "utf8"
    )
    monkeypatch.syspath_prepend(str(place))


def prompt_beside(home: Path) -> None:
    """Its prompt, in the folder of a job."""
    folder = home / "prompts" / "grading_filter"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grade.en.jinja").write_text("--- user\nGrade? {{ text }}\n", "utf8")
