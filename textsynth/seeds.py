"""Seeds made safe before a plan is made of them: values redacted, instructions found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from textsynth.errors import InputError
from textsynth.guard import Guard
from textsynth.hidden import Hidden
from textsynth.injection import scan, shown
from textsynth.inputs import Items, Row
from textsynth.job import Job
from textsynth.records import Source, Table
from textsynth.redaction.options import Redact
from textsynth.redaction.rows import Mark, Redactions, redact, strings, survey
from textsynth.shelf import options_of

Treatment = Literal["fence", "drop", "keep"]

MOST = 20
"""Findings that are named one by one; the others are counted."""

_DONE = {"fence": "fenced", "drop": "left out", "keep": "kept as it is"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """Seed text that tries to instruct: where it stands, and the start of it on one line."""

    source: str
    row: str
    field: str
    kind: str
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Seeds:
    """The inputs of a job as everything after sees them, and what was done to them."""

    items: Mapping[str, Items]
    redactions: Redactions = field(default_factory=Redactions)
    instructions: Sequence[Instruction] = ()
    hidden: Sequence[Hidden] = ()
    treated: Treatment = "fence"
    guard: Guard = field(default_factory=Guard)
    warnings: Sequence[str] = ()
    options: Redact | None = None
    """How they were redacted; None: not at all."""

    def redacted(self) -> dict[str, dict[str, int]]:
        """Source → kind → values replaced."""
        found: dict[str, Counter[str]] = {}
        for mark in self._counted():
            found.setdefault(mark.source, Counter())[mark.kind] += 1
        return {source: dict(sorted(kinds.items())) for source, kinds in sorted(found.items())}

    def _counted(self) -> Iterator[Mark]:
        """The marks without those in the columns of a record, or in the turns of a sample, whose
        text, instruction or reply has them already."""
        whole = ("text", "instruction", "reply")
        texts = {(m.input, m.row, m.kind) for m in self.redactions.marks if m.field in whole}
        for mark in self.redactions.marks:
            if mark.field in whole or (mark.input, mark.row, mark.kind) not in texts:
                yield mark

    def tables(self) -> list[Table]:
        """What was redacted, and what tries to instruct; for the end of a run and its card."""
        found = []
        if marks := list(self._counted()):
            kinds = Counter(mark.kind for mark in marks)
            rows = Counter(kind for kind, _ in {(m.kind, (m.input, m.row)) for m in marks})
            cells = tuple((kind, kinds[kind], rows[kind]) for kind in sorted(kinds))
            found.append(Table("Redacted seeds", ("kind", "found", "rows"), cells))
        counts = Counter((i.source, i.kind, _DONE[self.treated]) for i in self.instructions)
        counts.update((h.source, h.kind, "taken out") for h in self.hidden)
        if counts:
            columns = ("source", "kind", "what was done", "found")
            places = tuple((*key, number) for key, number in sorted(counts.items()))
            found.append(Table("Instructions in seeds", columns, places))
        return found

    def about(self, brief: Mapping[str, Any]) -> list[Table]:
        """What was redacted and found in the rows of one brief, for `explain`."""
        rows = [
            row
            for value in brief.values()
            for row in (value if isinstance(value, list) else [value])
        ]
        texts = {str(row["id"]): dict(strings(row)) for row in rows if isinstance(row, dict)}
        found = []
        cells = tuple(
            (mark.source, mark.field, mark.kind, mark.start, mark.end, stand_in)
            for mark in self.redactions.marks
            if mark.row in texts and (stand_in := _stand_in(mark, texts[mark.row]))
        )
        if cells:
            columns = ("source", "field", "kind", "start", "end", "stand-in")
            found.append(Table("redacted in the seeds", columns, cells))
        marks = tuple(
            (one.source, one.field, one.kind, one.start, one.end, one.words)
            for one in self.instructions
            if one.row in texts
        )
        if marks:
            columns = ("source", "field", "kind", "start", "end", "words")
            found.append(Table("instructions in the seeds", columns, marks))
        return found


def safe(job: Job, items: Mapping[str, Items], hidden: Sequence[Hidden] = ()) -> Seeds:
    """The inputs redacted and scanned, as the job asks.

    Raises InputError when every row of an input is left out for what it says.
    """
    options = job.redact if job.redact.on(asks_remote(job)) else None
    chunks = [name for name, part in job.inputs.items() if part.field == "chunk"]
    nameless = [name for name, part in job.inputs.items() if part.learned]
    seeds = made_safe(items, options, job.seed, job.injections, chunks, hidden, nameless)
    clashes = [
        f"vary: a value of the facet '{facet}' is redacted in the seeds; rows with it are dropped"
        for facet, values in job.vary.items()
        if any(seeds.guard.leaks.find(value) for value in values)
    ]
    clashes += _in_job(job, seeds.guard)
    return replace(seeds, warnings=[*seeds.warnings, *clashes]) if clashes else seeds


def made_safe(
    items: Mapping[str, Items],
    options: Redact | None,
    seed: int,
    injections: Treatment,
    chunks: Collection[str],
    hidden: Sequence[Hidden] = (),
    nameless: Collection[str] = (),
) -> Seeds:
    """As `safe`, without a job. `options`: None for no redaction; `chunks`: the inputs whose rows
    carry what was found in them; `nameless`: those whose names are nobody's."""
    redactions = Redactions()
    if options is not None:
        rows = {name: found.rows for name, found in items.items()}
        redactions = redact(options, seed, rows, nameless)
        items = {name: _redacted(found, name, redactions) for name, found in items.items()}
    instructions: list[Instruction] = []
    made: dict[str, Items] = {}
    fenced: set[str] = set()
    for name, found in items.items():
        kept: list[Row] = []
        for row in found.rows:
            marks = instructions_in(row, name)
            instructions += marks
            if marks and injections == "drop":
                continue
            if marks:
                fenced.add(str(row["id"]))
            kept.append(_marked(row, marks) if marks and name in chunks else row)
        if found.rows and not kept:
            raise InputError(
                f"every row of the input '{name}' tries to instruct the model",
                f"the first: {instructions[0].words}",
                "look at the files, or set `injections: fence`",
            )
        made[name] = Items(kept, found.sources)
    guard = Guard(redactions.leaks, fenced if injections == "fence" else ())
    warnings = [
        *_told(injections, instructions),
        *_hidden_told(hidden, guard),
        *_named(made, guard),
    ]
    return Seeds(made, redactions, instructions, hidden, injections, guard, warnings, options)


