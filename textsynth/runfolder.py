"""A run is a folder: journal, rows, dataset and card; opened by one process at a time.

    outputs/<name>/
      README.md  data/*.parquet      the dataset, once the run is closed
      exports/                       other formats
      rows/kept.jsonl dropped.jsonl failed.jsonl
      journal.sqlite                 every reply
      run.json                       state and figures, also while it runs
      job.yaml                       the job as it was last run
      index/                         what filters remember of the rows, for later jobs
      made/  stages/                 what the job's stages made, and their own runs
      redactions.jsonl               which values of the seeds were replaced: kinds and places

(Not named run.py: `textsynth.run` is the function that users call.)
"""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from pydantic_core import from_json

from textsynth.errors import RunError, nearest
from textsynth.job import Job
from textsynth.journal import Journal
from textsynth.records import Sample, Source, Summary, Table, Verdict
from textsynth.redaction.options import Redact

_encode = json.JSONEncoder(ensure_ascii=False).encode
KINDS = ("kept", "dropped", "failed")
_REDACTION = "redaction"


class SampleRows:
    """Samples of a run (kept or dropped), read from disk each time they are iterated."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Sample]:
        yield from map(_sample, read_rows(self.path))

    def picked(self, flags: Iterable[bool]) -> Iterator[Sample]:
        """The samples whose flag is set, one flag for each row in order; others are not parsed.

        Raises ValueError where there are more or fewer rows than flags.
        """
        for line, flag in zip(_lines(self.path), flags, strict=True):
            if flag:
                yield _sample(_parsed(line))


def _sample(row: dict[str, Any]) -> Sample:
    row.pop("verdicts", None)
    return Sample.from_json(row)


class ScreenedRows:
    """Samples of a run with the filters' words on them, read from disk each time."""

    def __init__(self, *paths: Path) -> None:
        self.paths = paths

    def __iter__(self) -> Iterator[tuple[Sample, tuple[Verdict, ...]]]:
        for path in self.paths:
            for row in read_rows(path):
                words = tuple(Verdict.from_json(raw) for raw in row.pop("verdicts", ()))
                yield Sample.from_json(row), words


