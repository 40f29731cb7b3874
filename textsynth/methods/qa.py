"""A question that a persona would ask, and its answer, both grounded in one chunk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from textsynth.errors import ReplyError
from textsynth.methods import Ask, Method
from textsynth.methods import _lines as lines
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Draft


class Qa(Method):
    """Asks for a question that the chunk answers, then for the answer from the chunk alone.

    The question comes with a short answer of its own, which stands in where the second reply finds
    none: small models say so too often.
    """

    system: str = ""
    """A system message to put before each pair of the dataset; none when empty."""

    context: bool = True
    """Keep the chunk's text in a column named `context`."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "question": ("pick",),
        "answer": ("question",),
    }
    roles: ClassVar[Mapping[str, str]] = {"question": "asker", "answer": "answerer"}
    needs: ClassVar[tuple[str, ...]] = ("chunk",)
    may_use: ClassVar[tuple[str, ...]] = ("persona", "examples")

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One pair. Raises ReplyError when three questions in a row find no answer in the chunk."""
        chunk = brief.fields["chunk"]["text"]
        pick = brief.number("question", 0, 999)
        question = answer = ""
        problem = ("the model wrote no question", "")
        for take in range(3):
            reply = await ask("question", take=take, pick=pick + take)
            question, _, short = (part.strip() for part in _one_line(reply.text).partition("|"))
            if not _sound(question, chunk) or not lines.asks(question):
                problem = ("the model wrote no question", reply.text)
                continue
            reply = await ask("answer", question=question)
            answer = tidy(reply.text)
            if _answers(answer) and _sound(answer, chunk, question) and answer != question:
                break
            if _sound(short, chunk, question) and lines.covered(short, chunk) >= 0.7:
                answer = short
                break
            answer = ""
            problem = (f"the chunk does not answer the question: {question}", reply.text)
        if not answer:
            raise ReplyError(*problem)
        columns = {"question": question, "answer": answer}
        if self.context:
            columns["context"] = brief.fields["chunk"]["text"]
        draft: list[tuple[str, str]] = [("user", question), ("assistant", answer)]
        if self.system:
            draft.insert(0, ("system", self.system))
        return Draft([{"role": role, "content": text} for role, text in draft], columns)


def _sound(line: str, chunk: str, question: str = "") -> bool:
    """Whether a line is no refusal, does not speak of the text, and has its figures from it.

    Dots for something left out come from the form that the prompt shows.
    """
    bad = lines.refuses(line) or lines.about_text(line) or "..." in line or "…" in line
    return bool(line) and not bad and lines.grounded(line, chunk, question)


def _answers(line: str) -> bool:
    """Whether a line is an answer, and not the word that there is none."""
    return not re.match(r"\W*(?:not in the text|글에 없)", line, re.IGNORECASE)


def _one_line(text: str) -> str:
    """The first line that is not empty, without numbering or a label."""
    lines = [line for line in tidy(text).splitlines() if line.strip()]
    if not lines:
        return ""
    head, mark, rest = lines[0].partition(":")
    label = head.strip("* ").lower() in ("question", "q", "질문")
    line = rest if mark and label else lines[0]
    return tidy(line.strip().lstrip("0123456789.)-* "))
