"""Why a run kept fewer rows than were asked for, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textsynth.counts import Counts
from textsynth.job import Job

HOPELESS = 40
"""Give up after this many briefs of which not one was kept."""

DRY = 500
"""Give up after so many briefs in a row of which none was kept: the job has no more to give."""


def dry_limit(job: Job, counts: Counts) -> float:
    """Briefs in a row without a kept row after which the run gives up.

    With `count: all` each brief is a row of the inputs that was asked for, so it goes through them.
    """
    if not counts.kept:
        return HOPELESS
    return math.inf if job.whole else DRY


def shortfall(
    job: Job, counts: Counts, cells: Sequence[str], ended: str, over: str = ""
) -> list[str]:
    """What is missing, which limit was met, and what ate the rows; empty when nothing is missing.

    `cells`: those of quotas that are not full, in words. `ended`: why no more was asked for, where
    it was not one of the run's own limits. `over`: why the method wanted no more, which with
    `count: all` leaves nothing missing.
    """
    missing = job.count - counts.kept
    if missing <= 0 or (over and not ended and job.whole and counts.kept):
        return []
    ended = ended or over
    if ended:
        limit = ended
    elif counts.dry >= dry_limit(job, counts):
        limit = f"none of the last {counts.dry} briefs was kept"
    elif counts.briefs >= job.brief_limit:
        if job.whole and counts.kept:
            return []
        limit = f"the limit of {job.brief_limit} briefs (max_briefs) is reached"
        limit = "every row of the inputs was tried" if job.whole else limit
    else:
        limit = "no brief is left that a quota has room for"
    missed = f"{missing} of {job.count} rows are missing after {counts.briefs} briefs"
    short = [missed, limit]
    if counts.reasons:
        ate = ", ".join(f"{reason} ({n})" for reason, n in counts.reasons.most_common(3))
        short.append(f"most were lost to: {ate}")
    return [*short, *cells]