def _in_job(job: Job, guard: Guard) -> list[str]:
    """Which options that prompts show hold a redacted value: prompts get a stand-in there, too."""
    if not guard.active:
        return []
    method = job.method
    given = {f"{method.part}.{name}": value for name, value in options_of(method).items()}
    found = []
    for path, text in strings({**given, "scenarios": list(job.scenarios.texts.values())}):
        if leaks := guard.leaks.find(text):
            kinds = ", ".join(sorted({leak.kind for leak in leaks}))
            found.append(
                f"the option {path} holds a redacted value ({kinds}); prompts get its stand-in; "
                "name it in `redact: {allow: [...]}` if it may stay"
            )
    more = [f"… and {len(found) - MOST} more options that hold one"] if len(found) > MOST else []
    return found[:MOST] + more


def asks_remote(job: Job) -> bool:
    """Whether any provider of the job is not on this machine."""
    return any(provider.remote for provider in (job.provider, *job.models.values()))


def unredacted(job: Job, items: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, int]]:
    """Source → kind → values that a remote provider would see; for a job that does not redact."""
    found: dict[str, Counter[str]] = {}
    for name, rows in items.items():
        for source, kind in survey(job.redact, name, rows):
            found.setdefault(source, Counter())[kind] += 1
    return {source: dict(sorted(kinds.items())) for source, kinds in sorted(found.items())}


def instructions_in(row: Row, name: str) -> list[Instruction]:
    """What in one row tries to instruct; a record's columns, which its text repeats, only once."""
    columns = row.get("fields")
    names = list(columns) if isinstance(columns, dict) else []
    found: list[Instruction] = []
    seen: set[str] = set()
    for path, text in strings(row):
        for one in scan(text, names):
            words = shown(text, one)
            if path == "text" or words not in seen:
                source = str(row.get("source") or name)
                found.append(
                    Instruction(source, str(row["id"]), path, one.kind, one.start, one.end, words)
                )
            seen.add(words)
    return found


def _marked(row: Row, marks: Sequence[Instruction]) -> Row:
    found: list[dict[str, Any]] = []
    for mark in marks:
        where = {} if mark.field == "text" else {"field": mark.field}
        found.append({"kind": mark.kind, "start": mark.start, "end": mark.end, **where})
    return {**row, "injections": found}


def _redacted(found: Items, name: str, redactions: Redactions) -> Items:
    """The input's redacted rows. A checksum of a whole file could be tried out: it goes."""
    touched = {mark.source for mark in redactions.marks if mark.input == name}

    def known(source: Source) -> Source:
        return replace(source, sha256="") if {source.path, name} & touched else source

    return Items(redactions.rows[name], [known(source) for source in found.sources])


def _stand_in(mark: Mark, texts: Mapping[str, str]) -> str:
    text = texts.get(mark.field, "")
    return text[mark.new_start : mark.new_end]


def _told(injections: Treatment, found: Sequence[Instruction]) -> list[str]:
    lines = [
        f"{one.source}, row {one.row}: text that tries to instruct the model ({one.kind}) is "
        f"{_DONE[injections]}: {one.words}"
        for one in found[:MOST]
    ]
    if len(found) > MOST:
        lines.append(f"… and {len(found) - MOST} more places that try to instruct the model")
    return lines


def _hidden_told(found: Sequence[Hidden], guard: Guard) -> list[str]:
    lines = [
        f"{one.source}{f', page {one.page}' if one.page else ''}: text that no reader sees "
        f"({one.kind}) is left out{', and it tries to instruct the model' if one.instructs else ''}"
        f": {guard.text(one.words)}"
        for one in sorted(found, key=lambda h: not h.instructs)[:MOST]
    ]
    if len(found) > MOST:
        lines.append(f"… and {len(found) - MOST} more pieces of text that no reader sees")
    return lines


def _named(items: Mapping[str, Items], guard: Guard) -> list[str]:
    """Where a redacted value stands that nothing replaces: names of files, ids of rows."""
    if not guard.active:
        return []
    found = []
    for name, read in items.items():
        ids = sum(1 for row in read.rows if guard.leaks.find(str(row["id"])))
        if ids:
            found.append(f"{name}: {ids} ids of rows hold redacted values, and ids stay")
        if any(guard.leaks.find(source.path) for source in read.sources):
            found.append(f"{name}: a file name holds a redacted value, and file names stay")
    return found
