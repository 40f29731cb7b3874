"""The job of a curation: out of a quality file, out of another job, or out of options alone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import JobError, nearest
from textsynth.given_rows import GivenRows, run_at
from textsynth.job import Job
from textsynth.jobfile import DEFAULT_QUALITY, load_job, made_job
from textsynth.looking import METHOD
from textsynth.quality import SHELF, Filter
from textsynth.rowfiles.sample_rows import Names
from textsynth.shelf import options_of

LONGEST = 20_000
_OWN: Mapping[str, Mapping[str, Any]] = {
    "length": {"min_chars": 1, "max_chars": LONGEST},
    "language": {"max_foreign": 30},
    "scaffolding": {"repair": True},
}
QUALITY: tuple[Any, ...] = tuple(
    {name: dict(_OWN[name])} if isinstance(name, str) and name in _OWN else name
    for name in DEFAULT_QUALITY
)
"""The filters where none are named: those of jobs. A prompt of others often holds a whole document,
so that a turn may be as long as one; an answer may be the letter of a choice; names stand in their
own script; and texts often carry the token that ended them in training."""

_WRITING = (
    "method", "count", "vary", "quotas", "scenarios", "like", "max_briefs", "row_timeout",
    "redact", "injections",
)  # fmt: skip
"""Fields of a job that say how rows are written, which is nothing to a curation."""


@dataclass(frozen=True)
class Options:
    """What may be said of a curation beside its job, as the command line and Python have it."""

    source: Sequence[str] = ()
    job: Path | None = None
    quality: Sequence[Any] = ()
    language: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """messages, instruction, reply, system, label, chosen, rejected, language_column."""
    split: str | None = None
    config: str | None = None
    revision: str | None = None
    limit: int | None = None


def quality_of(texts: Sequence[Any]) -> list[Any]:
    """Filters as a job lists them, out of `near_duplicates`, `near_duplicates=0.8` and
    `length.max_chars=4000`; several options of a filter come together."""
    found: dict[str, Any] = {}
    for spec in texts:
        if not isinstance(spec, str):
            (name, options), *_ = spec.items()
            found[name] = options
            continue
        name, option, value = setting_of(spec)
        if value is None:
            found.setdefault(name, None)
        elif not option:
            found[name] = value
        else:
            before = found.get(name)
            found[name] = {**(before if isinstance(before, dict) else {}), option: value}
    return [name if value is None else {name: value} for name, value in found.items()]


def setting_of(text: str) -> tuple[str, str, Any]:
    """(filter, option, value) of `judge.at_least=4`; the value is YAML, None where there is none.

    Raises JobError for a filter that there is not.
    """
    left, sign, right = text.partition("=")
    name, _, option = left.strip().partition(".")
    if name not in SHELF.names():
        raise JobError(f"there is no filter '{name}'", nearest(name, SHELF.names()))
    if not sign:
        return name, option, None
    try:
        return name, option, yaml.safe_load(right)
    except yaml.YAMLError:
        raise JobError(
            f"'{text}' cannot be read", fix="write `filter=value` or `filter.option=value`"
        ) from None


def word_of(text: str) -> str:
    """A text as the name of a job may be."""
    return re.sub(r"[^\w.-]+", "-", text).strip(".-")[:80] or "curated"


def job_for(options: Options, out: Path) -> tuple[Job, list[str]]:
    """The job of a curation, and what of the file that it was made from counts for nothing.

    Raises JobError with the line of a quality file.
    """
    raw, home, notes = _read(options.job)
    set_aside = [name for name in _WRITING if name in raw]
    if told := [name for name in set_aside if name not in ("method", "count")]:
        notes.append(f"of {options.job} these count for nothing here: {', '.join(told)}")
    given: dict[str, Any] = {"method": METHOD, "count": "all"}
    if "name" not in raw:
        given["name"] = word_of(out.name)
    if "quality" not in raw:
        given["quality"] = [*QUALITY]
    if options.quality:
        given["quality"] = quality_of(options.quality)
    if options.language and options.language != "auto":
        given["language"] = options.language
    given["inputs"] = _inputs(options, raw, home)
    named = raw.get("export") or []
    exports = [*named] if isinstance(named, list) else [named]
    if "same" not in exports:
        given["export"] = ["same", *exports]
    whole = bool(set_aside)
    if whole or options.job is None:
        fields = {name: value for name, value in raw.items() if name not in set_aside}
        fields = {"quality": [*QUALITY], **fields, **given}
        fields = _with_roles(fields, home) if whole else fields
        return made_job(fields, home), notes
    return load_job(options.job, given, home), notes


def _read(file: Path | None) -> tuple[dict[str, Any], Path, list[str]]:
    """The mapping of a job file, and the folder that its paths are relative to."""
    if file is None:
        return {}, Path().resolve(), []
    file = file / "job.yaml" if file.is_dir() else file
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        load_job(file)  # says in words what is wrong
        raise
    if not isinstance(raw, dict):
        raise JobError(f"{file} is no mapping", fix="write `quality: [length, near_duplicates]`")
    home = file.parent
    if (home / "run.json").is_file():
        from_run = yaml.safe_load((home / "run.json").read_text("utf8")).get("home", ".")
        home = home / from_run
    return {str(name): value for name, value in raw.items()}, home.resolve(), []


def _with_roles(fields: dict[str, Any], home: Path) -> dict[str, Any]:
    """Without the models of roles that no filter plays: they are those of the method."""
    models = fields.pop("models", None)
    if isinstance(models, dict):
        played = {role for part in made_job(fields, home).quality for role in part.played()}
        fields["models"] = {role: spec for role, spec in models.items() if role in played}
    return fields


def _inputs(options: Options, raw: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """The inputs as the job notes them: the rows, and what the filters hold them against."""
    named = raw.get("inputs") or {}
    others = {name: spec for name, spec in named.items() if name != "samples"}
    own = named.get("samples")
    samples = dict(own) if isinstance(own, dict) else {"from": own} if own else {}
    if options.source:
        samples["from"] = [_noted(name, home) for name in options.source]
    if not samples.get("from"):
        raise JobError(
            "curate has no rows to look at",
            fix="name a file, folder, glob, run or dataset of the Hub, or `inputs: {samples: …}`",
        )
    columns = {n: options.columns.get(n) for n in ("messages", "instruction", "reply")}
    given = {
        **columns, "split": options.split, "config": options.config, "revision": options.revision,
    }  # fmt: skip
    samples |= {name: value for name, value in given.items() if value}
    if options.limit is not None and options.limit <= 1_000_000:
        samples["rows"] = options.limit
    return {**others, "samples": samples}


def _noted(name: str, home: Path) -> str:
    """A path as the job may keep it: from its folder; other names as they are."""
    path = Path(name).expanduser()
    if not path.exists() or path.is_absolute():
        return name
    return os.path.relpath(path, home)


def rows_for(job: Job, options: Options) -> GivenRows:
    """Where the rows of a job come from."""
    part = options_of(job.inputs["samples"])
    columns = dict(options.columns)
    others = {n: columns.get(n, "") for n in ("system", "label", "chosen", "rejected")}
    others["language"] = columns.get("language_column", "")
    limit = options.limit
    if limit is None and "rows" in job.inputs["samples"].model_fields_set:
        limit = part["rows"]
    names = Names(part["messages"], part["instruction"], "", part["reply"])
    return GivenRows(
        tuple(part["from_"]), job.home, names, others, part["split"], part["config"],
        part["revision"], limit,
    )  # fmt: skip


def changed(parts: Sequence[Filter], settings: Sequence[str], home: Path) -> list[Any]:
    """Filters as a job lists them, with some options replaced. Raises JobError.

    `settings`: `near_duplicates=0.7`, `judge.at_least=4`.
    """
    specs: dict[str, dict[str, Any]] = {part.part: _plain(part) for part in parts}
    for text in settings:
        name, option, value = setting_of(text)
        if name not in specs:
            raise JobError(
                f"the run was not screened by '{name}'", nearest(name, specs),
                "`textsynth curate RUN` screens with other filters",
            )  # fmt: skip
        option = option or SHELF.load(name).shorthand
        known = SHELF.load(name).model_fields
        if value is None or option not in known:
            raise JobError(
                f"'{text}' names no option of the filter {name}", nearest(option, known),
                "write `filter.option=value`",
            )  # fmt: skip
        specs[name][option] = value
    return [{name: spec} if spec else name for name, spec in specs.items()]


def _plain(part: Filter) -> dict[str, Any]:
    """The options of a filter that were set, as YAML has them."""
    return part.model_dump(mode="json", exclude_unset=True, by_alias=True)


def source_run(options: Options) -> Path | None:
    """The run that a curation reads, where it is one."""
    return run_at(Path(options.source[0])) if len(options.source) == 1 else None
