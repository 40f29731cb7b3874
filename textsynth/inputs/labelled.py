"""Real labelled rows: few-shot rows of a brief's label, and how many each class still lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from textsynth.errors import InputError, nearest
from textsynth.inputs import Input, Items
from textsynth.inputs._balanced import RealRows, rows_left, set_aside, write_balanced
from textsynth.inputs._labelled_rows import read_labelled
from textsynth.records import Closing, Shares, Table

_Number = Annotated[int, Field(ge=1)]


class Labelled(Input):
    """Real rows of a text and its label, to show to the model and to fill up rare classes.

    With `fill_to` the job needs neither `count` nor `vary`: each class is filled up to its target,
    among kept rows. After the run `balanced/` in the run folder holds the real rows and the
    synthetic ones as one training set. Real rows stand there and in no other file of the dataset.
    """

    model_config = ConfigDict(populate_by_name=True)

    shorthand: ClassVar[str] = "from"
    field: ClassVar[str] = "examples"
    use: ClassVar[Literal["axis", "pool"]] = "pool"
    by: ClassVar[str] = "label"

    from_: list[str] = Field(alias="from", min_length=1)
    """Files, folders or globs, from the job's folder or else from those that textsynth brings."""

    text: str = ""
    """The column of the text; found by its name when not given."""

    label: str = ""
    """The column of the label; found by its name when not given."""

    fill_to: _Number | Literal["max", "median"] | dict[str, _Number] | None = None
    """Rows that each class is to have: a number, `max` (as the largest class), `median`, or
    label: number."""

    thin_to: _Number | dict[str, _Number] | None = None
    """Most real rows of a class that stay in the training set: a number, or label: number."""

    thin: Literal["random", "diverse"] = "random"
    """Which stay: by the job's seed, or those that differ most from one another."""

    hold_out: float = Field(default=0.0, ge=0, lt=1)
    """Share of each class that is set aside for testing: never shown to a model. Which rows these
    are depends on their text alone, whatever the job's seed; a text that is there twice, under two
    labels, is not among them."""

    each: int = Field(default=3, ge=1, le=20)
    """How many rows of its label a brief is shown; all of them when there are fewer."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("from_", mode="before")
    @classmethod
    def _one_path(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("fill_to", "thin_to", mode="before")
    @classmethod
    def _text_labels(cls, value: Any) -> Any:
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value

    def load(self, home: Path) -> Items:
        """The rows that may be shown: {id, text, label}; those held out are not among them.

        Raises InputError when a column is not there, or there is one class only.
        """
        items = self._read(home)
        return Items(set_aside(items.rows, self.hold_out)[0], items.sources)

    def shares(self, home: Path) -> Shares | None:
        """Facet `label`; with `fill_to` also the rows that each class lacks, as quotas and count.

        Raises InputError when no class lacks any.
        """
        left, _ = set_aside(self._read(home).rows, self.hold_out)
        sizes = Counter(row["label"] for row in left)
        if self.fill_to is None:
            return Shares(vary={"label": dict.fromkeys(sizes, 1.0)})
        there = {label: min(n, self._stay(label, n)) for label, n in sizes.items()}
        wanted = {label: max(0, n - there[label]) for label, n in self._targets(there).items()}
        total = sum(wanted.values())
        if not total:
            has = ", ".join(f"{label} {n}" for label, n in there.items())
            raise InputError(
                f"no class lacks rows up to fill_to: {self.fill_to}",
                f"the classes have: {has}",
                "raise `fill_to`, or thin the large classes with `thin_to`",
            )
        return Shares(
            vary={"label": {label: float(n) for label, n in wanted.items()}},
            quotas={"label": wanted},
            count=total,
        )

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Writes `balanced/` into the run folder; the table says what each class has now."""
        items = self._read(closing.home)
        left, aside = set_aside(items.rows, self.hold_out)
        stay = {
            label: self._stay(label, n)
            for label, n in Counter(row["label"] for row in left).items()
        }
        thinned = rows_left(left, stay, closing.seed, diverse=self.thin == "diverse")
        made = write_balanced(closing, thinned, aside)
        return [_balance(RealRows(left, thinned, aside), made)]

    def _read(self, home: Path) -> Items:
        items = read_labelled(self.from_, home, self.text, self.label, self.licence)
        labels = dict.fromkeys(row["label"] for row in items.rows)
        if len(labels) < 2:
            raise InputError(
                f"the labelled rows are of one class only, '{next(iter(labels))}'",
                fix="add rows of another class, or name the right column with `label`",
            )
        for option in (self.fill_to, self.thin_to):
            for name in option if isinstance(option, dict) else ():
                if name not in labels:
                    raise InputError(
                        f"no row has the label '{name}', which fill_to or thin_to names",
                        nearest(name, labels),
                    )
        return items

    def _stay(self, label: str, size: int) -> int:
        if self.thin_to is None:
            return size
        most = self.thin_to.get(label, size) if isinstance(self.thin_to, dict) else self.thin_to
        return min(size, most)

    def _targets(self, there: Mapping[str, int]) -> dict[str, int]:
        fill = self.fill_to
        if isinstance(fill, dict):
            return {label: fill.get(label, 0) for label in there}
        sizes = sorted(there.values())
        middle = (sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) // 2
        to = sizes[-1] if fill == "max" else middle if fill == "median" else int(fill or 0)
        return dict.fromkeys(there, to)


def _balance(rows: RealRows, made: Mapping[str, int]) -> Table:
    before, after, aside = (
        Counter(row["label"] for row in part) for part in (rows.left, rows.thinned, rows.aside)
    )
    labels: list[str] = list(dict.fromkeys([*before, *sorted(made)]))
    return Table(
        "Balance (balanced/train: your rows, unredacted, and the synthetic ones; not published)",
        ("label", "real", "thinned", "held out", "synthetic", "after"),
        tuple(
            (
                label, before[label] + aside[label], before[label] - after[label], aside[label],
                made.get(label, 0), after[label] + made.get(label, 0),
            )
            for label in labels
        ),
    )  # fmt: skip
