"""What is merged: each source under a name of its own, its rows in batches, its licence."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import InputError, JobError, TextsynthError, nearest
from textsynth.given_rows import SIZE, GivenRows, run_at
from textsynth.jobfile import load_job
from textsynth.looking import Batch, Origin
from textsynth.records import Source
from textsynth.rowfiles.anywhere import files_of, texts_in
from textsynth.rowfiles.hub import is_hub_name
from textsynth.runfolder import read_rows, read_state, read_summary
from textsynth.telling import told_language

_HEAD = 50


@dataclass
class MergeSource:
    """One source: `name` as it was given, `shown` as its rows name it."""

    name: str
    shown: str
    run: Path | None
    licence: str = ""
    behind: tuple[Source, ...] = ()
    """What a run was made from."""
    rows: int = 0
    """Rows that were read."""
    kind: str = ""


@dataclass
class MergeRows:
    """The rows of all sources, one source after the other, numbered from 0."""

    sources: Sequence[MergeSource]
    split: str = "train"
    given: list[Source] = field(default_factory=list)
    """The sources as a summary has them; fills as rows are read."""

    def batches(self) -> Iterator[Batch]:
        """Kept rows of runs, all rows of files and datasets. Raises InputError in words."""
        start = 0
        for source in self.sources:
            origin, first = Origin(source.shown, start), start
            for batch in self._of(source):
                yield replace(batch, start=start, origin=origin)
                start += len(batch.records)
            source.rows = start - first
            if not source.rows:
                raise InputError(
                    f"there is no row in '{source.name}'", fix="leave it out, or let it keep rows"
                )
            self.given += [
                Source(source.shown, source.kind, source.rows, licence=source.licence),
                *source.behind,
            ]

    def _of(self, source: MergeSource) -> Iterator[Batch]:
        if source.run is not None:
            rows = read_rows(source.run / "rows" / "kept.jsonl")
            while some := list(itertools.islice(rows, SIZE)):
                for row in some:
                    row.pop("verdicts", None)
                yield Batch(0, source.shown, None, some)
            source.kind = "run, kept rows"
            return
        given = GivenRows((source.name,), Path(), split=self.split)
        yield from given.batches()
        source.kind = given.sources[0].kind if given.sources else "file"

    def language(self) -> str:
        """The language of the first rows of the first source."""
        batch = next(self.batches(), None)
        records: Sequence[Mapping[str, Any]] = batch.records[:_HEAD] if batch else ()
        words = [str(record.get("language") or "") for record in records]
        texts = [text for record in records for text in texts_in(record)]
        named = Counter(word for word in words if len(word) == 2)
        return named.most_common(1)[0][0] if named else told_language(texts, "en")


def sources_of(names: Sequence[str], licences: Mapping[str, str]) -> list[MergeSource]:
    """The sources, each with a name of its own. Raises JobError or InputError in words."""
    for name, times in Counter(names).items():
        if times > 1:
            raise JobError(f"'{name}' is named {times} times", fix="name each source once")
    short = [_short(name) for name in names]
    found = []
    for name, shown in zip(names, short, strict=True):
        shown = shown if short.count(shown) == 1 else name
        run = run_at(Path(name).expanduser())
        if run is None and files_of(name, Path(), "merge") is None and not is_hub_name(name):
            raise InputError(f"merge cannot read '{name}'", fix="name a run, a file or owner/name")
        if run is not None and not (run / "rows" / "kept.jsonl").is_file():
            raise InputError(f"the run '{name}' has kept no row yet", fix="run its job first")
        source = MergeSource(name, shown, run, _licence(name, run))
        if run is not None:
            source.behind = _behind(run, shown)
        found.append(source)
    for given, licence in licences.items():
        own = [source for source in found if given in (source.name, source.shown)]
        if not own:
            known = [source.shown for source in found]
            raise JobError(f"a licence is given for '{given}'", nearest(given, known))
        own[0].licence = licence
    return found


def _short(name: str) -> str:
    path = Path(name).expanduser()
    return path.resolve().name if path.exists() else name


def _behind(run: Path, shown: str) -> tuple[Source, ...]:
    """The seeds of a run, which the merged rows were made from too."""
    try:
        made = read_summary(run).sources
    except TextsynthError:
        return ()
    return tuple(replace(one, path=f"{shown}: {one.path}") for one in made if not one.problem)


def _licence(name: str, run: Path | None) -> str:
    """The licence that a run's job, or the card of a dataset, names; "" where none does."""
    path = Path(name).expanduser()
    text = ""
    if run is not None:
        with contextlib.suppress(TextsynthError, OSError, KeyError):
            home = Path(run, read_state(run).get("home", "."))
            job = load_job(run / "job.yaml", read_state(run).get("given"), home=home)
            return job.licence or ""
        return ""
    if path.is_dir() and (path / "README.md").is_file():
        text = (path / "README.md").read_text("utf8", errors="replace")
    elif not path.exists() and "/" in name and is_hub_name(name):
        text = _card(name)
    front = text[4:].partition("\n---")[0] if text.startswith("---\n") else ""
    try:
        found = yaml.safe_load(front)
    except yaml.YAMLError:
        return ""
    told = found.get("license") if isinstance(found, dict) else ""
    return ", ".join(map(str, told)) if isinstance(told, list) else str(told or "")


def _card(repo: str) -> str:
    """The card of a dataset on the Hub; "" where there is none, or where it cannot be had."""
    from huggingface_hub import hf_hub_download

    try:
        file = hf_hub_download(repo, "README.md", repo_type="dataset")
        return Path(file).read_text("utf8", errors="replace")
    except Exception:  # noqa: BLE001 - reading its rows tells what is wrong, in words
        return ""
