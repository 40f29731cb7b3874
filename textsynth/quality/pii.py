"""Personal data in what was written: masked, replaced, or a reason to drop the row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Literal

from pydantic import field_validator

from textsynth.errors import nearest
from textsynth.privacy import KINDS, Finding, Pseudonyms, Replaced, find, normal
from textsynth.privacy.invented import invented
from textsynth.privacy.pseudonyms import Allowed
from textsynth.quality import KEEP, Filter, Mend, Screen
from textsynth.quality._whole import pieces, rewritten, within
from textsynth.records import Closing, Sample, Setting, Table, Verdict
from textsynth.rowfiles.anywhere import texts_in

_DROPPED = re.compile(r"\[(?:" + "|".join(kind.upper() for kind in KINDS) + r") REMOVED\]")
_SHOWN = 50
"""Places that the details of one row name; all are counted."""


class Pii(Filter):
    """Looks through the turns, the arguments of tool calls and the columns of each row.

    mask: `[EMAIL]`, `[NAME]` …, the kind in English capitals in every language, so that one search
    finds them all. surrogate: an invented value of the same form, the same one for the same value
    in the whole dataset, drawn from the job's seed; parts of a name agree, Korean particles follow.
    drop: the row goes; what stays of it on disk has `[EMAIL REMOVED]`. No value is written into a
    verdict or a table.

    What is known to be nobody's stays: numbers kept for fiction, example.com, stand-ins of redacted
    seeds, names of the job's personas. Other invented names are taken for people's; leave `name`
    out of `kinds` where rows are about invented people. Two values can get one surrogate where the
    range kept for fiction is small (1,000 British mobile numbers).
    """

    alone = True
    shorthand = "do"

    do: Literal["mask", "drop", "surrogate"] = "mask"
    """mask: labels; surrogate: invented values; drop: the row goes."""

    kinds: tuple[str, ...] = KINDS
    """What is looked for: email, phone, name, … as in `redact`; all kinds by itself."""

    allow: tuple[str, ...] = ()
    """Values that stay, in any spelling, and patterns such as `*@company.example`."""

    @field_validator("kinds", "allow", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for kind in value:
            if kind not in KINDS:
                raise ValueError(f"'{kind}' is no kind of personal data; {nearest(kind, KINDS)}")
        return value

    def mend(self, setting: Setting) -> Mend:
        """Masks or replaces; the same for the same row, whatever other rows there are."""
        allowed = Allowed([*self.allow, *_known_names(setting)])
        pseudonyms = Pseudonyms(setting.seed)

        def mended(sample: Sample) -> tuple[Sample, dict[str, Any]]:
            whole, parts = pieces(sample)
            found = [one for one in find(whole, self.kinds) if not _stays(whole, one, allowed,
                     setting.stand_ins)]  # fmt: skip
            found = within(found, parts)
            if not found:
                return sample, {}
            if self.do == "surrogate":
                redacted = pseudonyms.redact(whole, kinds=self.kinds, found=found)
                text, edits = redacted.text, list(redacted.replaced)
            else:
                text, edits = _masked(whole, found, " REMOVED" if self.do == "drop" else "")
            made, places = rewritten(sample, parts, text, edits)
            counts = Counter(one.kind for _, one in places)
            return made, {
                "kinds": dict(sorted(counts.items())),
                "places": [
                    {"where": path, "kind": one.kind, "start": one.new_start, "end": one.new_end}
                    for path, one in places[:_SHOWN]
                ],
            }

        return mended

    def screen(self, setting: Setting) -> Screen:
        """Drops what `mend` has marked, where that was asked for; the score counts the values."""
        if self.do != "drop":
            return lambda sample: KEEP

        def verdict(sample: Sample) -> Verdict:
            found = len(_DROPPED.findall(pieces(sample)[0]))
            return Verdict(False, "personal_data", float(found)) if found else KEEP

        return verdict

    def closing(self, closing: Closing) -> Sequence[Table]:
        """How many values of each kind were found, and in how many rows."""
        values: Counter[str] = Counter()
        rows: Counter[str] = Counter()
        for _, verdicts in closing.screened:
            for one in verdicts:
                kinds = one.details.get("kinds", {}) if one.filter == self.part else {}
                values.update(kinds)
                rows.update(list(kinds))
        what = {"mask": "masked", "surrogate": "replaced", "drop": "dropped"}[self.do]
        lines = tuple((kind, values[kind], rows[kind]) for kind in sorted(values))
        heads = ("kind", "found", f"rows {what}")
        return [Table("Personal data in rows", heads, lines or (("none", 0, 0),))]


def _known_names(setting: Setting) -> list[str]:
    """What the job's personas are called, whole and in part: they are invented."""
    found: dict[str, None] = {}
    for row in (row for f in ("persona", "partner") for row in setting.rows.get(f, ())):
        columns = {**row, **row.get("attributes", {})}
        named = [str(columns[key]) for key in ("name", "full_name", "이름") if columns.get(key)]
        text = "\n".join(texts_in(row))
        for name in [*named, *(text[one.start : one.end] for one in find(text, ("name",)))]:
            parts = [name[1:]] if re.fullmatch("[가-힣]{3}", name) else name.split()
            found.update(dict.fromkeys([name, *parts]))
    return list(found)


def _stays(
    whole: str, one: Finding, allowed: Allowed, stand_ins: Collection[tuple[str, str]]
) -> bool:
    value = whole[one.start : one.end]
    plain = normal(one.kind, value)
    return (
        invented(one.kind, value, plain)
        or allowed.has(one.kind, plain)
        or (one.kind, plain) in stand_ins
    )


def _masked(whole: str, found: Sequence[Finding], more: str) -> tuple[str, list[Replaced]]:
    parts: list[str] = []
    edits: list[Replaced] = []
    at = size = 0
    for one in found:
        label = f"[{one.kind.upper()}{more}]"
        parts += [whole[at : one.start], label]
        size += one.start - at
        edits.append(Replaced(one.kind, one.start, one.end, size, size + len(label)))
        size, at = size + len(label), one.end
    return "".join([*parts, whole[at:]]), edits
