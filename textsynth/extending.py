"""More rows of the same job, in the same run: `extend`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textsynth.errors import JobError
from textsynth.reading import job_of
from textsynth.runfolder import find_run, read_summary
from textsynth.runner import Result, run


def extend(
    target: str | Path = ".", *, by: int | None = None, to: int | None = None, **given: Any
) -> Result:
    """Goes on with a run until it has `by` more kept rows, or `to` in all.

    What is there stays as it is and is not asked for again: the plan only goes on. `given`: what
    else `run` takes (view, log_to, trace, concurrency). Raises as `run` does, and JobError where
    nothing more can be asked for.
    """
    path = find_run(target)
    summary, job = read_summary(path), job_of(path)
    if job.whole:
        raise JobError(
            f"the run {path} has one row for each row of its inputs (`count: all`)",
            "there is nothing more to make from them",
            "add inputs and run the job again, or give it a count",
        )
    count = to if to is not None else summary.kept + (by or 0)
    if (by is None) == (to is None) or count <= summary.kept:
        raise JobError(
            f"the run {path} has {summary.kept:,} rows",
            fix="say how many more with --by N, or how many in all with --to N",
        )
    return run(job, out=path, count=count, **given)
