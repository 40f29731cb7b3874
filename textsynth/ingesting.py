"""`ingest`: documents into chunks, with an account of each file, before any job is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from textsynth.errors import JobError
from textsynth.hidden import noting
from textsynth.inputs import Row
from textsynth.inputs.documents import Documents
from textsynth.records import Source
from textsynth.redaction.options import Redact
from textsynth.seeds import Seeds, made_safe


@dataclass(frozen=True)
class Ingested:
    """What was read: the chunks, a `Source` per file, and the files written."""

    chunks: Sequence[Row]
    sources: Sequence[Source]
    files: Sequence[Path] = ()
    seeds: Seeds = field(default_factory=lambda: Seeds({}))
    """What was redacted, and what tries to instruct a model."""


def ingest(
    paths: str | Path | Iterable[str | Path],
    *,
    out: str | Path | None = None,
    home: str | Path = ".",
    redact: bool = True,
    allow: Iterable[str] = (),
    **options: Any,
) -> Ingested:
    """Reads files, folders and globs into chunks. A file with a problem stops no other.

    Personal data is replaced unless `redact` is false: the output is made to be handed on. What
    stands in `allow` stays as it is, such as the company's own telephone number.

    `out`: a folder for `chunks.jsonl`, which the input `documents` takes over as it is, and
    `sources.json`. `options`: those of the input `documents`, such as chunk_chars=800,
    ocr=["eng", "kor"], near_duplicates=None. Paths are relative to `home`.

    Raises InputError when nothing usable was read, JobError for a wrong option.
    """
    named = [paths] if isinstance(paths, str | Path) else list(paths)
    with noting() as hidden:
        read = _documents([str(path) for path in named], options).read(Path(home), strict=False)
    safe = Redact(allow=tuple(allow)) if redact else None
    seeds = made_safe({"documents": read}, safe, 0, "keep", (), hidden)
    items = seeds.items["documents"]
    files = write(items.rows, items.sources, Path(out)) if out is not None else ()
    return Ingested(items.rows, items.sources, files, seeds)


def write(chunks: Iterable[Row], sources: Iterable[Source], folder: Path) -> tuple[Path, ...]:
    """Writes `chunks.jsonl` and `sources.json` into `folder`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in chunks)
    about = json.dumps([asdict(source) for source in sources], ensure_ascii=False, indent=1)
    made = []
    for name, text in (("chunks.jsonl", rows), ("sources.json", about + "\n")):
        path = folder / name
        path.with_suffix(".part").write_text(text, encoding="utf8", newline="\n")
        path.with_suffix(".part").replace(path)
        made.append(path)
    return tuple(made)


def _documents(paths: Sequence[str], options: dict[str, Any]) -> Documents:
    try:
        return Documents.model_validate({"paths": paths, **options})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        words = first["msg"].removeprefix("Value error, ")
        raise JobError(f"the option '{name or 'paths'}' of ingest: {words}") from None