class Run:
    """The folder, open for writing. Use as a context manager: it holds the lock and the files."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name
        self._lock: sqlite3.Connection | None = None
        self._files: dict[str, IO[str]] = {}

    @classmethod
    def of(cls, job: Job, out: Path | None = None) -> Run:
        """The run of a job: outputs/<name> beside the job file, or `out`."""
        return cls(out or job.home / "outputs" / job.name, job.name)

    def __enter__(self) -> Run:
        if self.path.exists() and not self.path.is_dir():
            raise RunError(f"{self.path} is a file", fix="name a folder with --out")
        if self.path.is_dir() and any(self.path.iterdir()) and not self._ours():
            raise RunError(
                f"the folder {self.path} is not a run",
                "it holds other files",
                "name another folder with --out, or another job name",
            )
        (self.path / "rows").mkdir(parents=True, exist_ok=True)
        self._take_lock()
        other = read_state(self.path).get("summary", {}).get("name", self.name)
        if self.name and other != self.name:
            self._release()
            raise RunError(
                f"the folder {self.path} is the run of another job, '{other}'",
                fix="name another folder with --out",
            )
        self.journal = Journal(self.path / "journal.sqlite")
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
        self.journal.close()
        self._release()

    def _release(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def _ours(self) -> bool:
        if (self.path / "journal.sqlite").is_file() or "summary" in read_state(self.path):
            return True
        # Files for the stages of a job may be there before its first start.
        return {path.name for path in self.path.iterdir()} <= {"made", "stages"}

    def _take_lock(self) -> None:
        # An exclusive transaction goes with its process, also after kill -9, on every system.
        self._lock = sqlite3.connect(self.path / ".lock", timeout=0, isolation_level=None)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            self._lock.close()
            state = read_state(self.path)
            raise RunError(
                f"the run {self.path} is in use",
                f"process {state.get('pid', '?')} is writing it",
                "wait for it, watch it with `textsynth status`, or stop it with Ctrl+C",
            ) from None

    def start_rows(self) -> None:
        """Begins the row files anew; the journal makes writing them again free."""
        for kind in KINDS:
            path = self.path / "rows" / f"{kind}.jsonl"
            self._files[kind] = path.open("w", encoding="utf8", newline="\n")

    def add(self, kind: str, row: Mapping[str, Any]) -> None:
        """Appends a row to kept, dropped or failed; the first one begins the files anew."""
        if not self._files:
            self.start_rows()
        self._files[kind].write(_encode(row) + "\n")

    def add_sample(self, sample: Sample, verdicts: list[Verdict], kept: bool) -> None:
        """Appends a screened sample, with every filter's word on it."""
        row = sample.to_json()
        row["verdicts"] = [verdict.to_json() for verdict in verdicts]
        self.add("kept" if kept else "dropped", row)

    def rewrite(self, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Other rows in the place of those of some kinds, which may be made from what is there."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        asides = {}
        for kind, made in rows.items():
            path = self.path / "rows" / f"{kind}.jsonl"
            asides[path] = path.with_name(path.name + ".partial")
            with asides[path].open("w", encoding="utf8", newline="\n") as file:
                file.writelines(_encode(row) + "\n" for row in made)
        for path, aside in asides.items():
            aside.replace(path)

    def redacted_before(self, now: Redact | None) -> str:
        """How the prompts of the journal were redacted less than they are `now`; "" if not.

        Takes note of `now` (None: not at all) for the next time.
        """
        begun = (self.path / "redactions.jsonl").is_file()
        noted = self.journal.noted(_REDACTION).get(_REDACTION)
        given = None if now is None else {"kinds": now.kinds, "allow": now.allow}
        if given != noted:
            self.journal.note(_REDACTION, given)
        if now is None or self.journal.counts()["replies"] == 0:
            return ""
        if noted is None:
            return "" if begun else "without redaction"
        if kinds := [kind for kind in now.kinds if kind not in noted["kinds"]]:
            return f"without redaction of {', '.join(kinds)}"
        if more := [value for value in noted["allow"] if value not in now.allow]:
            return f"when {len(more)} more values of redact.allow stayed as they are"
        return ""

    def write_redactions(self, marks: Iterable[Mapping[str, Any]]) -> None:
        """One line for each value of the seeds that was replaced; no file where there is none."""
        path = self.path / "redactions.jsonl"
        lines = iter(marks)
        first = next(lines, None)
        if first is None:
            path.unlink(missing_ok=True)
            return
        aside = path.with_name(path.name + ".partial")
        with aside.open("w", encoding="utf8", newline="\n") as file:
            for mark in itertools.chain((first,), lines):
                file.write(_encode(mark) + "\n")
        aside.replace(path)

    def save_state(self, status: str, summary: Summary, job: Job, extra: dict[str, Any]) -> None:
        """Puts rows and figures on disk, for `status` and for whoever comes later."""
        for file in self._files.values():
            file.flush()
        state = {
            "status": status, "pid": os.getpid(), "updated": time.time(),
            "home": os.path.relpath(job.home, self.path) if _near(job.home, self.path)
            else str(job.home),
            "given": job.given, "remote": job.provider.remote, **extra, "summary": asdict(summary),
        }  # fmt: skip
        _write(self.path / "run.json", json.dumps(state, ensure_ascii=False, indent=1) + "\n")
        _write(self.path / "job.yaml", summary.job_text)

    @property
    def kept(self) -> SampleRows:
        """The kept samples, streamed from disk."""
        return self._rows("kept")

    @property
    def screened(self) -> ScreenedRows:
        """The kept samples and then the dropped ones, each with the filters' words."""
        return ScreenedRows(self.kept.path, self.dropped.path)

    @property
    def dropped(self) -> SampleRows:
        """The dropped samples, streamed from disk."""
        return self._rows("dropped")

    def _rows(self, kind: str) -> SampleRows:
        for file in self._files.values():
            file.flush()
        return SampleRows(self.path / "rows" / f"{kind}.jsonl")


def find_run(target: str | Path) -> Path:
    """The run folder meant by a run folder, a job file, or a project folder.

    Raises RunError when there is none.
    """
    path = Path(target)
    if (path / "run.json").is_file():
        return path
    home = path.parent if path.is_file() else path
    runs = sorted(p.parent for p in (home / "outputs").glob("*/run.json"))
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        name = _job_name(path)
        runs = [run for run in runs if run.name == name]
    if len(runs) == 1:
        return runs[0]
    if not runs:
        near = path.parent.glob("*/run.json") if path.parent.is_dir() else iter(())
        raise RunError(
            f"there is no run at '{target}'",
            nearest(path.name, [p.parent.name for p in near]),
            "start one with `textsynth run job.yaml`",
        )
    raise RunError(
        f"'{target}' holds several runs",
        ", ".join(run.name for run in runs),
        f"name one, such as {runs[0]}",
    )


def _job_name(path: Path) -> str:
    import yaml

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return ""
    return str(raw.get("name", "")) if isinstance(raw, dict) else ""


def read_state(path: Path) -> dict[str, Any]:
    """run.json of a run folder; empty when it is not there yet."""
    try:
        state = json.loads((path / "run.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def closed_at(path: Path, count: int) -> int:
    """How many briefs a run of `count` rows had decided on when it was closed; 0 where none was."""
    state = read_state(path)
    summary = state.get("summary", {})
    same = state.get("status") == "closed" and summary.get("asked") == count
    return int(summary.get("briefs", 0)) if same else 0


def read_summary(path: Path) -> Summary:
    """The figures in run.json."""
    state = read_state(path)
    if "summary" not in state:
        raise RunError(f"the run {path} has no figures yet", fix="run the job")
    raw = dict(state["summary"])
    raw["sources"] = tuple(Source(**source) for source in raw["sources"])
    raw["funnel"] = tuple((stage, rows) for stage, rows in raw["funnel"])
    raw["short"], raw["warnings"] = tuple(raw["short"]), tuple(raw.get("warnings", ()))
    raw["tables"] = tuple(Table.from_json(table) for table in raw.get("tables", ()))
    return Summary(**raw)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file; a last line that is cut off (a run that was killed) is left out."""
    for line in _lines(path):
        yield _parsed(line)


def _lines(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _parsed(line: bytes) -> Any:
    try:
        return from_json(line)
    except ValueError:
        # Half characters as escapes, which only Python's own reader takes; it is half as fast.
        return json.loads(line)


def _near(home: Path, run: Path) -> bool:
    return run.resolve().is_relative_to(home.resolve())


def _write(path: Path, text: str) -> None:
    """The file appears whole or stays as it was."""
    aside = path.with_name(path.name + ".partial")
    aside.write_text(text, encoding="utf8")
    aside.replace(path)
