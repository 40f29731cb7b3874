"""A method whose rows build on earlier ones, to see generations at work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import yaml
from pydantic import Field, PrivateAttr

import textsynth as ts
from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.records import Brief, Draft, Sample

PROMPT = """\
--- options
temperature: 0
--- user
After {{ known }} comes word {{ number }}.
"""


class Chain(Method):
    """Each row is a word; its prompt holds the words that the generations before brought."""

    size: int = Field(default=5)
    """Briefs of a generation."""

    most: int = Field(default=0)
    """Generations after which the method has had enough; 0: never."""

    slow: int = Field(default=0)
    """Requests, one after the other, that the first brief needs beyond its own."""

    steps: ClassVar[dict[str, tuple[str, ...]]] = {"word": ("known", "number")}

    _known: tuple[str, ...] = PrivateAttr(default=())
    _turn: int = PrivateAttr(default=0)

    def generation(self) -> int:
        """The option `size`."""
        return self.size

    def learned(self, kept: Sequence[Sample]) -> Self:
        """Knows the words that were kept."""
        grown = self.model_copy()
        grown._known = (*self._known, *(str(sample.columns["word"]) for sample in kept))
        grown._turn = self._turn + 1
        return grown

    def ends(self) -> str:
        """After `most` generations."""
        return "the chain is long enough" if self.most and self._turn >= self.most else ""

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One word; raises ReplyError where the reply is "bad"."""
        for take in range(1, self.slow + 1 if brief.index == 0 else 1):
            await ask("word", take=take, known="waiting", number=take)
        reply = await ask("word", known=" ".join(self._known) or "nothing", number=brief.index)
        if reply.text == "bad":
            raise ReplyError("the word is bad", reply.text)
        return Draft(
            [{"role": "user", "content": "a word"}, {"role": "assistant", "content": reply.text}],
            {"word": reply.text, "known": list(self._known)},
        )


def write_job(home: Path, url: str, **fields: Any) -> Path:
    """A job file for `Chain` without the method's name, which no shelf knows; and its prompt."""
    prompt = home / "prompts" / "chain" / "word.en.jinja"
    prompt.parent.mkdir(parents=True, exist_ok=True)
    prompt.write_text(PROMPT, "utf8")
    endpoint = {
        "base_url": url, "model": "scripted", "timeout": 20, "concurrency": 8,
        "options": {"max_tokens": None},
    }  # fmt: skip
    job = {
        "name": "chain", "method": "qa", "count": 23, "seed": 3, "provider": {"openai": endpoint},
        "quality": [{"length": {"min_total": 12}}], **fields,
    }  # fmt: skip
    path = home / "job.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    return path


def load(path: Path, **options: Any) -> ts.Job:
    """The job with `Chain` as its method."""
    return ts.load_job(path).model_copy(update={"method": Chain(**options)})


def main(path: str, out: str) -> None:
    """What a process that is to be killed runs."""
    ts.run(load(Path(path), size=20), out=out)
