"""The shelf of methods: each is an async function that asks, and turns a brief into a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from textsynth.asking import Ask
from textsynth.records import Brief, Draft, Sample
from textsynth.shelf import Part, Shelf

ALWAYS = ("scenario", "style")
"""Fields that every prompt may use, None where the job has none: the edge case that a row is about,
and how real rows are written."""


Row = dict[str, Any]


class Likeness(Protocol):
    """Labels by the words of their rows."""

    def ranked(self, text: str) -> Sequence[str]:
        """The labels, the one whose rows are most like `text` first; none if no word is known."""
        ...

    def near(self, label: str) -> Sequence[str]:
        """The other labels, the one whose rows are most like those of `label` first."""
        ...


@dataclass(frozen=True, slots=True)
class Around:
    """What a method may know of its job beyond a brief: as fixed as the job and its inputs."""

    facets: Mapping[str, tuple[str, ...]]
    """Facet → the values that come."""

    rows: Mapping[str, Sequence[Row]]
    """Field (chunk, persona, examples …) → all rows of its input."""

    likeness: Callable[[Sequence[str], Sequence[str]], Likeness]
    """Makes a `Likeness` of texts and their labels, equally many."""


@dataclass(frozen=True)
class Stage:
    """A run that comes before the job's own: its rows become products, files that people may edit.

    Subclasses say what a product is. Stages follow one another: each takes the rows of a field and
    gives rows of a field, those of the last to the job.
    """

    name: str
    """Of its run's folder and of the folder of its products."""

    method: str
    """The method on the shelf that writes it."""

    options: Mapping[str, Any]
    """The method's options."""

    takes: str
    """The field whose rows it takes: those of an input, or of the stage before."""

    gives: str
    """The field whose rows it gives."""

    def among(self, rows: Sequence[Row]) -> Self:
        """The stage as it treats these rows, all that come in; called once."""
        return self

    def made(self, row: Row) -> bool:
        """Whether a row is already what the stage gives, so that nothing is to be made of it."""
        return False

    def place(self, row: Row) -> tuple[str, ...]:
        """The row in words, from general to particular: folders and file of its product."""
        return (str(row.get("name") or row["id"]),)

    def about(self, row: Row) -> Any:
        """What of a row its product depends on, as plain JSON: when it changes, it is made anew."""
        return row

    def product(self, row: Row, kept: Sequence[Sample]) -> Any:
        """What the kept samples of a row (one at least) come to, as plain YAML data."""
        raise NotImplementedError

    def rows(self, row: Row, product: Any) -> list[Row]:
        """The rows that a product stands for, as it is now in its file. Raises Misfit."""
        raise NotImplementedError

    def specimen(self) -> Row:
        """A row such as it gives, to check prompts with before there is one."""
        raise NotImplementedError


class Method(Part):
    """A method's options, and `write`, which does the work."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Each prompt it asks, with the fields it hands to it beyond those of the brief."""

    roles: ClassVar[Mapping[str, str]] = {}
    """Step → the role that speaks in it; `models` of the job gives a role a model of its own."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Fields that the brief must have, such as `chunk` or `persona`."""

    lacking: ClassVar[Mapping[str, str]] = {}
    """Field of `needs` → what to add where the job lacks it, in words."""

    may_use: ClassVar[tuple[str, ...]] = ()
    """Fields that its prompts use where the job has them; None where it has not."""

    reads: ClassVar[tuple[str, ...]] = ()
    """Those of them that it also makes use of itself, whatever its prompts name."""

    filters: ClassVar[tuple[str, ...]] = ()
    """Filters that its rows need: they come first where the job does not name them itself."""

    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Facets that its prompts use, with the values they take when the job names none."""

    closed: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Facets with all the values that it knows; a job that names another is refused."""

    varies: ClassVar[bool] = False
    """Whether it draws something of its own for each brief, so that two briefs with the same rows
    and facets bring different samples."""
    counts: ClassVar[str] = ""
    """A facet: `Brief.turn` tells how many briefs of the same row came before with its value."""

    def stages(self) -> Sequence[Stage]:
        """The runs that come before the job's own, in order, where its inputs do not give all."""
        return ()

    def cannot_go_on(self) -> str:
        """Why nobody can talk on after its rows, in words; empty: they end with an answer."""
        return ""

    def takes_other(self, facets: Mapping[str, str]) -> str:
        """Whether a brief with these facets has use for `other`, a second chunk.

        "needed": it cannot be written without; "used": it is better with it; "": no use for it.
        Asked where `other` stands in `may_use`.
        """
        return ""

    def roles_of_their_own(self) -> tuple[str, ...]:
        """Roles that must have a model of their own under `models` of the job."""
        return ()

    def ready(self, around: Around) -> Self:
        """The method as it works in one job; called once, before anything is asked.

        Raises JobError when the job lacks what the method needs.
        """
        return self

    def visits(self) -> int:
        """Briefs that each row gets in a job with `count: all`."""
        return 1

    def generation(self) -> int | None:
        """How many briefs, one after the other, make a generation; None: there are none.

        No brief of a generation is written before all of the one before are decided on, so that it
        may build on what these brought. Asked after `ready`.
        """
        return None

    def learned(self, kept: Sequence[Sample]) -> Self:
        """The method as it writes the next generation: `kept` is what this one brought, in order.

        Depends on nothing but the generations before, so that a run that goes on repeats it.
        """
        return self

    def ends(self) -> str:
        """Why no further generation is worth asking for, in words; empty: go on."""
        return ""

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """Asks as often as it needs and returns the draft. Raises ReplyError on useless replies.

        Depends on nothing but the brief, the replies and what `ready` and `learned` were given, so
        that running it again repeats it.
        """
        raise NotImplementedError


SHELF = Shelf(__name__, Method)
