"""The same content for another reader: another register, another persona, another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._asked import manner, rewriting
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Draft

_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_ENGLISH = re.compile(
    r"\b(?:a|an|the|and|of|to|is|are|you|your|it|for|in|on|at|by|with|within|can|not|if|or)\b",
    re.IGNORECASE,
)
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LABEL = re.compile(r"^\W*(?:the|your)? ?(?:rewritten )?text\W*:\s*|^글\s*:\s*", re.IGNORECASE)


class Judged(BaseModel):
    """Whether two texts say the same."""

    reason: str
    same: bool


class Rewrite(Method):
    """A chunk said again in the register of the facet `register`, for the persona if there is one,
    in the job's language whatever that of the chunk is.

    Held against the chunk: every figure of it is still there and none was added, it is no copy, and
    neither far shorter nor far longer. Columns: `source_text`, `text`.
    """

    figures: Literal["all", "none_new"] = "all"
    """`all`: every figure of the chunk must stay. `none_new`: some may go, as in a brief text."""

    ratio: tuple[float, float] = (0.3, 2.5)
    """Least and greatest length against the chunk's; letters of Korean, Chinese and Japanese count
    as two."""

    verify: Literal["model", "none"] = "none"
    """`model`: a reader (role `judge`) must find that both texts say the same."""

    system: str = Field(default="")
    """A system message to put before each pair of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "write": ("manner",),
        "verify": ("text",),
    }
    roles: ClassVar[Mapping[str, str]] = {"write": "writer", "verify": "judge"}
    needs: ClassVar[tuple[str, ...]] = ("chunk",)
    may_use: ClassVar[tuple[str, ...]] = ("persona",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "register": ("formal", "plain", "casual", "warm", "brief")
    }

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One text. Raises ReplyError, with the last fault, when three replies are useless."""
        chunk = brief.fields["chunk"]["text"]
        register = brief.facets.get("register", "plain")
        problem, text = "", ""
        for take in range(3):
            reply = await ask("write", take=take, manner=manner(register, "en"))
            text = _LABEL.sub("", tidy(reply.text))
            problem = self._fault(text, chunk, register) or _about_reader(text, chunk, brief)
            if not problem and self.verify == "model":
                judged = await ask("verify", form=Judged, text=text)
                problem = "" if judged.data.same else f"it says another thing: {judged.data.reason}"
            if not problem:
                break
        if problem:
            raise ReplyError(f"the text was not rewritten: {problem}", text)
        language = "ko" if lines.korean(text) else brief.language
        reader = (brief.fields.get("persona") or {}).get("description", "")
        asked = f"{rewriting(register, language, reader)}\n\n{chunk}"
        turns = [("user", asked), ("assistant", text)]
        if self.system:
            turns.insert(0, ("system", self.system))
        columns = {"source_text": chunk, "text": text}
        return Draft([{"role": role, "content": said} for role, said in turns], columns)

    def _fault(self, text: str, chunk: str, register: str) -> str:
        """What is wrong with a text; empty when nothing is."""
        if not text or lines.refuses(text):
            return "the model declined or said nothing"
        if lines.echoes(text, chunk):
            return "it is a copy"
        if lines.about_text(text):
            return "it speaks of the text"
        there, now = _figures(chunk), _figures(text)
        if now - there:
            return f"the figure {min(now - there)} is new"
        if self.figures == "all" and register != "brief" and there - now:
            return f"the figure {min(there - now)} is gone"
        ratio = _size(text) / max(_size(chunk), 1)
        low = self.ratio[0] / 2 if register == "brief" else self.ratio[0]
        if not low <= ratio <= self.ratio[1]:
            return f"it is {ratio:.2f} times as long"
        shared = lines.covered(chunk, text) if _one_language(chunk, text) else 1.0
        little = register != "brief" and shared < 0.2
        return "too little of the text is left in it" if little else ""


def _about_reader(text: str, chunk: str, brief: Brief) -> str:
    """Small models write about the reader, or as the reader, instead of for them."""
    persona = brief.fields.get("persona")
    if not persona:
        return ""
    about = persona["description"]
    more = lines.covered(about, text) - lines.covered(about, chunk)
    return "it speaks of the reader" if more > 0.25 else ""


def _one_language(one: str, other: str) -> bool:
    """Whether two texts are both Korean or both English, as far as a few common words tell."""
    if lines.korean(one) or lines.korean(other):
        return lines.korean(one) and lines.korean(other)
    return all(len(set(map(str.lower, _ENGLISH.findall(text)))) > 1 for text in (one, other))


def _figures(text: str) -> set[str]:
    return {figure.replace(",", "") for figure in _FIGURE.findall(text)}


def _size(text: str) -> int:
    return len(text) + len(_DENSE.findall(text))
