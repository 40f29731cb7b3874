"""A method around another one: what it declares is its own and what the other declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textsynth.asking import Ask
from textsynth.methods import SHELF, Method
from textsynth.records import Message, Reply, Sample


def joined(own: Any, join: Callable[[Any, Method | None], Any]) -> Any:
    """A class attribute that is `own` on the class, and joined with the inner method's on a method
    that has one. `join` is given both."""
    return _Joined(own, join)


class _Joined:
    def __init__(self, own: Any, join: Callable[[Any, Method | None], Any]) -> None:
        self.own, self.join = own, join

    def __get__(self, wrapper: Any, kind: type | None = None) -> Any:
        """The joined value; `wrapper` is None where the class itself is asked."""
        return self.own if wrapper is None else self.join(self.own, inner_of(wrapper))


def inner_of(wrapper: Any) -> Method | None:
    """The method that a wrapper holds, while or after it is made."""
    found: Method | None = wrapper.__dict__.get("of")
    return found


def full(method: Method, step: str) -> str:
    """A step of a method as it is named from outside: `folder/step`."""
    return step if "/" in step else f"{method.part}/{step}"


def by_step(attribute: str) -> Callable[[Any, Method | None], Any]:
    """Joins two mappings of steps; those of the inner method are named with their folder."""

    def join(own: Mapping[str, Any], inner: Method | None) -> Mapping[str, Any]:
        if inner is None:
            return own
        there: Mapping[str, Any] = getattr(inner, attribute)
        return {**{full(inner, step): value for step, value in there.items()}, **own}

    return join


def by_name(attribute: str) -> Callable[[Any, Method | None], Any]:
    """Joins two mappings by their names."""

    def join(own: Mapping[str, Any], inner: Method | None) -> Mapping[str, Any]:
        return own if inner is None else {**own, **getattr(inner, attribute)}

    return join


def as_within(attribute: str) -> Callable[[Any, Method | None], Any]:
    """What the inner method declares, or its own where there is none."""

    def join(own: Any, inner: Method | None) -> Any:
        return own if inner is None else getattr(inner, attribute)

    return join


def through(ask: Ask, inner: Method) -> Ask:
    """The `ask` that the inner method is handed: its steps are asked from its own folder."""

    async def asked(
        step: str,
        *,
        history: Sequence[Message] = (),
        take: int = 0,
        options: Mapping[str, Any] | None = None,
        form: Any = None,
        **fields: Any,
    ) -> Reply:
        named = full(inner, step)
        return await ask(named, history=history, take=take, options=options, form=form, **fields)

    return asked


def read_part(spec: Any, context: Any) -> Any:
    """A method from the forms in which a job names one; a method is left as it is."""
    if spec is None or isinstance(spec, Method):
        return spec
    name, options = SHELF.spec(spec)
    return SHELF.load(name).model_validate(options, context=context)


@dataclass(frozen=True)
class Cut:
    """Samples as the inner method wrote them: without the turns that were added; walked anew."""

    samples: Iterable[Sample]
    added: Callable[[Sample], int]

    def __iter__(self) -> Iterator[Sample]:
        for sample in self.samples:
            yield cut(sample, self.added(sample))


def cut(sample: Sample, turns: int) -> Sample:
    """A sample without its last turns."""
    return replace(sample, messages=sample.messages[: len(sample.messages) - turns])
