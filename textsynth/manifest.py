"""What a version of a dataset is made of, as one small text file that proves it.

`manifest.json` holds no time and no cost: same job, same replies, same bytes. What a version took
stands beside it (`how.json`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from textsynth.job import Job
from textsynth.prompts import Prompt
from textsynth.records import Summary, digest
from textsynth.runfolder import read_rows
from textsynth.shelf import options_of
from textsynth.terms import terms

FORMAT = 1
MANIFEST, ROWS = "manifest.json", "rows.tsv.gz"
_PACKAGES = ("datasets", "jinja2", "openai", "pyarrow", "pydantic", "xllamacpp")
_NOT_CONTENT = ("verdicts", "replies", "index", "seeds")
"""Of a kept row, what is not part of its content: how it came to be."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a version: number of its brief, ids of brief and row, hash of its content."""

    index: int
    brief: str
    id: str
    sha: str

    def text(self) -> str:
        return f"{self.index}\t{self.brief}\t{self.id}\t{self.sha}\n"


def lines_of(kept: Path) -> Iterator[Line]:
    """The lines of the kept rows of a run, in order."""
    for row in read_rows(kept):
        content = {name: value for name, value in row.items() if name not in _NOT_CONTENT}
        yield Line(row["index"], row["brief"], row["id"], digest(content, size=8))


def write_lines(lines: Iterable[Line], path: Path) -> tuple[int, str]:
    """Writes the lines, packed, the same bytes for the same lines; (rows, SHA-256 of them)."""
    rows, whole = 0, hashlib.sha256()
    aside = path.with_name(path.name + ".partial")
    with (
        aside.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed,
    ):
        for line in lines:
            data = line.text().encode()
            whole.update(data)
            packed.write(data)
            rows += 1
    aside.replace(path)
    return rows, whole.hexdigest()


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a version."""
    with gzip.open(path, "rt", encoding="utf8") as file:
        for text in file:
            index, brief, row, sha = text.rstrip("\n").split("\t")
            yield Line(int(index), brief, row, sha)


def manifest_of(
    job: Job, summary: Summary, prompts: Sequence[Prompt], rows: int, sha: str, folder: Path
) -> dict[str, Any]:
    """All that a version is made of, as plain JSON."""
    return {
        "format": FORMAT, "name": job.name, "rows": rows, "content": sha,
        "files": {
            path.relative_to(folder).as_posix(): {
                "bytes": path.stat().st_size, "sha256": sha_of(path)
            }
            for path in sorted((folder / "data").glob("*.parquet"))
        },
        "job": {
            "sha256": hashlib.sha256(summary.job_text.encode()).hexdigest(),
            "method": {job.method.part: _plain(options_of(job.method))},
            "count": job.count, "seed": job.seed, "language": job.language,
        },
        "prompts": {prompt.name: prompt.id for prompt in prompts},
        "models": {
            "requests": summary.models, "": job.provider.model_id(),
            **{role: provider.model_id() for role, provider in job.models.items()},
        },
        "seeds": [
            {"path": s.path, "kind": s.kind, "rows": s.rows, "sha256": s.sha256,
             "licence": s.licence}
            for s in summary.sources
        ],
        "licence": job.licence, "purpose": job.purpose, "terms": _terms(job, summary),
        "filters": {part.part: _plain(options_of(part)) for part in job.quality},
        "funnel": [list(stage) for stage in summary.funnel],
        "tokens": {"in": summary.tokens_in, "out": summary.tokens_out},
        "software": {"textsynth": summary.version, "python": platform.python_version(),
                     **_versions()},
    }  # fmt: skip


def _terms(job: Job, summary: Summary) -> dict[str, Any]:
    """What is known of the terms of models and seeds, and where they do not go with the job."""
    found = terms(summary.models, summary.sources, job.purpose, job.licence)
    return {
        "known": found.known, "warnings": list(found.warnings),
        **{
            kind: {one.name: {"terms": one.terms, "limits": list(one.limits)} for one in some}
            for kind, some in (("models", found.models), ("seeds", found.sources))
        },
    }  # fmt: skip


def sha_of(source: Path | bytes) -> str:
    """SHA-256 of a file, or of bytes."""
    made = hashlib.sha256()
    if isinstance(source, bytes):
        made.update(source)
        return made.hexdigest()
    with source.open("rb") as file:
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()


def put_json(value: Any, path: Path) -> None:
    """Writes JSON that people can read and compare; the file appears whole."""
    aside = path.with_name(path.name + ".partial")
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    aside.write_text(text, encoding="utf8")
    aside.replace(path)


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What differs between two manifests, except rows and files: (name, before, after)."""
    skipped = ("files", "rows", "content", "funnel", "tokens", "format")
    one, other = (
        dict(_flat({k: v for k, v in each.items() if k not in skipped})) for each in (old, new)
    )
    names = sorted(one.keys() | other.keys())
    return [
        (name, one.get(name, ""), other.get(name, ""))
        for name in names
        if one.get(name) != other.get(name)
    ]


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for part in value:
            yield from _flat(part, f"{name}[{part.get('path', '')}]")
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Options as JSON holds them."""
    return json.loads(json.dumps(value, default=str, ensure_ascii=False))


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def summary_of(summary: Summary) -> dict[str, Any]:
    """The figures that `diff` compares."""
    plain = asdict(summary)
    return {name: plain[name] for name in ("kept", "facets", "reasons", "models")}
