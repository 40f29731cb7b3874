"""The job field `redact`: which personal data of the seeds is replaced, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from textsynth.errors import nearest
from textsynth.privacy import KINDS

_WORDS = {"auto": "auto", "true": "always", "always": "always", "false": "never", "never": "never"}


class Redact(BaseModel):
    """`auto`, `true`, `false`, kinds, or options: see the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    when: Literal["auto", "always", "never"] = "auto"
    """`auto`: when a provider of the job is remote."""

    kinds: tuple[str, ...] = KINDS
    """What is looked for: email, phone, name, …; all kinds by default."""

    style: Literal["surrogate", "placeholder"] = "surrogate"
    """What stands in its place: something alike that is nobody's, or `[EMAIL_1]`."""

    allow: tuple[str, ...] = ()
    """Values that stay as they are, such as the company's own address."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return {"when": "always" if value else "never"}
        if isinstance(value, str):
            if value in _WORDS:
                return {"when": _WORDS[value]}
            if value not in KINDS:
                raise ValueError(
                    f"'{value}' is neither a kind of personal data nor auto, true or false; "
                    + nearest(value, (*KINDS, *_WORDS))
                )
            return {"kinds": (value,)}
        if isinstance(value, list | tuple):
            return {"kinds": tuple(value)}
        if isinstance(value, Mapping):
            wrong = [str(name) for name in value if name not in cls.model_fields]
            if wrong:
                raise ValueError(f"no option '{wrong[0]}'; {nearest(wrong[0], cls.model_fields)}")
            if "when" in value and str(value["when"]).lower() in _WORDS:
                return {**value, "when": _WORDS[str(value["when"]).lower()]}
        return value

    @field_validator("kinds", "allow", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for kind in value:
            if kind not in KINDS:
                raise ValueError(f"'{kind}' is no kind of personal data; {nearest(kind, KINDS)}")
        return value

    def on(self, remote: bool) -> bool:
        """Whether seeds are redacted, for a job that asks a remote provider or not."""
        return self.when == "always" or (self.when == "auto" and remote)
