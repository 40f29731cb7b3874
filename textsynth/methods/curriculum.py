"""Questions and reasoned answers on a whole curriculum, made from a taxonomy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from textsynth.asking import Ask
from textsynth.errors import JobError, ReplyError
from textsynth.methods import Around, Method, Stage
from textsynth.methods import _course_checks as checks
from textsynth.methods._combos import SHAPES, choice, number_of
from textsynth.methods._course_stages import SubjectStage, SyllabusStage
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Message, Sample, Table

TRIES = 3

SHOWN = 20
"""Topics that are told of one by one, at most."""


LENGTHS = {"short": 480, "medium": 700, "long": 1400}
"""Tokens of an answer at the most; one that is cut off there goes by the filter `truncated`."""


class Curriculum(Method):
    """Topics to subjects, subjects to syllabi, one or two sessions of a syllabus to a question.

    After GLAN (arXiv 2402.13064). Needs the input `taxonomy`, or `subjects`; what the stages make
    lies in made/ of the run folder, where it may be edited. A question is about 1 to 5 key
    concepts (basic: one; intermediate: two or three of one session; advanced: of two sessions, or
    four or five), none twice before all have come. Columns: question, answer, subject, level,
    topic, sessions, concepts, difficulty.
    """

    subjects: int | None = Field(default=None, ge=1)
    """How many subjects of all topics together, shared out evenly; all that are named if not given.
    """

    queries: int = Field(default=10, ge=1, le=100)
    """How often each topic is asked for its subjects; what comes is merged."""

    listed: int = Field(default=8, ge=2, le=25)
    """How many subjects each of these queries asks for."""

    sessions: int = Field(default=12, ge=2, le=30)
    """Class sessions of a syllabus."""

    concepts: int = Field(default=5, ge=2, le=10)
    """Key concepts of a session."""

    answer: Literal["short", "medium", "long"] = "medium"
    """Length of the answers: some sentences, a few paragraphs, or in full."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "question": ("chosen", "known"), "answer": ("question", "length"),
    }  # fmt: skip
    roles: ClassVar[Mapping[str, str]] = {"question": "asker", "answer": "answerer"}
    needs: ClassVar[tuple[str, ...]] = ("subject",)
    may_use: ClassVar[tuple[str, ...]] = ("task",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {"difficulty": tuple(SHAPES)}
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = {"difficulty": tuple(SHAPES)}
    counts: ClassVar[str] = "difficulty"

    def stages(self) -> Sequence[Stage]:
        """Subjects of each topic, then the syllabus of each subject."""
        plan = {"sessions": self.sessions, "concepts": self.concepts}
        lists = {"queries": self.queries, "number": self.listed}
        return (
            SubjectStage("subjects", "subjects", lists, "topic", "subject", self.subjects),
            SyllabusStage("syllabi", "syllabus", plan, "subject", "subject"),
        )

    def ready(self, around: Around) -> Self:
        """Raises JobError where a subject has no syllabus, or one too small for a difficulty."""
        for row in around.rows.get("subject", ()):
            if not row.get("sessions"):
                raise JobError(f"the subject '{row['name']}' has no syllabus", fix="run the job")
            for difficulty in around.facets.get("difficulty", ()):
                if not number_of(_sizes(row), difficulty):
                    raise JobError(
                        f"the syllabus of '{row['name']}' gives no question that is {difficulty}",
                        "basic needs a key concept, intermediate a session with two, advanced two "
                        "sessions, or one with four",
                        f"add to it, or leave {difficulty} out of vary.difficulty",
                    )
        return self

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One pair. Raises ReplyError when three questions or answers in a row are of no use."""
        subject, difficulty = brief.fields["subject"], brief.facets["difficulty"]
        chosen = chosen_for(brief)
        question = await self._question(brief, ask, chosen)
        answer = await self._answer(brief, ask, question)
        columns: dict[str, Any] = {
            "question": question, "answer": answer, "subject": subject["name"],
            "level": subject["level"], "topic": subject["topic"],
            "sessions": [session["name"] for session in chosen],
            "concepts": [concept for session in chosen for concept in session["concepts"]],
            "difficulty": difficulty,
        }  # fmt: skip
        pair: list[Message] = [
            {"role": "user", "content": question}, {"role": "assistant", "content": answer},
        ]  # fmt: skip
        return Draft(pair, columns)

    async def _question(self, brief: Brief, ask: Ask, chosen: list[dict[str, Any]]) -> str:
        known = max(session["number"] for session in chosen)
        problem, raw = "", ""
        for take in range(TRIES):
            reply = await ask("question", take=take, chosen=chosen, known=known)
            raw, text = reply.text, checks.bare(tidy(reply.text))
            problem = checks.fault(text, chosen, brief.language)
            if not problem:
                return text
        raise ReplyError(problem, raw)

    async def _answer(self, brief: Brief, ask: Ask, question: str) -> str:
        problem, raw = "", ""
        for take in range(TRIES):
            reply = await ask(
                "answer", take=take, question=question, length=self.answer,
                options={"max_tokens": LENGTHS[self.answer]},
            )  # fmt: skip
            raw, text = reply.text, reply.text.strip()
            problem = checks.answer_fault(text, question, brief.language)
            if not problem:
                return text
        raise ReplyError(problem, raw)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Questions by difficulty and topic; by the branches above where there are many topics."""
        for words, deepest in (("topic", True), ("branch", False)):
            cells = Counter(
                (_topic_of(sample, deepest), str(sample.columns["difficulty"]))
                for sample in closing.kept
            )
            topics = sorted({topic for topic, _ in cells})
            rows: tuple[tuple[str | int, ...], ...] = tuple(
                (topic, *(cells[topic, difficulty] for difficulty in SHAPES)) for topic in topics
            )
            if 0 < len(rows) <= SHOWN:
                return [Table(f"Questions by {words}", (words, *SHAPES), rows)]
        return []


def chosen_for(brief: Brief) -> list[dict[str, Any]]:
    """The sessions of a brief, [{number, name, concepts}], `number` from 1, with the key concepts
    that were chosen from each. Depends on the subject, the difficulty and `brief.turn` alone."""
    subject, difficulty = brief.fields["subject"], brief.facets["difficulty"]
    try:
        found = choice(_sizes(subject), difficulty, brief.turn, brief.seed, str(subject["id"]))
    except ValueError as error:
        raise ReplyError(f"{subject['name']}: {error}") from None
    sessions = subject["sessions"]
    return [
        {
            "number": n + 1, "name": sessions[n]["name"],
            "concepts": [sessions[n]["concepts"][k] for k in concepts],
        }
        for n, concepts in zip(found.sessions, found.concepts, strict=True)
    ]  # fmt: skip


def _topic_of(sample: Sample, deepest: bool) -> str:
    """The topic by its path, or else its first branch; two branches may have topics of one name."""
    levels = [
        value
        for name, value in sorted(sample.facets.items())
        if name.startswith("level_") and value != "none"
    ]
    return levels[-1 if deepest else 0] if levels else str(sample.columns["topic"])


def _sizes(subject: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(len(session["concepts"]) for session in subject["sessions"])
