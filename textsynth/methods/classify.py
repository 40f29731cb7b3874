"""A text for a given label: new, and checked by a judge who does not know the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, field_validator

from textsynth.asking import Ask
from textsynth.errors import JobError, ReplyError, nearest
from textsynth.methods import Around, Likeness, Method
from textsynth.methods import _lines as lines
from textsynth.methods._classes import copies, names_label, read_label, unlike
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Table

TAKES = 3
"""Replies asked for until one is a text that can be used."""


class Classify(Method):
    """Label first, then text: a text of the brief's label, like the real rows of it and like none.

    The label is the facet `label`, from `vary` or from the input `labelled`, whose rows of that
    label are shown. The user's turn is the text, the assistant's the label.
    """

    kind: str = ""
    """What the texts are: "a message from a customer to a bank"."""

    describe: dict[str, str] = Field(default_factory=dict)
    """What labels mean, in words: {fraud: "somebody else moved the money"}."""

    hard: float = Field(default=0.0, ge=0, le=1)
    """Share of texts that look like a near label at first glance. They carry its name in the
    column `looks_like`."""

    near: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    """Labels that are easily taken for another: {fraud: [card]}. Found from the words of the real
    rows for labels that are not named here."""

    verify: Literal["model", "words", "none"] = "model"
    """Who checks the label of a finished text: the model that plays the judge, the words of the
    real rows (cheap, and rough), or nobody."""

    texts: int = Field(default=2, ge=1, le=5)
    """Texts written until one has its label confirmed; the last one goes on without."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text": ("kind", "about", "lookalike", "pick"),
        "verify": ("kind", "text", "choices"),
    }
    roles: ClassVar[Mapping[str, str]] = {"text": "writer", "verify": "judge"}
    may_use: ClassVar[tuple[str, ...]] = ("examples", "persona", "chunk")

    _labels: tuple[str, ...] = PrivateAttr(default=())
    _rows: dict[str, list[str]] = PrivateAttr(default_factory=dict)
    _like: Likeness | None = PrivateAttr(default=None)

    @field_validator("describe", "near", mode="before")
    @classmethod
    def _text_labels(cls, value: Any) -> Any:
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value

    def ready(self, around: Around) -> Self:
        """Knows the labels and the real rows. Raises JobError where the job lacks them."""
        labels = around.facets.get("label", ())
        rows = [row for row in around.rows.get("examples", ()) if "text" in row and "label" in row]
        known = dict.fromkeys([*labels, *(str(row["label"]) for row in rows)])
        if len(known) < 2 or not labels:
            raise JobError(
                f"the method classify needs two labels, and knows {len(known)}",
                fix="add `vary: {label: [a, b]}`, or the input `labelled`",
            )
        named = {*self.describe, *self.near, *(b for each in self.near.values() for b in each)}
        for name in sorted(named - known.keys()):
            raise JobError(f"classify names the label '{name}'", nearest(name, known))
        if self.verify == "words" and not rows:
            raise JobError(
                "classify cannot verify by words without real rows",
                fix="add the input `labelled`, or write `verify: model`",
            )
        ready = self.model_copy()
        ready._labels = tuple(known)
        ready._rows = {label: [] for label in known}
        for row in rows:
            ready._rows[str(row["label"])].append(str(row["text"]))
        if rows and (self.hard or self.verify == "words"):
            texts = [(text, label) for label, own in ready._rows.items() for text in own]
            ready._like = around.likeness([t for t, _ in texts], [label for _, label in texts])
        return ready

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "its rows end with a label, which is no answer that somebody would ask about"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One text. Raises ReplyError when three replies in a row are of no use."""
        label, other = brief.facets["label"], self._other(brief)
        text, confirmed, judged = "", None, ""
        for number in range(self.texts):
            text = await self._text(brief, ask, other, number * TAKES)
            if self.verify == "none":
                break
            judged = await self._judged(brief, ask, text)
            confirmed = judged == label
            if confirmed:
                break
        columns: dict[str, Any] = {
            "text": text,
            "looks_like": other["label"] if other else None,
            "label_confirmed": confirmed,
        }
        if confirmed is False:
            columns["label_judged"] = judged
        return Draft(
            [{"role": "user", "content": text}, {"role": "assistant", "content": label}],
            columns,
            {"user": "writer", "assistant": "label"},
        )

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Per label, over kept and dropped rows: how many, confirmed, found to be another.

        Nothing where no label was checked.
        """
        counts: dict[str, list[int]] = {}
        for samples in (closing.kept, closing.dropped):
            for sample in samples:
                cell = counts.setdefault(sample.facets["label"], [0, 0, 0, 0])
                confirmed = sample.columns.get("label_confirmed")
                hard = sample.columns.get("looks_like") is not None
                for n, hit in enumerate((True, confirmed is True, confirmed is False, hard)):
                    cell[n] += hit
        checked = any(yes or no for _, yes, no, _ in counts.values())
        heads = ("label", "rows", "confirmed", "found another", "like another")
        told: tuple[tuple[str | int, ...], ...] = tuple(
            (label, *cell) for label, cell in sorted(counts.items())
        )
        return (
            [Table("Labels confirmed, over kept and dropped rows", heads, told)] if checked else []
        )

    def _other(self, brief: Brief) -> dict[str, str] | None:
        """The near label that this text is to look like, with a real row of it; mostly None."""
        label = brief.facets["label"]
        if brief.number("hard", 1, 10_000) > round(10_000 * self.hard):
            return None
        near: Sequence[str] = self.near.get(label, ())
        if not near and self._like is not None:
            near = self._like.near(label)[:2]
        if not near:
            return None
        name = near[brief.number("near", 0, len(near) - 1)]
        rows = self._rows.get(name) or [""]
        row = rows[brief.number("surface", 0, len(rows) - 1)]
        return {"label": name, "about": self.describe.get(name, ""), "text": row}

    async def _text(
        self, brief: Brief, ask: Ask, other: Mapping[str, str] | None, first: int
    ) -> str:
        label = brief.facets["label"]
        shown = [str(row.get("text", "")) for row in brief.fields.get("examples", ())]
        shown += [other["text"]] if other else []
        pick = brief.number("text", 0, 999)
        raw = ""
        for take in range(first, first + TAKES):
            reply = await ask(
                "text", take=take, kind=self.kind, about=self.describe.get(label, ""),
                lookalike=other, pick=pick + take,
            )  # fmt: skip
            raw, text = reply.text, tidy(reply.text)
            bad = lines.refuses(text) or names_label(text, label) or unlike(text, shown)
            if text and not bad and not any(copies(text, row) for row in shown):
                return text
        raise ReplyError(f"{TAKES} replies gave no new text of the label '{label}'", raw)

    async def _judged(self, brief: Brief, ask: Ask, text: str) -> str:
        """The label that a text seems to have to who does not know it; empty if none is clear."""
        if self.verify == "words":
            return next(iter(self._like.ranked(text)), "") if self._like else ""
        order = sorted(self._labels, key=lambda name: brief.number(f"order {name}", 0, 10**12))
        choices = [{"label": name, "about": self.describe.get(name, "")} for name in order]
        reply = await ask("verify", kind=self.kind, text=text, choices=choices)
        return read_label(tidy(reply.text), order)
