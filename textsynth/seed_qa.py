"""A seed set of questions and answers from documents, and a person's review of it.

FOLDER/
  chunks.jsonl sources.json     what `ingest` read
  qa-job.yaml  qa-run/          the job that writes the pairs, and its run
  qa.jsonl                      question, answer, kind, quote, source, chunk, review
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from textsynth.errors import InputError, JobError, ShortError
from textsynth.ingesting import ingest
from textsynth.jobfile import load_job
from textsynth.live import View
from textsynth.runfolder import SampleRows
from textsynth.runner import run

Row = dict[str, Any]
Answer = Literal["y", "n", "q"] | Mapping[str, str]
"""What a reviewer says of a pair: keep, reject, stop here, or the fields as they should be."""

QUALITY = ["length", "language", "truncated", "refusal", "exact_duplicates", "near_duplicates"]
_TAKEN = ("provider", "models", "language", "seed", "concurrency", "retries", "budget", "prices",
          "patience", "row_timeout")  # fmt: skip
"""What another job lends to the one that writes the pairs."""


@dataclass(frozen=True)
class SeedQa:
    """The pairs that were written: where they are, how many, and how many were wanted."""

    path: Path
    pairs: int
    wanted: int
    run: Path
    kinds: Mapping[str, int]


@dataclass(frozen=True)
class Reviewed:
    """What a review came to: pairs per mark in the whole file, and those still without one."""

    path: Path
    ok: int
    edited: int
    rejected: int
    left: int


def make_qa(
    paths: str | Path | Iterable[str | Path],
    *,
    out: str | Path,
    per_chunk: int = 2,
    kinds: Sequence[str] = ("factual",),
    provider: Any = None,
    job: str | Path | None = None,
    language: str | None = None,
    view: View | None = None,
    **options: Any,
) -> SeedQa:
    """Reads documents into chunks and writes `per_chunk` checked pairs for each into `qa.jsonl`.

    Every pair has a quote that stands in its chunk, figures and names that the quote bears out,
    and repeats no other. `provider`: as in a job file. `job`: a job that lends its provider,
    models, language, budget, and its options of `qa`. `options`: those of `ingest`. Given again
    after an interruption it goes on; marks of a review stay.

    Raises as `ingest` and `run` do, but for a run that is short: `pairs` says how many there are.
    ShortError when there is not one.
    """
    if per_chunk < 1:
        raise JobError(f"per_chunk is {per_chunk}", fix="ask for one pair or more of each chunk")
    folder = Path(out)
    chunks = ingest(paths, out=folder, **options).chunks
    wanted = per_chunk * len(chunks)
    given = {"provider": provider, "language": language}
    file, home = _job_file(folder, wanted, kinds, job, given)
    with contextlib.suppress(ShortError):
        run(load_job(file, home=home), out=folder / "qa-run", view=view)
    rows = [_pair(sample) for sample in SampleRows(folder / "qa-run" / "rows" / "kept.jsonl")]
    if not rows:
        raise ShortError(
            f"none of {wanted} pairs was good enough",
            "a stronger model manages more",
            f"{folder / 'qa-run' / 'rows' / 'failed.jsonl'} says why each failed",
        )
    path = folder / "qa.jsonl"
    _save(path, _with_marks(rows, _read(path) if path.is_file() else []))
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["kind"]] = counts.get(row["kind"], 0) + 1
    return SeedQa(path, len(rows), wanted, folder / "qa-run", counts)


def _job_file(
    folder: Path,
    wanted: int,
    kinds: Sequence[str],
    job: str | Path | None,
    given: Mapping[str, Any],
) -> tuple[Path, Path | None]:
    """Writes the job that makes the pairs; its path, and the folder that its paths start from."""
    lent, home = _lent(job)
    lent |= {name: value for name, value in given.items() if value is not None}
    method = {"quote": "asked", **lent.pop("qa", {})}
    documents = {
        "paths": [os.path.relpath(folder / "chunks.jsonl", home or folder)],
        "near_duplicates": None,
    }
    if not lent.get("inputs"):
        # `ingest` has redacted the chunks, or was told to leave them. Redacted here they would get
        # other stand-ins, and ids that are not those of chunks.jsonl.
        lent["redact"] = "never"
    # As many briefs as pairs: each chunk has its turns, and none gets those of another.
    made = {
        "name": "seed-qa", "method": {"qa": method}, "count": wanted, "max_briefs": wanted, **lent,
        "inputs": {"documents": documents, **lent.get("inputs", {})},
        "vary": {"kind": list(kinds)}, "quality": QUALITY, "export": [],
    }  # fmt: skip
    file = folder / "qa-job.yaml"
    _write(file, yaml.safe_dump(made, allow_unicode=True, sort_keys=False))
    return file, home


def review_qa(path: str | Path, decide: Callable[[Row, int], Answer]) -> Reviewed:
    """Goes through the pairs that have no mark yet, and saves each as soon as it is decided on.

    `path`: a `qa.jsonl`, or the folder that `make_qa` wrote it into.

    `decide` is given a pair and how many are left with it; it says "y" (keep), "n" (reject), "q"
    (stop, and go on later), or the fields to change, such as {"answer": "…"}. Raises InputError
    for a file that holds no pairs.
    """
    file = Path(path)
    if file.is_dir():
        file /= "qa.jsonl"
    rows = _read(file)
    todo = [row for row in rows if not row.get("review")]
    for number, row in enumerate(todo):
        answer = decide(dict(row), len(todo) - number)
        if answer == "q":
            break
        if isinstance(answer, str):
            row["review"] = {"y": "ok", "n": "rejected"}[answer]
        else:
            row.update({name: text for name, text in answer.items() if text.strip()})
            row["review"] = "edited"
        _save(file, rows)
    marks = [row.get("review") or "" for row in rows]
    return Reviewed(
        file, marks.count("ok"), marks.count("edited"), marks.count("rejected"), marks.count("")
    )


def _lent(job: str | Path | None) -> tuple[dict[str, Any], Path | None]:
    """What another job lends, and its folder, which its paths are relative to."""
    if job is None:
        return {}, None
    loaded = load_job(job)
    raw = yaml.safe_load(loaded.text)
    lent = {name: raw[name] for name in _TAKEN if name in raw}
    method = raw.get("method")
    own = method["qa"] if isinstance(method, dict) and "qa" in method else None
    if own is None and method != "qa":
        lent.pop("models", None)  # they are for the roles of another method
    lent["qa"] = dict(own or {})
    inputs = raw.get("inputs") or {}
    lent["inputs"] = {name: inputs[name] for name in inputs if name != "documents"}
    return lent, loaded.home


def _pair(sample: Any) -> Row:
    """A sample as a row of `qa.jsonl`."""
    columns = sample.columns
    return {
        "id": sample.id, "question": columns["question"], "answer": columns["answer"],
        "kind": sample.facets.get("kind", "factual"),
        "quote": "\n".join(quote["text"] for quote in columns["quotes"]),
        "source": sample.seeds.get("source", ""), "chunk": sample.seeds.get("chunk", ""),
        "review": "",
    }  # fmt: skip


def _with_marks(rows: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """The pairs with the marks that they had; one that a person saw is never lost."""
    marked = {row["id"]: row for row in before if row.get("review")}
    made = [marked.pop(row["id"], row) for row in rows]
    return [*marked.values(), *made]


def _read(path: Path) -> list[Row]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path}' cannot be read: {error}") from None
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not {"question", "answer"} <= row.keys():
            raise InputError(
                f"'{path}', line {number} is no question with its answer",
                fix="give the qa.jsonl that `textsynth ingest --qa` wrote",
            )
        rows.append({"id": str(number), **row})
    if not rows:
        raise InputError(f"'{path}' holds no pairs", fix="make some with `textsynth ingest --qa`")
    return rows


def _save(path: Path, rows: Iterable[Row]) -> None:
    _write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _write(path: Path, text: str) -> None:
    """The file appears whole or stays as it was."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf8", newline="\n")
    aside.replace(path)
