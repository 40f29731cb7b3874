"""A job: what to make, frozen, holding ready-made parts (`jobfile` reads it from YAML)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from textsynth.budget import Budget
from textsynth.cells import Carried, Odds
from textsynth.dryness import Dryness
from textsynth.errors import JobError, nearest
from textsynth.inputs import Input
from textsynth.methods import Method
from textsynth.prices import Prices
from textsynth.providers import Provider
from textsynth.quality import Filter
from textsynth.quotas import Apportioned
from textsynth.records import LANGUAGES
from textsynth.redaction.options import Redact
from textsynth.scenarios import Scenarios
from textsynth.splits import Splits
from textsynth.terms import Purpose
from textsynth.writers import Writer
from textsynth.writers.dataset import Dataset

Weights = dict[str, float]


def _known_language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"'{code}' is not a language code; {nearest(code, LANGUAGES)}")
    return code


def _one_flip(flip: dict[str, list[str]]) -> dict[str, list[str]]:
    if len(flip) > 1:
        raise ValueError("flip takes one attribute, so that a difference has one cause")
    for name, values in flip.items():
        if len(set(values)) != len(values) or not 2 <= len(values) <= 6:
            raise ValueError(f"'{name}' needs two to six different values")
    return flip


class Job(BaseModel):
    """What to make, from what, with which model, and what is good enough to keep."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, use_attribute_docstrings=True
    )

    name: Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=80)]
    """Names the run's folder: outputs/<name>. Letters, digits, dot, dash, underscore."""

    method: Method
    """How a brief becomes a sample: qa, dialogue, support."""

    count: Annotated[int, Field(ge=1)]
    """How many rows to keep; `all`: write one for each row of the inputs, keep what is good."""

    whole: bool = False
    """Whether `count: all` was asked for."""

    seed: int = 0
    """Another seed draws other briefs."""

    language: Annotated[str, AfterValidator(_known_language)] = "en"
    """Two-letter code of the language to write in."""

    provider: Provider
    """Who answers: local, openai."""

    inputs: dict[str, Input] = Field(default_factory=dict)
    """What briefs are drawn from: documents, examples, personas."""

    vary: dict[str, Weights] = Field(default_factory=dict)
    """Facets: a list of values (equal shares) or value: weight."""

    quotas: dict[str, Literal["exact"] | dict[str, Annotated[int, Field(ge=0)]]] = Field(
        default_factory=dict
    )
    """Facets whose shares hold among the kept rows: `exact`, or value: number of rows. Also of
    products: `level_1 x mood: exact`."""

    flip: Annotated[dict[str, list[str]], AfterValidator(_one_flip)] = Field(default_factory=dict)
    """Fairness: each brief is written once for every value, all else equal: {gender: [woman, man]},
    any attribute of the personas, or a facet."""

    scenarios: Scenarios = Field(default_factory=Scenarios)
    """Edge cases in words, for all rows or for a `share` of them: the facet `scenario`."""

    quality: tuple[Filter, ...] = ()
    """The filters, in the order in which they are reported."""

    splits: Splits | None = None
    """Splits of the dataset that have no seed document and no near-duplicate in common: {train:
    0.9, test: 0.1}, or {shares, together, stratify, threshold}."""

    purpose: Purpose | None = None
    """What the dataset is for: commercial, internal, research, education. `check`, the card and
    `push` warn where terms of a model or the licence of a seed do not go with it."""

    export: tuple[Writer, ...] = ()
    """Formats to write into exports/ beside the dataset."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Requests at once; the provider's own figure when not given."""

    retries: Annotated[int, Field(ge=0, le=20)] = 5
    """How often a request is tried again after 429, 5xx or a dropped connection."""

    models: dict[str, Provider] = Field(default_factory=dict)
    """Role of the method → a model of its own: its name at the provider, or another provider."""

    patience: Annotated[float, Field(gt=0, le=86400)] = 600.0
    """Seconds to wait for an endpoint that fails every request before the run is stopped."""

    row_timeout: Annotated[float, Field(gt=0)] | None = 3600.0
    """Seconds of work (waiting for its turn is none) after which a row is given up; null: never."""

    budget: Budget | None = None
    """The most that the run may use: usd, tokens (in and out), minutes (of one start)."""

    prices: Prices = Field(default_factory=Prices)
    """Prices that go over the list: model: {input: 0.25, output: 2.0}, in dollars per million
    tokens, or the path of a file with them."""

    redact: Redact = Field(default_factory=Redact)
    """Personal data of the seeds is replaced: auto (where a provider is remote), true, false,
    kinds, or {kinds, style: surrogate or placeholder, allow, when: auto or always}."""

    injections: Literal["fence", "drop", "keep"] = "fence"
    """Seed text that tries to instruct the model: set between marks, left out, or kept as it is."""

    diversity: bool = True
    """Whether a run tells the diversity of its kept rows when it is closed (from 30 rows on)."""

    novelty: Dryness | Literal[False] = Field(default_factory=Dryness)
    """What to do when rows bring no new text any more: {floor: 0.2, window: 200, then: warn, shift
    or stop}; false: do not look."""

    max_briefs: Annotated[int, Field(ge=1)] | None = None
    """Give up after this many briefs; 5 x count + 20 when not given."""

    _home: Path = PrivateAttr(default=Path())
    _text: str = PrivateAttr(default="")
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)
    _where: dict[str, str] = PrivateAttr(default_factory=dict)
    _carried: tuple[Carried, ...] = PrivateAttr(default=())

    @property
    def home(self) -> Path:
        """The folder of the job file, which its paths are relative to."""
        return self._home

    @property
    def text(self) -> str:
        """The job file as it was written."""
        return self._text

    @property
    def licence(self) -> str | None:
        """What the dataset is given out under, where `export` says so."""
        return next((w.license for w in self.export if isinstance(w, Dataset)), None)

    @property
    def given(self) -> dict[str, Any]:
        """What replaced fields of the job file, from the command line or from Python."""
        return self._given

    @property
    def facets(self) -> dict[str, Weights]:
        """The facets of the job, and those of its method that the job does not name."""
        own = {
            facet: dict.fromkeys(values, 1.0)
            for facet, values in self.method.facets.items()
            if facet not in self.vary
        }
        flipped = {name: dict.fromkeys(values, 1.0) for name, values in self.flip.items()}
        return {**own, **self.vary, **flipped}

    @property
    def odds(self) -> Odds:
        """In which shares facets come, also those that rows carry, once inputs are read."""
        return Odds(self.facets, self._carried)

    def placed(
        self,
        home: Path,
        text: str,
        given: Mapping[str, Any],
        where: Mapping[str, str] | None = None,
    ) -> Job:
        """The same job, knowing its folder, how it was written, what replaced parts of it, and
        where each quota stands."""
        self._home, self._text, self._given = home, text, dict(given)
        self._where = dict(where or {})
        return self

    def carrying(self, carried: Sequence[Carried]) -> Job:
        """The job, knowing the facets that the rows of its inputs carry."""
        job = self.model_copy()
        job._carried = tuple(carried)
        return job

    def quota_at(self, name: str) -> str:
        """Where a quota stands: `job.yaml, line 7`."""
        return self._where.get(name, f"quotas.{name}")

    def changed(self, **fields: Any) -> Job:
        """The job with some fields replaced; None leaves a field as it is.

        Raises JobError when a value does not fit.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        if not given:
            return self
        raw = {name: getattr(self, name) for name in type(self).model_fields}
        if "count" in given:
            raw["whole"] = False
        try:
            job = type(self).model_validate({**raw, **given})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(step) for step in first["loc"])
            raise JobError(
                f"the option {field}: {first['msg']} (given: {first['input']!r})"
            ) from None
        return job.placed(self._home, self._text, {**self._given, **given}, self._where)

    @property
    def brief_limit(self) -> int:
        """How many briefs the run may use up."""
        return self.max_briefs or 5 * self.count + 20

    def loose(self) -> dict[str, list[str]]:
        """Facet → its values, of the facets that a run may shift on: no quota is on them."""
        if not self.novelty or self.novelty.then != "shift" or self.whole:
            return {}
        odds = self.odds
        held = {part for name in self.quotas for part in odds.parts(name)}
        free = [name for name in odds.names if name not in held and odds.size([name]) > 1]
        return {name: list(odds.weights([name])) for name in free}

    def quota_rows(self) -> dict[str, dict[str, int]]:
        """Quota → cell → kept rows wanted; the cells of a quota add up to `count`.

        One on a facet that rows carry is among them once inputs are read (`carrying`).
        """
        return Apportioned(self.quotas, self.odds, self.count).rows
