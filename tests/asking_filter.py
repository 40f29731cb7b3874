"""A filter for tests that asks a model about each row, as a judge does."""

from __future__ import annotations

from typing import ClassVar

from textsynth.asking import Ask
from textsynth.quality import Filter, Judge
from textsynth.records import Brief, Sample, Setting, Verdict


class AskingFilter(Filter):
    """Keeps a row unless the model's word on it is "no"."""

    steps: ClassVar = {"asking_filter/word": ("text",)}
    players: ClassVar = {"asking_filter/word": "critic"}

    def judging(self, setting: Setting) -> Judge:
        """One question per row."""

        async def judge(sample: Sample, brief: Brief, ask: Ask) -> Verdict:
            reply = await ask("asking_filter/word", text=sample.texts()[0])
            good = reply.text != "no"
            return Verdict(good, "" if good else "said_no", float(good), details={"by": "critic"})

        return judge
