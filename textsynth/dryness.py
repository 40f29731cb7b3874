"""What a job says of the case that its rows bring no new text any more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Dryness(BaseModel):
    """The field `novelty` of a job."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    floor: Annotated[float, Field(gt=0, lt=1)] | None = None
    """The least share of new text (runs of three tokens that no earlier row had) in a window."""

    window: Annotated[int, Field(ge=10, le=100_000)] = 200
    """Written rows that are judged together; of a value of a facet a tenth of that, at least 10."""

    then: Literal["warn", "shift", "stop"] = "warn"
    """Under the floor: warn; write no more of the values of facets that bring nothing new (`shift`,
    never of a facet that a quota is on); or end the run (`stop`)."""

    @property
    def of_a_value(self) -> int:
        """Rows of a value of a facet that are judged together."""
        return max(10, self.window // 10)
