"""Personas: who speaks or asks, drawn at random or chosen to suit the chunk of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._fitting import Exclude, leave_out, strangers
from textsynth.inputs._matching import Choice, Matcher, Rules
from textsynth.inputs._pairing import drawn
from textsynth.inputs._persona_sources import (
    check_origin,
    from_grid,
    from_stores,
    is_store,
    values_of,
)
from textsynth.inputs._persona_tables import choices_table, usage_tables
from textsynth.inputs._quotas import kinds_of, value_of
from textsynth.people.schema import checked, twice
from textsynth.records import Brief, Closing, Source, Table
from textsynth.resources import find_file, find_files
from textsynth.rowfiles.files import File, check_kind, gather, nearby, show
from textsynth.rowfiles.record_files import RECORD_KINDS, read_records


class Embedding(BaseModel):
    """Relevance by meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    embedding: Literal["static"]
    """Which embedder."""


class Personas(Input):
    """Rows of JSONL files: `id`, `description`, `attributes` if given; other columns are kept."""

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "persona"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    from_: list[str] = Field(alias="from", default_factory=list)
    """Persona files, from the job's folder or else from those that textsynth brings; or
    `store:PATH`, a store that `textsynth personas add` made (`store` alone: the usual one)."""

    search: str = ""
    """For a store: words; the `limit` personas that suit them best are taken."""

    where: dict[str, list[str]] = Field(default_factory=dict)
    """For a store: attribute → the values that are let through."""

    limit: int = Field(default=1000, ge=1, le=100_000)
    """For a store: at most so many personas, evenly spread over it where `search` is empty."""

    grid: str = ""
    """Instead of `from`: a YAML file of attributes and templates that personas are made of."""

    count: int = Field(default=200, ge=1, le=100_000)
    """For a grid: how many personas."""

    pick: Literal["all", "random", "relevant"] = "all"
    """Which personas go with a chunk: all, `each` at random, or the `each` that suit it best."""

    each: int = Field(default=4, ge=1, le=1000)
    """How many personas go with each chunk, for `random` and `relevant`."""

    by: Literal["words"] | Embedding = "words"
    """For `relevant`: what relevance goes by: the words shared, or the meaning by vectors,
    {embedding: static} (English; needs the extra `vectors`)."""

    diversity: float = Field(default=0.0, ge=0, le=1)
    """For `relevant`: how much it counts (0 to 1) that the personas of a chunk are unlike each
    other and unlike those in use. 0.3 is a good start."""

    quotas: dict[str, Literal["equal"] | dict[str, Annotated[float, Field(ge=0, lt=1e6)]]] = Field(
        default_factory=dict
    )
    """For `relevant`: attribute → `equal`, or value: share of all places. A span of ages (25-44,
    45+) takes in the ages and spans within it."""

    facets: list[str] = Field(default_factory=list)
    """Attributes that rows carry as facets, so that quotas may name them: [age_band, region]."""

    exclude: Exclude | None = None
    """Personas to leave out: {occupation: [bank teller], words: [child], language: match,
    least: 0.05}."""

    _memo: _Memo = PrivateAttr(default_factory=lambda: _Memo())

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("quotas", mode="before")
    @classmethod
    def _text_keys(cls, value: Any) -> Any:
        """Values as text, as attributes have them: {34: 0.5} means {"34": 0.5}."""
        if not isinstance(value, dict):
            return value
        return {
            str(name): {str(v): share for v, share in quota.items()}
            if isinstance(quota, dict)
            else dict.fromkeys(map(str, quota), 1.0)
            if isinstance(quota, list)
            else quota
            for name, quota in value.items()
        }

    @model_validator(mode="after")
    def _of_relevant(self) -> Personas:
        least = self.exclude is not None and self.exclude.least > 0
        for name, given in (
            ("by", self.by != "words"), ("diversity", self.diversity),
            ("quotas", self.quotas), ("exclude.least", least),
        ):  # fmt: skip
            if given and self.pick != "relevant":
                raise ValueError(f"{name} works with `pick: relevant`, not with '{self.pick}'")
        for name, quota in self.quotas.items():
            if quota != "equal" and not any(quota.values()):
                raise ValueError(f"the quota on '{name}' gives no value a share")
        return self

    @field_validator("where", mode="before")
    @classmethod
    def _as_lists(cls, value: Any) -> Any:
        return values_of(value)

    @model_validator(mode="after")
    def _one_origin(self) -> Personas:
        check_origin(self.from_, self.grid, self.model_fields_set)
        return self

    def load(self, home: Path) -> Items:
        """Every persona, in the order of the files.

        Raises InputError with file and line when a row has no description or repeats an id.
        """
        more = self._outside(home)
        files = list({file.path.resolve(): file for file in self._files(home)}.values())
        if not files:
            return more
        places = {row["id"]: more.sources[0].path for row in more.rows}
        licences: dict[str, dict[str, None]] = {file.shown: {} for file in files}

        def read(file: File) -> Iterator[Row]:
            for place, record in read_records(file.path, file.shown):
                row = checked(record, place)
                if row["id"] in places:
                    raise twice(row["id"], place, places[row["id"]])
                places[row["id"]] = place
                if row.get("licence"):
                    licences[file.shown].setdefault(str(row["licence"]))
                yield row

        rows, sources = gather("personas", files, read, lambda row: row["id"])
        named = [_licensed(source, licences[source.path]) for source in sources]
        return Items([*rows, *more.rows], [*named, *more.sources])

    def suit(self, rows: Sequence[Row], chunks: Sequence[Row]) -> Callable[[int], Sequence[int]]:
        """The personas of chunk k: all of them, or at most `each` different ones."""
        if self.pick == "all" or not chunks:
            return super().suit(rows, chunks)
        if self.each >= len(rows) and not self.quotas:
            return super().suit(rows, chunks)
        if self.pick == "random":
            return drawn(rows, chunks, self.each)
        chosen = self._matched(rows, chunks).chosen
        return lambda k: [int(place) for place in chosen[k]]

    def admit(self, items: Items, language: str) -> Items:
        """Without those that `exclude` leaves out; the sources say how many and why."""
        if self.exclude is not None:
            items = Items(*leave_out(items.rows, items.sources, self.exclude, language))
        kinds_of(items.rows, dict.fromkeys(self.facets, "equal"), "facets")
        return items

    def marks(self, row: Row) -> Mapping[str, str]:
        """The attributes that `facets` names, where the persona has them."""
        return {name: value for name in self.facets if (value := value_of(row, name))}

    def carries(self) -> bool:
        """Whether `facets` names any."""
        return bool(self.facets)

    def cautions(self, rows: Sequence[Row], chunks: Sequence[Row], language: str) -> Sequence[str]:
        """Personas of another language, chunks that nobody comes near, quotas without chunks."""
        found = []
        if foreign := strangers(rows, language):
            found.append(
                f"{foreign} of {len(rows)} personas are in another language than '{language}'; "
                "`exclude: {language: match}` leaves them out"
            )
        if self.by != "words" and language != "en":
            found.append(f"personas: static vectors know English, and the job is in '{language}'")
        if not chunks:
            if self.pick != "all":
                found.append(f"personas: `pick: {self.pick}` does nothing without documents")
            return found
        if self.exclude is None or not self.exclude.least or self.each >= len(rows):
            return found
        match, most = self._matched(rows, chunks), f"{self.exclude.least:g}"
        for number, who in ((match.lone, "nobody"), (match.thin, f"fewer than {self.each}")):
            if number:
                found.append(
                    f"personas: {number} of {len(chunks)} chunks have {who} as near as "
                    f"`least: {most}`; the best of the others fill their places"
                )
        return found

    def why(self, rows: Sequence[Row], chunks: Sequence[Row], brief: Brief) -> Table | None:
        """Why the brief has its persona, and who came next; for `relevant` alone."""
        own, chunk = brief.fields.get("persona"), brief.fields.get("chunk")
        if own is None or chunk is None or not self.chooses(rows, chunks):
            return None
        k = next((n for n, row in enumerate(chunks) if row["id"] == chunk["id"]), None)
        if k is None:
            return None
        found = self.choices(rows, chunks, k)
        mine = [c for c in found if not c.rank or rows[c.place]["id"] == own["id"]]
        title = f"Why this persona for this chunk, of {sum(c.rank > 0 for c in found)} chosen"
        return choices_table(title, mine, rows, bool(self.quotas))

    def chooses(self, rows: Sequence[Row], chunks: Sequence[Row]) -> bool:
        """Whether personas are chosen to suit the chunks, so that there are reasons to give."""
        few = self.each >= len(rows) and not self.quotas
        return self.pick == "relevant" and bool(chunks) and not few

    def choices(
        self, rows: Sequence[Row], chunks: Sequence[Row], k: int, runners: int = 3
    ) -> list[Choice]:
        """Who was chosen for chunk k, best first, then the `runners` who came next, and why."""
        return self._matched(rows, chunks).why(k, runners)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Personas used, how evenly, and beside that how broad the seeds are."""
        language = next((sample.language for sample in closing.kept), "")
        try:
            rows = self.admit(self.load(closing.home), language).rows
        except InputError:
            rows = []  # the files are gone or changed since; what was used is known all the same
        return usage_tables(rows, closing.kept, self.quotas)

    def _matched(self, rows: Sequence[Row], chunks: Sequence[Row]) -> Matcher:
        """The pairing, made once for the same rows and chunks."""
        memo = self._memo
        if memo.rows is not rows or memo.chunks is not chunks or memo.made is None:
            least = self.exclude.least if self.exclude else 0.0
            vectors = "" if self.by == "words" else self.by.embedding
            rules = Rules(round(self.diversity * 1000), self.quotas, least, vectors)
            made = Matcher(rows, chunks, min(self.each, len(rows)), rules)
            made.serve_all()
            memo.rows, memo.chunks, memo.made = rows, chunks, made
        return memo.made

    def _outside(self, home: Path) -> Items:
        if self.grid:
            return from_grid(self.grid, self.count, home)
        stores = [name for name in self.from_ if is_store(name)]
        return from_stores(stores, self.search, self.where, self.limit, home)

    def _files(self, home: Path) -> Iterator[File]:
        for name in (name for name in self.from_ if not is_store(name)):
            path = find_file(name, home)
            if path is None:
                raise _missing(name, home)
            shown = name if not Path(name).is_absolute() else show(path, home)
            file = File(path, shown, exact=True)
            check_kind("personas", file, RECORD_KINDS)
            yield file


class _Memo:
    """The last pairing made, which is no part of what the input is: all are equal."""

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.chunks: Sequence[Row] = ()
        self.made: Matcher | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Memo)

    __hash__ = None  # type: ignore[assignment]


def _missing(name: str, home: Path) -> InputError:
    brought = ", ".join(find_files("personas/*.jsonl", home))
    path = home / name
    around = nearby(path.parent, path.name) if path.parent.is_dir() else ""
    known = f"Persona files that can be named: {brought}" if brought else ""
    return InputError(
        f"personas asks for '{name}', which is not there",
        ". ".join(part for part in (around, known) if part),
        "give a path relative to the folder of the job file",
    )


def _licensed(source: Source, licences: dict[str, None]) -> Source:
    return replace(source, licence=", ".join(licences))
