"""Sends rows of a run back: dropped for good, or written once more, whole or from a turn on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from textsynth.errors import JobError, RunError
from textsynth.journal import Journal
from textsynth.looking import METHOD
from textsynth.reading import job_of
from textsynth.repairs import Again, Repairs
from textsynth.runfolder import find_run, read_rows
from textsynth.runner import Result, run
from textsynth.versions import versions

Do = Literal["regenerate", "drop"]


@dataclass(frozen=True)
class Repaired:
    """What became of a repair: the rows that were sent back, and the run as it closed again."""

    rows: tuple[str, ...]
    """Ids of the rows as they were."""
    did: Do
    result: Result


def repair(
    target: str | Path = ".",
    *,
    rows: Iterable[str] = (),
    filter: str = "",
    below: float | None = None,
    above: float | None = None,
    turn: int | None = None,
    do: Do = "regenerate",
    **given: Any,
) -> Repaired:
    """Sends kept rows back and closes the run again; all others stay, and nothing else is asked.

    `rows`: ids of rows or numbers of briefs. `filter` with `below` or `above`: the rows on which
    that filter (near_duplicates, or judge, or judge.accuracy for one of its criteria) gave a score
    below or above. `turn`: the dialogue is written again from that turn on (1 is the first).
    `do`: `regenerate` asks again for the row itself; `drop` takes it out, and the run goes on to
    other briefs until it has as many rows as before. `given`: what else `run` takes.

    Raises JobError where no row is meant or one is not there, and what `run` raises.
    """
    path = find_run(target)
    job = job_of(path)
    if job.method.part == METHOD:
        raise JobError(
            f"the rows of {path} were curated, not written here",
            fix="repair the run that they come from, or curate again with other filters",
        )
    found = list(_meant(path, list(rows), filter, below, above))
    if not found:
        raise JobError(
            f"no kept row of {path} is meant",
            "rows are named by id, or by the score that a filter gave",
            "give ids, or for example --filter judge --below 3",
        )
    before = Repairs.read(path)
    versions(path)  # what is there now must be a version, so that it can be compared with
    if do == "drop":
        gone = {row["index"]: "by_hand" if not filter else f"by_{filter}" for row in found}
        after = Repairs({**before.drop, **gone}, before.again)
    else:
        again = {row["index"]: _again(path, row, before, turn) for row in found}
        after = Repairs(before.drop, {**before.again, **again})
    after.write(path)
    try:
        result = run(job, out=path, **given)
    except (JobError, RunError):
        before.write(path)  # nothing was asked: the run is in use, or cannot be run
        raise
    return Repaired(tuple(row["id"] for row in found), do, result)


def _meant(
    path: Path, names: list[str], filter: str, below: float | None, above: float | None
) -> Iterator[dict[str, Any]]:
    wanted, seen = set(names), set[str]()
    test = _test(filter, below, above)
    for row in read_rows(path / "rows" / "kept.jsonl"):
        named = {row["id"], str(row["index"])} & wanted
        seen |= named
        if named or (test is not None and test(row)):
            yield row
    missing = sorted(wanted - seen)
    if missing:
        raise JobError(
            f"there is no kept row '{missing[0]}' in {path}",
            f"{len(missing)} of {len(wanted)} names are not there" if len(wanted) > 1 else "",
            "give ids as `explain` or the dataset show them, or numbers of briefs",
        )


def _test(
    filter: str, below: float | None, above: float | None
) -> Callable[[Mapping[str, Any]], bool] | None:
    if not filter:
        if below is not None or above is not None:
            raise JobError("--below and --above need --filter", fix="say whose score is meant")
        return None
    if below is None and above is None:
        raise JobError(
            f"which scores of '{filter}' are meant?", fix="add --below 3.5 or --above 0.7"
        )
    name, _, criterion = filter.partition(".")

    def test(row: Mapping[str, Any]) -> bool:
        for verdict in row.get("verdicts", ()):
            if verdict["filter"] == name:
                score = _score(verdict, criterion)
                low = below is not None and score is not None and score < below
                return low or (above is not None and score is not None and score > above)
        return False

    return test


def _score(verdict: Mapping[str, Any], criterion: str) -> float | None:
    if not criterion:
        score = verdict.get("score")
    else:
        found = verdict.get("details", {})
        found = found.get("criteria", found).get(criterion)
        score = found.get("score") if isinstance(found, Mapping) else found
    return float(score) if isinstance(score, int | float) else None


def _again(path: Path, row: Mapping[str, Any], before: Repairs, turn: int | None) -> Again:
    earlier = before.again.get(row["index"])
    first = 0 if turn is None else _request_of(path, row, turn)
    return Again((*(earlier.firsts if earlier else ()), first))


def _request_of(path: Path, row: Mapping[str, Any], turn: int) -> int:
    """The number of the first request of a brief whose reply became that turn."""
    spoken = [m for m in row["messages"] if m["role"] in ("user", "assistant")]
    if not 1 <= turn <= len(spoken):
        raise JobError(
            f"the row {row['id']} has no turn {turn}", f"it has {len(spoken)}", "count from 1"
        )
    wanted = _bare(spoken[turn - 1]["content"])
    journal = Journal(path / "journal.sqlite")
    try:
        entries = journal.entries([ref["key"] for ref in row["replies"]])
    finally:
        journal.close()
    found = [n for n, e in enumerate(entries) if wanted and wanted in _bare(e.reply.text)]
    found = found or [n for n, e in enumerate(entries) if _bare(e.reply.text) in wanted]
    if not found:
        raise JobError(
            f"which request wrote turn {turn} of the row {row['id']} cannot be told",
            "the method wrote it from several replies",
            "leave --turn out, to write the whole row again",
        )
    return found[0]


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
