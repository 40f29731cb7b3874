"""The shelf of quality filters: each passes a verdict on a sample; what it drops stays on disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, model_validator

from textsynth.asking import Ask
from textsynth.errors import nearest
from textsynth.records import LANGUAGES, Brief, Sample, Setting, Verdict, spoken
from textsynth.shelf import Part, Shelf

Screen = Callable[[Sample], Verdict]
"""One filter at work in one run: called once per sample, in the order of the briefs."""

Mend = Callable[[Sample], tuple[Sample, Mapping[str, Any]]]
"""Changes a sample before any filter sees it; also what was changed, for the filter's verdict."""

Judge = Callable[[Sample, Brief, Ask], Awaitable[Verdict]]
"""A filter that asks a model: may be called side by side and in any order."""

KEEP = Verdict(keep=True)

VARIED = ("per_language", "per_kind")
"""The options of every filter that looks at a sample alone: other options for some rows."""

GIVEN = "given"
"""The method of a row that no method wrote: one of a data set that is curated."""

SHAPES = ("messages", "pair", "text")
"""The kinds of given rows: a conversation, a question with its answer, texts in columns."""


def shape(sample: Sample) -> str:
    """Which of SHAPES a row has."""
    said = spoken(sample.messages)
    if not said:
        return "text"
    return "pair" if [m["role"] for m in said] == ["user", "assistant"] else "messages"


def kinds_of(sample: Sample) -> tuple[str, ...]:
    """The kinds of a row, the narrowest first: its shape and `given`, or its method."""
    return (shape(sample), GIVEN) if sample.method == GIVEN else (sample.method,)


class Filter(Part):
    """A filter's options. `screen` starts it for one run; `judging` where it asks a model."""

    alone: ClassVar[bool] = False
    """Whether its verdict depends on nothing but the sample: it may then be passed in any order,
    beside others, and in another process."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Each prompt it asks, named `folder/step`, with the fields it hands over. A filter with steps
    is asked by `judging`, and only where no filter before it drops the sample."""

    players: ClassVar[Mapping[str, str]] = {}
    """Step → the role that plays it; `models` of the job gives a role a model of its own."""

    may_use: ClassVar[tuple[str, ...]] = ()
    """Fields that its prompts use where they are there; None where they are not."""

    per_language: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options for the rows of a language, over those above: `{ko: {option: value}}`."""

    per_kind: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options for the rows of a kind, over those of their language: `{dialogue: {option: value}}`.
    A kind is a method; for rows of a file, `given`, or one of messages, pair and text."""

    _variants: dict[tuple[str, str], Filter] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _vary(self, info: ValidationInfo) -> Self:
        if not self.per_language and not self.per_kind:
            return self
        if not self.alone:
            raise ValueError(
                "per_language and per_kind are options of filters that look at each row by itself; "
                f"{self.part} compares rows or asks a model"
            )
        _named("per_language", self.per_language, LANGUAGES)
        methods = (info.context or {}).get("methods")
        if methods is not None:
            _named("per_kind", self.per_kind, [*methods, GIVEN, *SHAPES])
        for code in ("", *self.per_language):
            for kind in ("", *self.per_kind):
                if code or kind:
                    self._variants[code, kind] = self._variant(code, kind, info.context)
        return self

    def _variant(self, code: str, kind: str, context: Any) -> Filter:
        keys = _options(type(self))
        own = {keys[n]: getattr(self, n) for n in keys if n in self.model_fields_set}
        where, more = "", dict[str, Any]()
        for field, name in (("per_language", code), ("per_kind", kind)):
            if name:
                where, more = f"{field}.{name}", {**more, **getattr(self, field)[name]}
                _named(where, getattr(self, field)[name], keys.values(), "option")
        try:
            return type(self).model_validate({**own, **more}, context=context)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join([where, *map(str, first["loc"])])
            raise ValueError(f"{field}: {first['msg'].removeprefix('Value error, ')}") from None

    def variants(self) -> Mapping[tuple[str, str], Filter]:
        """(language, kind) → the filter with the options of such rows; "" is any other."""
        return {("", ""): self, **self._variants}

    def which(self, sample: Sample) -> tuple[str, str]:
        """The key of the variant that goes for a row."""
        if not self._variants:
            return "", ""
        code = sample.language if sample.language in self.per_language else ""
        return code, next((kind for kind in kinds_of(sample) if kind in self.per_kind), "")

    def screen(self, setting: Setting) -> Screen:
        """A fresh screen. It sees every sample, also those that other filters drop.

        A screen may remember earlier samples (duplicates); its verdict depends only on them and
        on the sample, never on time or chance. It may have a method `foresees(sample)`: whether
        the sample will be dropped whatever comes before its turn. That remembers nothing, spares
        the money for a judge, and may say no where it does not know. More that it may have:
        `settled(sample, keep)` tells it whether a sample was kept in the end, and
        `save(folder)` lets it write what it remembers into the folder of a run that is closed. One
        that pays for what it needs has `async ahead(sample)`, called side by side before the
        sample's turn; it then sees no sample that a filter before it drops. Its `held(sample)`
        says whether it has all that already, for screening anew that may ask nothing.

        A screen that counts what is kept has `kept(sample) -> sample`: told of each sample that all
        filters keep, before the next one is decided on; gives it back as it stays. It may have
        `short() -> [str]`: what of it is still missing, in words.
        """
        return lambda sample: KEEP

    def mend(self, setting: Setting) -> Mend | None:
        """What the filter changes in each sample, before any filter sees it; None: nothing.

        Depends on the sample alone. The filters' mends follow one another in their order.
        """
        return None

    def judging(self, setting: Setting) -> Judge | None:
        """How it asks for one sample; None where it asks nothing (as the job has it).

        The verdict depends on the sample, the brief and the replies alone. A reply that cannot be
        read is no pass.
        """
        return None

    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Those of its steps that are asked with these options."""
        return self.steps

    def played(self) -> Sequence[str]:
        """The roles that it lets models play with these options."""
        return tuple(dict.fromkeys(self.players.values()))

    def plants(self, seed: int, language: str) -> Sequence[str]:
        """Sentences to plant in the documents of the job, each at the end of one of them."""
        return ()

    def plans(self, setting: Setting) -> Sequence[str]:
        """What it will ask, of whom and how often, in lines for `check`."""
        return ()

    def brings(self) -> Mapping[str, Mapping[str, Any]]:
        """Role → a provider that plays it where `models` of the job names none, as YAML has it."""
        return {}

    def cautions(self, setting: Setting) -> Sequence[str]:
        """What the user should know before the run starts. Raises JobError where it cannot work."""
        return ()


def _options(kind: type[Filter]) -> dict[str, str]:
    """Field → option, of what `per_language` and `per_kind` may set: all options but those two."""
    fields = kind.model_fields.items()
    return {n: f.alias or n for n, f in fields if n not in VARIED}


def _named(field: str, given: Iterable[str], known: Iterable[str], what: str = "") -> None:
    names = list(known)
    for name in given:
        if name not in names:
            what = what or ("language" if field == "per_language" else "kind of row")
            raise ValueError(f"{field}: there is no {what} '{name}'; {nearest(name, names)}")


SHELF = Shelf(__name__, Filter)
