"""Versions of a run's dataset: each close that changes rows leaves one, and two can be compared.

outputs/<name>/
  manifest.json               that of the newest version
  versions/v1/manifest.json   what it is made of
              rows.tsv.gz     a line a row: brief, id, hash of its content
              how.json        what it took: time, requests, cost
              data/*.parquet  its rows; links to the same files while nothing changed
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textsynth.errors import JobError, RunError, nearest
from textsynth.job import Job
from textsynth.manifest import (
    MANIFEST,
    ROWS,
    Line,
    changes,
    lines_of,
    manifest_of,
    put_json,
    read_lines,
    sha_of,
    write_lines,
)
from textsynth.prompts import Prompt
from textsynth.records import Summary, digest
from textsynth.rowfiles.anywhere import records_of
from textsynth.rowfiles.hub import is_hub_name
from textsynth.runfolder import find_run
from textsynth.splits import splits_in

FOLDER, HOW = "versions", "how.json"
_LABEL = re.compile(r"v(\d+)")
FEW = 50
"""Distinct values up to which a column is compared value by value."""

_SHORT = 60
_ASIDE = frozenset({"id", "brief", "messages", "chunk", "persona", "partner", "source", "models"})


@dataclass(frozen=True)
class Version:
    """One version: its label, its folder, and what its files say."""

    label: str
    path: Path
    manifest: Mapping[str, Any]
    how: Mapping[str, Any]

    @property
    def rows(self) -> int:
        return int(self.manifest["rows"])


def record(
    folder: Path,
    job: Job,
    summary: Summary,
    prompts: Sequence[Prompt],
    how: Mapping[str, Any],
    clean: Callable[[Any], Any] = lambda value: value,
) -> Version:
    """Takes note of a close. A close that changes no row makes no new version.

    `how`: seconds, requests and the like, which differ from run to run. `clean`: puts stand-ins in
    the place of values that may not be written.
    """
    below = folder / FOLDER
    there = _labels(folder)
    aside = below / ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    rows, sha = write_lines(lines_of(folder / "rows" / "kept.jsonl"), aside / ROWS)
    manifest = clean(manifest_of(job, summary, prompts, rows, sha, folder))
    put_json(manifest, folder / MANIFEST)
    put_json(manifest, aside / MANIFEST)
    last = _read(below / there[-1]) if there else None
    if last and (last.manifest["content"], last.manifest["files"]) == (sha, manifest["files"]):
        (aside / MANIFEST).replace(last.path / MANIFEST)
        # The files were written anew: one copy of them is enough, and one that was changed by
        # hand is mended.
        shutil.rmtree(last.path / "data", ignore_errors=True)
        _link_all(folder, last.path)
        shutil.rmtree(aside)
        return _read(last.path)
    _link_all(folder, aside)
    put_json(dict(how), aside / HOW)
    label = f"v{int(there[-1][1:]) + 1 if there else 1}"
    aside.rename(below / label)
    return _read(below / label)


def last_splits(run: Path) -> dict[str, str]:
    """Brief → the split that its row has in the newest version; empty where there are no splits."""
    labels = _labels(run)
    if not labels:
        return {}
    path = run / FOLDER / labels[-1]
    found = splits_in(path / "data")
    if len(set(found.values())) < 2:
        return {}
    return {line.brief: found[line.id] for line in read_lines(path / ROWS) if line.id in found}


def versions(target: str | Path = ".") -> list[Version]:
    """The versions of a run, the first one first. Raises RunError where there is none."""
    path = find_run(target)
    found = [_read(path / FOLDER / label) for label in _labels(path)]
    if not found:
        raise RunError(
            f"the run {path} has no version yet",
            "a version is made when a run is closed",
            "let the run end; one made before there were versions gets one when it is run again",
        )
    return found


@dataclass(frozen=True)
class Change:
    """A row that says something else than before."""

    brief: str
    before: str
    after: str
    """The texts, in full."""


@dataclass(frozen=True)
class Moved:
    """A distribution that is not as it was: Jensen-Shannon divergence in bits (0 to 1), and the
    shares of the values that moved most."""

    name: str
    divergence: float
    values: Sequence[tuple[str, float, float]]


@dataclass(frozen=True)
class Difference:
    """What became of the rows from one version to another."""

    before: str
    after: str
    same: int
    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[str]
    """Ids of rows: of `changed` the new ones."""
    examples: Sequence[Change] = ()
    moved: Sequence[Moved] = ()
    made_of: Sequence[tuple[str, str, str]] = ()
    """What the two were made of where that differs: (name, before, after)."""


def diff(before: str | Path, after: str | Path, *, examples: int = 3) -> Difference:
    """Compares two versions: `RUN@v1`, a run (its newest one), a file, or a dataset of the Hub
    (`owner/name`, or `owner/name@revision`).

    Rows are known by their brief; where there are no briefs, by their id, or else by what they say.
    Raises RunError or InputError.
    """
    old, new = _side(before), _side(after)
    for side in (old, new):
        side.check()
    plain = old.version is None or new.version is None
    by_brief = dict(_keyed(old.lines(plain)))
    same = 0
    added: list[str] = []
    changed: list[tuple[Line, Line]] = []
    for key, line in _keyed(new.lines(plain)):
        was = by_brief.pop(key, None)
        if was is None:
            added.append(line.id)
        elif was.sha != line.sha:
            changed.append((was, line))
        else:
            same += 1
    shown = changed[:examples]
    texts = [
        side.texts({pair[n].id for pair in shown}) if shown else {}
        for n, side in enumerate((old, new))
    ]
    return Difference(
        old.name, new.name, same, added, [line.id for line in by_brief.values()],
        [line.id for _, line in changed],
        [Change(a.brief, texts[0].get(a.id, ""), texts[1].get(b.id, "")) for a, b in shown],
        _moved(old.profile(), new.profile()),
        changes(old.manifest, new.manifest) if old.manifest and new.manifest else (),
    )  # fmt: skip


def _keyed(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Each line under its brief; a second one of the same under a name of its own."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line.brief] += 1
        more = seen[line.brief]
        yield line.brief if more == 1 else f"{line.brief}\n{more}", line


@dataclass
class _Profile:
    rows: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        self.rows += 1
        turns = record.get("messages")
        if isinstance(turns, list):
            self._count("turns", str(len(turns)))
            size = sum(len(str(turn.get("content") or "")) for turn in turns)
            self._count("characters", _band(size))
        for name, value in record.items():
            if name not in _ASIDE and isinstance(value, str | bool) and len(str(value)) <= _SHORT:
                self._count(name, str(value))

    def _count(self, name: str, value: str) -> None:
        counts = self.counts.setdefault(name, Counter())
        if len(counts) <= FEW or value in counts:
            counts[value] += 1


def _band(size: int) -> str:
    """A band of lengths whose edges double."""
    low = 1 << max(0, size.bit_length() - 1)
    return f"{low:,}-{2 * low - 1:,}" if size else "0"


def _moved(old: _Profile, new: _Profile) -> list[Moved]:
    found = []
    for name in old.counts.keys() & new.counts.keys():
        one, other = old.counts[name], new.counts[name]
        if max(len(one), len(other)) > FEW:
            continue
        shares = {
            value: (one[value] / max(1, sum(one.values())), other[value] / max(1, other.total()))
            for value in one.keys() | other.keys()
        }
        divergence = sum(
            share / 2 * math.log2(2 * share / (p + q))
            for p, q in shares.values()
            for share in (p, q)
            if share
        )
        if divergence > 1e-9:
            order = sorted(shares, key=lambda v: (-abs(shares[v][1] - shares[v][0]), v))
            values = [(value, *shares[value]) for value in order[:5]]
            found.append(Moved(name, round(divergence, 4), values))
    return sorted(found, key=lambda moved: (-moved.divergence, moved.name))


class _Side:
    """One of two things that are compared."""

    def __init__(
        self, name: str, version: Version | None, repo: str = "", revision: str = ""
    ) -> None:
        self.name, self.version = name, version
        self._repo, self._revision = repo, revision
        self.manifest = version.manifest if version else {}

    def check(self) -> None:
        """Raises RunError where the files of a version are not those that it was made of."""
        files = self.manifest.get("files", {})
        for name, told in files.items() if self.version else ():
            file = self.version.path / name if self.version else Path(name)
            if not file.is_file() or sha_of(file) != told["sha256"]:
                raise RunError(
                    f"{name} of {self.name} is not as it was when the version was made",
                    "a program changed or removed it",
                    "run the job again, which writes the newest version anew; change copies only",
                )

    def records(self) -> Iterator[dict[str, Any]]:
        where = str(self.version.path / "data") if self.version else self.name
        for found in records_of(
            self._repo or where, Path(), "diff", revision=self._revision or None
        ):
            yield found.record

    def lines(self, plain: bool) -> Iterable[Line]:
        """`plain`: as its data files show the rows, which is all that a foreign dataset has."""
        if self.version is not None and not plain:
            yield from read_lines(self.version.path / ROWS)
            return
        for index, row in enumerate(self.records()):
            sha = digest(row, size=8)
            own = str(row.get("id") or sha)
            yield Line(index, str(row.get("brief") or own), own, sha)

    def profile(self) -> _Profile:
        found = _Profile()
        for row in self.records():
            found.add(row)
        return found

    def texts(self, ids: set[str]) -> dict[str, str]:
        found = {}
        for row in self.records():
            own = str(row.get("id") or digest(row, size=8))
            if own in ids:
                turns = row.get("messages")
                if isinstance(turns, list):
                    found[own] = "\n".join(f"{t['role']}: {t['content']}" for t in turns)
                else:
                    found[own] = json.dumps(row, ensure_ascii=False)
                if len(found) == len(ids):
                    break
        return found


def _side(given: str | Path) -> _Side:
    text = str(given)
    base, mark, label = text.rpartition("@")
    if mark and _LABEL.fullmatch(label) and Path(base).exists():
        there = versions(base)
        for version in there:
            if version.label == label:
                return _Side(text, version)
        known = [version.label for version in there]
        raise JobError(f"the run {base} has no version '{label}'", nearest(label, known))
    path = Path(text)
    if (path / MANIFEST).is_file() and (path / ROWS).is_file():
        return _Side(text, _read(path))
    is_run = (path / "run.json").is_file() or path.suffix in (".yaml", ".yml")
    if is_run or (path.is_dir() and (path / "outputs").is_dir()):
        newest = versions(text)[-1]
        return _Side(f"{text}@{newest.label}", newest)
    if mark and is_hub_name(base) and not path.exists():
        return _Side(text, None, base, label)
    return _Side(text, None)


def _labels(run: Path) -> list[str]:
    found = [p.name for p in (run / FOLDER).glob("v*") if _LABEL.fullmatch(p.name)]
    return sorted(found, key=lambda label: int(label[1:]))


def _read(path: Path) -> Version:
    def told(name: str) -> dict[str, Any]:
        try:
            found = json.loads((path / name).read_text(encoding="utf8"))
        except (OSError, ValueError) as error:
            raise RunError(f"the version {path} cannot be read: {error}") from None
        return found if isinstance(found, dict) else {}

    return Version(path.name, path, told(MANIFEST), told(HOW))


def _link_all(run: Path, version: Path) -> None:
    (version / "data").mkdir()
    for file in sorted((run / "data").glob("*.parquet")):
        _link(file, version / "data" / file.name)


def _link(file: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no such thing.

    The writer of the dataset replaces its files and never changes one, so the link stays as it is.
    """
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
