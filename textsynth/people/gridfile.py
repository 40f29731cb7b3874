"""What the YAML of a grid says, checked: attributes in three groups, conditions, templates.

id: bank-en
language: en
demographic:
  age_band: {18-24: 2, 25-34: 3, 35-44}      # value: weight
  age: {within: age_band}                    # a whole number inside the band
professional:
  occupation:
    nurse: 2
    student: {weight: 3, when: {age_band: 18-24}, text: student of geology}
behavioural:
  habit: [pays bills at night, never reads letters]
templates:
  - "{A:age}-year-old {occupation} who {habit}."
  - {text: "{A:occupation}, {age}, who {habit}.", weight: 2}
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from textsynth.errors import nearest
from textsynth.people.wording import names_in

GROUPS = ("demographic", "professional", "behavioural")

When = dict[str, list[str]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _Weighted(_Strict):
    weight: float = Field(default=1, gt=0, le=1e6, allow_inf_nan=False)
    """How often, beside the others."""

    when: When = Field(default_factory=dict)
    """Attribute → values with which it may go."""

    @field_validator("when", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            str(name): [str(one) for one in (given if isinstance(given, list) else [given])]
            for name, given in value.items()
        }


class Value(_Weighted):
    """One value of an attribute."""

    text: str = ""
    """How templates say it, if not by the value itself."""


class Template(_Weighted):
    """One way to put a persona into words."""

    text: str = Field(min_length=1)
    """With {name} for attributes, {a:name} for a or an, {은/는} for particles."""


class Attribute(_Strict):
    """Values with weights, or whole numbers `within` the band that another attribute names."""

    values: dict[str, Value] = Field(default_factory=dict)
    within: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, list):
            given = dict.fromkeys(map(str, given), 1)
        if not isinstance(given, dict) or not given:
            raise ValueError("write values as a list, or as value: weight")
        if set(given) == {"within"}:
            return given
        return {"values": {str(name): _value(value) for name, value in given.items()}}


class GridFile(_Strict):
    """A whole grid."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """What the ids of its personas begin with."""

    language: str = "en"
    source: str = ""
    licence: str = ""
    seed: int = 0
    demographic: dict[str, Attribute] = Field(default_factory=dict)
    professional: dict[str, Attribute] = Field(default_factory=dict)
    behavioural: dict[str, Attribute] = Field(default_factory=dict)
    templates: list[Template] = Field(min_length=1)

    @field_validator("templates", mode="before")
    @classmethod
    def _texts(cls, given: Any) -> Any:
        texts = given if isinstance(given, list) else [given]
        return [{"text": one} if isinstance(one, str) else one for one in texts]

    @model_validator(mode="after")
    def _known(self) -> GridFile:
        attributes = self.attributes()
        groups = [set(getattr(self, group)) for group in GROUPS]
        if sum(map(len, groups)) > len(attributes):
            raise ValueError("an attribute stands in two groups")
        if not attributes or "template" in attributes:
            raise ValueError("give it attributes, none of them called template")
        for name, attribute in attributes.items():
            if attribute.within:
                self._check_band(name, attribute.within)
            for value, spec in attribute.values.items():
                self._check_when(f"{name}={value}", spec.when)
        for number, template in enumerate(self.templates, start=1):
            self._check_when(f"template {number}", template.when)
            for wanted in names_in(template.text):
                if wanted not in attributes:
                    raise ValueError(
                        f"template {number} has {{{wanted}}}; {nearest(wanted, attributes)}"
                    )
        return self

    def attributes(self) -> dict[str, Attribute]:
        """Every attribute by its name, group after group."""
        return {**self.demographic, **self.professional, **self.behavioural}

    def _check_band(self, name: str, band: str) -> None:
        known = self.attributes()
        values = known[band].values if band in known else {}
        if not values:
            raise ValueError(f"{name} lies within {band}, which has no values")
        odd = [value for value in values if not re.search(r"\d+\s*([-–~]\s*\d+|\+)", value)]
        if odd:
            raise ValueError(f"{name} lies within {band}, whose value {odd[0]} is no band: 25-34")

    def _check_when(self, what: str, when: When) -> None:
        known = self.attributes()
        for name, values in when.items():
            if name not in known or not known[name].values:
                raise ValueError(f"{what} asks for {name}; {nearest(name, known)}")
            for value in values:
                if value not in known[name].values:
                    raise ValueError(
                        f"{what} asks for {name}={value}; {nearest(value, known[name].values)}"
                    )


def _value(given: Any) -> Any:
    """A number is a weight; nothing at all is weight 1."""
    if given is None:
        return {}
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {"weight": given}
    return given
