"""Several endpoints or keys for one model: by weight, with a limit each, and failover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
    model_validator,
)

from textsynth.errors import JobError
from textsynth.prices import Price
from textsynth.providers import SHELF, Provider


class Member(BaseModel):
    """One endpoint of a pool and its share of the requests."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    provider: SerializeAsAny[Provider]
    weight: Annotated[float, Field(gt=0, le=1e6)] = 1.0


class Pool(Provider):
    """Endpoints that serve the same model. Whoever has room and the least to do gets a request."""

    shorthand: ClassVar[str] = "of"

    of: tuple[Member, ...]
    """The endpoints: a list of providers, each with a `weight` beside it if not 1."""

    model: str = ""
    """The model's name for this run, where the endpoints call it by different names."""

    options: dict[str, Any] = Field(default_factory=dict)
    """Sampling options that go over those of the prompts; null leaves an option out."""

    @field_validator("of", mode="before")
    @classmethod
    def _members(cls, raw: Any, info: ValidationInfo) -> Any:
        if not isinstance(raw, list | tuple) or not raw:
            raise ValueError("a pool is a list of providers, such as `- openai: {...}`")
        return [_member(entry, info.context) for entry in raw]

    @model_validator(mode="after")
    def _one_model(self) -> Pool:
        names = {member.provider.model_id() for member in self.of}
        if len(names) > 1 and not self.model:
            raise ValueError(
                f"the endpoints of a pool serve one model, and these are {', '.join(sorted(names))}"
                "; if they are the same, say so with `pool: {model: NAME, of: [...]}`"
            )
        if any(member.provider.detached for member in self.of):
            raise ValueError("a batch provider cannot be in a pool")
        return self

    @property
    def remote(self) -> bool:  # type: ignore[override]
        """Whether prompts leave this machine."""
        return any(member.provider.remote for member in self.of)

    def model_id(self) -> str:
        return self.model or self.of[0].provider.model_id()

    def address(self) -> str:
        return f"a pool of {len(self.of)}"

    def requests_at_once(self) -> int:
        return sum(member.provider.requests_at_once() for member in self.of)

    def endpoints(self) -> Sequence[tuple[Provider, float]]:
        return [(member.provider, member.weight) for member in self.of]

    def price(self, model: str) -> Price | None:
        return self.of[0].provider.price(model)

    def secrets(self) -> list[str]:
        return [secret for member in self.of for secret in member.provider.secrets()]

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        merged = {**options, **self.options}
        first, *others = [member.provider.body_options(merged) for member in self.of]
        if all(body == first for body in others):
            return first  # as one of them would be asked alone, so a pool can take over its run
        return {name: value for name, value in merged.items() if value is not None}

    def completes_by(self) -> str:
        return " ".join(sorted({m.provider.completes_by() for m in self.of} - {""}))

    def cannot_complete(self) -> str:
        return next((why for m in self.of if (why := m.provider.cannot_complete())), "")

    async def check(self) -> list[str]:
        """Every endpoint's lines; raises only where none of them can work."""
        lines: list[str] = []
        problems = []
        for number, member in enumerate(self.of, 1):
            try:
                lines += [f"{number}: {line}" for line in await member.provider.check()]
            except Exception as error:  # noqa: BLE001 - raised below where nobody else answers
                problems.append(error)
                lines.append(f"{number}: {error}")
        if len(problems) == len(self.of):
            raise problems[0]
        return lines


def _member(entry: Any, context: Any) -> Any:
    if isinstance(entry, Member):
        return entry
    if isinstance(entry, dict) and "provider" in entry:
        spec, weight = entry["provider"], entry.get("weight", 1.0)
        if isinstance(spec, Provider):
            return Member(provider=spec, weight=weight)
    elif isinstance(entry, dict):
        weight = entry.get("weight", 1.0)
        spec = {name: value for name, value in entry.items() if name != "weight"}
    else:
        spec, weight = entry, 1.0
    try:
        name, options = SHELF.spec(spec)
        kind = SHELF.load(name)
    except JobError as error:
        raise ValueError(str(error)) from None
    return {"provider": kind.model_validate(options, context=context), "weight": weight}
