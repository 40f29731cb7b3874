"""Drops a sample that says the same as an earlier one in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, field_validator

from textsynth.embedding import EndpointSpec
from textsynth.errors import JobError
from textsynth.quality import Screen
from textsynth.quality._fields import On
from textsynth.quality._meanings import Meanings
from textsynth.quality._repeats import Repeats, _Repeats
from textsynth.quality._seen import Seen
from textsynth.quality._text import scripts
from textsynth.quality._vectors import PaidSource, StaticSource, source_of
from textsynth.records import LANGUAGES, Sample, Setting, Verdict

Same = Literal["numbers", "negation", "names"]


class SemanticDuplicates(_Repeats):
    """Cosine of sentence vectors; it is the score. Texts that differ in what vectors do not see
    (numbers and dates, negation, names) are never called the same, and with static vectors neither
    are the same words in another order.

    Up to 8,192 rows the search is exact, above it finds about 99 % (embedding/nearest.py).
    Memory: 0.4 KB a row and field with static vectors.
    """

    shorthand = "threshold"

    threshold: float = Field(default=0.92, ge=0.5, le=1)
    """Cosine from which a sample is dropped. Of short English requests, static vectors have four of
    ten paraphrases above 0.92, seven of ten above 0.9, and pairs that differ in the one word that
    matters up to 0.89. Long texts are alike sooner: 0.95 for conversations."""

    on: On = Field(default="first_turn", min_length=1)
    """What is compared: first_turn, question (what the user says last), answer (all the assistant
    says), conversation, the name of a column, which comes first, or a list of these: a row goes if
    any of them says the same as that field of an earlier row."""

    vectors: Literal["static"] | EndpointSpec = "static"
    """static: English vectors that come with textsynth[vectors] and cost nothing; or
    {openai: {base_url, model, api_key_env, batch, timeout}}: an endpoint for embeddings. Its
    vectors are kept in the user's cache folder, so that no text is paid for twice; what they cost
    is not counted among the run's dollars."""

    same: tuple[Same, ...] = ("numbers", "negation", "names")
    """What must be equal before two texts say the same, whatever their vectors."""

    other_languages: Literal["refuse", "skip"] = "refuse"
    """What becomes of languages that the vectors do not know: refuse such a job, or skip: let its
    rows through unseen."""

    @field_validator("vectors", mode="before")
    @classmethod
    def _endpoint(cls, given: Any) -> Any:
        if isinstance(given, dict) and set(given) == {"openai"}:
            return given["openai"]
        return given

    def seen(self) -> Seen:
        """Vectors of texts."""
        return Meanings(self.threshold, source_of(self.vectors), self.same)

    def screen(self, setting: Setting) -> Screen:
        """Puts every sample it sees into one index a field, also those it drops."""
        self._refuse(setting)
        source = source_of(self.vectors)
        kind = Paid if isinstance(source, PaidSource) else Free
        return kind(self, setting, source)

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Whether the vectors know the language of the job."""
        self._refuse(setting)
        super().cautions(setting)
        if self.vectors == "static" and setting.language != "en":
            return (
                f"semantic_duplicates lets rows in {LANGUAGES[setting.language]} through unseen: "
                "its static vectors know English alone",
            )
        return ()

    def _refuse(self, setting: Setting) -> None:
        static = self.vectors == "static"
        if static and setting.language != "en" and self.other_languages == "refuse":
            raise JobError(
                f"semantic_duplicates cannot compare texts in {LANGUAGES[setting.language]}",
                "its static vectors know English alone",
                "name an endpoint: `vectors: {openai: {base_url: …, model: …}}`, or set "
                "`other_languages: skip`",
            )


class Free(Repeats):
    """Static vectors: rows in other languages are let through, and the verdict says so."""

    def __init__(
        self, options: SemanticDuplicates, setting: Setting, source: StaticSource | PaidSource
    ) -> None:
        self._static = isinstance(source, StaticSource)
        self._of, self._same = options.threshold, options.same
        self._source = source
        super().__init__(options, setting)

    def fresh(self) -> Seen:
        """All fields and datasets share one source of vectors."""
        return Meanings(self._of, self._source, self._same)

    def __call__(self, sample: Sample) -> Verdict:
        """As of all that remember, for rows whose language the vectors know."""
        if self._static and (language := _unknown(sample, self.texts(sample).values())):
            return Verdict(keep=True, details={"not_compared": language})
        return super().__call__(sample)

    def foresees(self, sample: Sample) -> bool:
        """Whether an earlier row says the same."""
        known = self._static and not _unknown(sample, self.texts(sample).values())
        return known and super().foresees(sample)


class Paid(Free):
    """An endpoint's vectors: asked for ahead, many at once."""

    async def ahead(self, sample: Sample) -> None:
        """Fetches the vectors of a sample's fields. Raises ProviderError."""
        if isinstance(self._source, PaidSource):
            for text in self.texts(sample).values():
                if text:
                    await self._source.fetched(text)

    def held(self, sample: Sample) -> bool:
        """Whether nothing need be fetched for a sample."""
        texts = [text for text in self.texts(sample).values() if text]
        return isinstance(self._source, PaidSource) and self._source.holds(texts)


def _unknown(sample: Sample, texts: Any) -> str:
    """The language or script of a sample that English vectors do not know; "" for English."""
    if sample.language not in ("", "en"):
        return sample.language
    counts = scripts(" ".join(texts))
    latin, letters = counts.get("latin", 0), sum(counts.values())
    # Other letters say more each: one in ten of them is a text that is not English.
    if letters and latin < 0.9 * letters:
        return max((n, name) for name, n in counts.items() if name != "latin")[1]
    return ""
