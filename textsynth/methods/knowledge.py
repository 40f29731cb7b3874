"""Questions and answers about a topic, from nothing but its name: what a model knows of a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._taught import answer_fault, listed, news, question_fault
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Table

TAKES = 3
"""Questions, and answers, that one brief tries."""

PAGES = 4
"""Lists of concepts that are asked for, each without those of the lists before."""


class Checked(BaseModel):
    """Whether an answer is right and answers its question, the reason first."""

    reason: str
    right: bool
    answers_the_question: bool


class Knowledge(Method):
    """A question about a concept of the topic, then its answer by another role.

    The facet `knowledge` says of which kind it is: factual, procedural (the answer is numbered
    steps) or conceptual; `focus` what it is on: the core concept, the relation of two concepts
    (both named), an application, or a misconception (what people get wrong, and what is right).
    Each is held against the replies, in English and Korean.

    The n-th row of a topic is about the n-th of its concepts, which the model lists first, so that
    rows of one topic differ. Columns: `question`, `answer`, `topic`, `concepts`.
    """

    concepts: int = Field(default=10, ge=0, le=40)
    """Concepts of a topic in one list; 0: no list, the questions are about the topic as a whole."""

    verify: Literal["model", "none"] = "none"
    """`model`: a reader (role `judge`) must find the answer right, and that it answers its
    question."""

    system: str = ""
    """A system message to put before each row of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "concepts": ("number", "known"),
        "question": ("concept", "second", "problem"),
        "answer": ("question", "problem"),
        "verify": ("question", "answer"),
    }
    roles: ClassVar[Mapping[str, str]] = {
        "concepts": "expert", "question": "asker", "answer": "answerer", "verify": "judge",
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("topic",)
    may_use: ClassVar[tuple[str, ...]] = ("persona", "examples")
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "knowledge": ("factual", "procedural", "conceptual"),
        "focus": ("core concept", "relation", "application", "misconception"),
    }
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = facets

    varies: ClassVar[bool] = True

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One pair. Raises ReplyError, with the last fault, when three replies are useless."""
        topic = brief.fields["topic"]["name"]
        named = await self._concepts(brief, ask)
        question = await self._question(brief, ask, named)
        answer = await self._answer(brief, ask, named, question)
        if self.verify == "model":
            reply = await ask("verify", form=Checked, question=question, answer=answer)
            if not (reply.data.right and reply.data.answers_the_question):
                raise ReplyError(f"the judge does not pass the answer: {reply.data.reason}", answer)
        turns = [("user", question), ("assistant", answer)]
        if self.system:
            turns.insert(0, ("system", self.system))
        columns = {"question": question, "answer": answer, "topic": topic, "concepts": named}
        return Draft([{"role": role, "content": said} for role, said in turns], columns)

    async def _concepts(self, brief: Brief, ask: Ask) -> list[str]:
        """The concept of this visit to the topic; for a relation also another one."""
        topic, visit = brief.fields["topic"]["name"], brief.visit
        pair = brief.facets["focus"] == "relation"
        if not self.concepts and not pair:
            return [topic]
        found: list[str] = []
        number = self.concepts or 6
        for _ in range(PAGES):
            reply = await ask("concepts", number=number, known=list(found))
            more = news(listed(reply.text), [topic, *found])
            found += more[:number]
            # A list that brought nothing new is the last one.
            if visit < len(found) or not more:
                break
        if len(found) < 2:
            raise ReplyError(f"no concepts of '{topic}' were listed", reply.text)
        first = visit % len(found) if self.concepts else brief.number("concept", 0, len(found) - 1)
        if not pair:
            return [found[first]]
        # Beyond one round of the concepts their pairs still differ.
        step = 1 + (brief.number("second", 0, len(found) - 2) + visit // len(found)) % (
            len(found) - 1
        )
        return [found[first], found[(first + step) % len(found)]]

    async def _question(self, brief: Brief, ask: Ask, named: Sequence[str]) -> str:
        kind, focus = brief.facets["knowledge"], brief.facets["focus"]
        problem, raw = "", ""
        for take in range(TAKES):
            second = named[1] if len(named) > 1 else ""
            reply = await ask(
                "question", take=take, concept=named[0], second=second, problem=problem
            )
            raw = reply.text
            text = tidy(raw).partition("\n")[0].strip()
            problem = question_fault(text, kind, focus, self._sought(brief, named), brief.language)
            if not problem:
                return text
        raise ReplyError(f"the question is of no use: {problem}", raw)

    def _sought(self, brief: Brief, named: Sequence[str]) -> Sequence[str]:
        """What a question must name: not a topic whose name may be in another language than it."""
        topic = brief.fields["topic"]
        told = (topic.get("language") or brief.language) == brief.language
        foreign = not told or brief.language not in lines.READ
        return [name for name in named if not (foreign and name == topic["name"])]

    async def _answer(self, brief: Brief, ask: Ask, named: Sequence[str], question: str) -> str:
        kind, focus = brief.facets["knowledge"], brief.facets["focus"]
        problem, raw = "", ""
        for take in range(TAKES):
            reply = await ask("answer", take=take, question=question, problem=problem)
            raw, text = reply.text, tidy(reply.text)
            problem = answer_fault(text, question, kind, focus, named, brief.language)
            if reply.finish == "length":
                problem = "it is too long: it was cut"
            if not problem:
                return text
        raise ReplyError(f"the answer is of no use: {problem}", raw)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Per topic: rows, and how many different concepts they are about."""
        found: dict[str, list[str]] = {}
        for sample in closing.kept:
            found.setdefault(sample.columns["topic"], []).append(sample.columns["concepts"][0])
        made = tuple(
            (topic, len(names), len({name.casefold() for name in names}))
            for topic, names in sorted(found.items())
        )
        return (
            [Table("Concepts of the topics", ("topic", "rows", "concepts"), made)] if made else []
        )
