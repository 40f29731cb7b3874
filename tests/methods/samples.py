"""A brief, and an `ask` that answers from a script and renders every prompt for real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textsynth.asking import Ask
from textsynth.forms import Form
from textsynth.methods import ALWAYS, Method
from textsynth.prompts import PromptBook
from textsynth.records import LANGUAGES, Brief, Message, Reply

CHUNK = "A replacement card arrives within 5 working days. Express delivery costs £12."
KOREAN_CHUNK = "재발급 카드는 5영업일 안에 도착합니다. 빠른 배송은 12,000원입니다."
NURSE = {"id": "nurse", "description": "A nurse on nights.", "attributes": {"tone": "brisk"}}
TOPIC = {
    "id": "t", "name": "Bread", "text": "Cooking > Baking > Bread", "about": "What it is made of.",
    "path": ["Cooking", "Baking", "Bread"], "level": 2, "branch": "Baking",
}  # fmt: skip
SAMPLE = {
    "id": "s", "instruction": "Where is my card?", "reply": "On its way.", "system": "",
    "messages": [{"role": "user", "content": "Where is my card?"}], "source": "rows.jsonl",
}  # fmt: skip
FARMER = {"id": "farmer", "description": "A farmer who likes podcasts."}


def brief(index: int = 0, chunk: str = CHUNK, **facets: str) -> Brief:
    """A brief with everything that a method may need."""
    fields = {
        "chunk": {"id": "c", "text": chunk},
        "persona": NURSE,
        "partner": FARMER,
        "topic": TOPIC,
        "examples": [{"id": "e", "text": "where is my card"}],
        "sample": SAMPLE,
    }
    usual = {"mood": "polite", "channel": "chat", "outcome": "resolved", "label": "fraud"}
    return Brief(index, f"b{index}", fields, {**usual, **facets})


def book(method: Method, language: str = "en") -> PromptBook:
    """The shipped prompts of a method."""
    return PromptBook(Path("/nowhere"), method.part, language, LANGUAGES[language])


class Script:
    """Replies per step: the list is used up in order, and its last entry repeats."""

    def __init__(
        self,
        method: Method,
        made: Brief,
        replies: Mapping[str, Sequence[str]],
        language: str = "en",
    ) -> None:
        self.method, self.brief, self.book = method, made, book(method, language)
        self.replies = {step: list(texts) for step, texts in replies.items()}
        self.asked: list[tuple[str, int]] = []
        self.sent: list[list[Message]] = []

    async def __call__(
        self,
        step: str,
        *,
        history: Sequence[Message] = (),
        take: int = 0,
        options: Mapping[str, Any] | None = None,
        form: Any = None,
        **fields: Any,
    ) -> Reply:
        assert set(fields) == set(self.method.steps[step]), step
        own = {name: values[0] for name, values in self.method.facets.items()}
        common = {**dict.fromkeys((*ALWAYS, *self.method.may_use)), **self.book.common, **own}
        known = {**common, **self.brief.facets, **self.brief.fields, **fields}
        self.sent.append(self.book.load(step).render(known, history))
        self.asked.append((step, take))
        texts = self.replies[step]
        text = texts.pop(0) if len(texts) > 1 else texts[0]
        return Reply(text, "script", data=Form.of(form).read(text) if form else None)

    def steps(self) -> list[str]:
        """The steps asked, in order."""
        return [step for step, _ in self.asked]


class CutOnce(Script):
    """A script whose first reply to each step was cut by its limit."""

    async def __call__(self, step: str, **request: Any) -> Reply:
        reply = await super().__call__(step, **request)
        first = self.steps().count(step) == 1
        return replace(reply, finish="length") if first else reply


def as_ask(script: Script) -> Ask:
    """The script as what a method is handed."""
    return script
