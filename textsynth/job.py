"""A job: what to make, frozen, holding ready-made parts (`jobfile` reads it from YAML)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from textsynth.errors import nearest
from textsynth.inputs import Input
from textsynth.methods import Method
from textsynth.providers import Provider
from textsynth.quality import Filter
from textsynth.records import LANGUAGES
from textsynth.writers import Writer

Weights = dict[str, float]


def _known_language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"'{code}' is not a language code; {nearest(code, LANGUAGES)}")
    return code


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
    """How many rows to keep."""

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
    """Facets whose shares hold among the kept rows: `exact`, or value: number of rows."""

    quality: tuple[Filter, ...] = ()
    """The filters, in the order in which they are reported."""

    export: tuple[Writer, ...] = ()
    """Formats to write into exports/ beside the dataset."""

    concurrency: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Requests at once; the provider's own figure when not given."""

    retries: Annotated[int, Field(ge=0, le=20)] = 5
    """How often a request is tried again after 429, 5xx or a dropped connection."""

    max_briefs: Annotated[int, Field(ge=1)] | None = None
    """Give up after this many briefs; 5 x count + 20 when not given."""

    _home: Path = PrivateAttr(default=Path())
    _text: str = PrivateAttr(default="")

    @property
    def home(self) -> Path:
        """The folder of the job file, which its paths are relative to."""
        return self._home

    @property
    def text(self) -> str:
        """The job file as it was written."""
        return self._text

    def placed(self, home: Path, text: str) -> Job:
        """The same job, knowing its folder and how it was written."""
        self._home, self._text = home, text
        return self

    @property
    def brief_limit(self) -> int:
        """How many briefs the run may use up."""
        return self.max_briefs or 5 * self.count + 20

    def quota_rows(self) -> dict[str, dict[str, int]]:
        """Facet → value → kept rows wanted; the values of a facet add up to `count`."""
        return {
            facet: dict(quota) if isinstance(quota, dict) else share(self.vary[facet], self.count)
            for facet, quota in self.quotas.items()
        }


def share(weights: Mapping[str, float], count: int) -> dict[str, int]:
    """`count` rows split by weight, by largest remainder (ties to the earlier value)."""
    total = sum(Fraction(w).limit_denominator(10**6) for w in weights.values())
    exact = {
        value: Fraction(w).limit_denominator(10**6) * count / total for value, w in weights.items()
    }
    rows = {value: int(part) for value, part in exact.items()}
    left = count - sum(rows.values())
    for value in sorted(exact, key=lambda v: rows[v] - exact[v])[:left]:
        rows[value] += 1
    return rows
