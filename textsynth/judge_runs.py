"""A judge run on rows of a file: a run like any other, with journal, resume and budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import InputError, JobError
from textsynth.jobfile import load_job, made_job
from textsynth.live import View
from textsynth.persona_runs import Ran, ran, word_of
from textsynth.quality import SHELF
from textsynth.quality.judge import RubricJudge
from textsynth.records import Sample, Verdict
from textsynth.rowfiles.anywhere import records_of
from textsynth.runfolder import ScreenedRows

_TAKEN = (
    "provider", "models", "seed", "concurrency", "retries", "budget", "prices", "patience",
    "row_timeout", "redact",
)  # fmt: skip
"""What a job lends to the runs of its judge."""

Screened = list[tuple[Sample, tuple[Verdict, ...]]]


@dataclass(frozen=True)
class Order:
    """What is to be judged, and by whom. `options` are those of the filter, over the job's own."""

    file: str
    name: str
    options: Mapping[str, Any]
    job: str | Path | None = None
    provider: Any = None
    models: Mapping[str, Any] | None = None
    language: str = "en"
    out: str | Path | None = None
    budget_usd: float | None = None
    prices: Any = None
    concurrency: int | None = None


@dataclass(frozen=True)
class Runs:
    """The runs, one for each language of the rows, and what they found."""

    path: Path
    judge: RubricJudge
    runs: Sequence[Ran]

    def screened(self) -> Screened:
        """Every row that was judged, in the order of the runs."""
        files = [run.path / "rows" / f"{kind}.jsonl" for run in self.runs
                 for kind in ("kept", "dropped")]  # fmt: skip
        return list(ScreenedRows(*files))

    @property
    def failed(self) -> int:
        """Rows that could not be judged, because a request failed for good."""
        return sum(run.summary.failed for run in self.runs)

    @property
    def cost(self) -> float | None:
        """Dollars; None where the price of a request is not known."""
        costs = [run.cost for run in self.runs]
        return None if any(cost is None for cost in costs) else sum(c or 0.0 for c in costs)

    @property
    def notes(self) -> list[str]:
        """What fell short."""
        return [words for run in self.runs for words in run.notes if words]


def judged(order: Order, view: View | None = None) -> Runs:
    """Runs the judge over all rows of a file; the same call goes on where it was stopped.

    Raises JobError, InputError, ProviderError, Interrupted as `run` does.
    """
    file = Path(order.file).expanduser()
    name = str(file.resolve()) if file.exists() else order.file
    lent, home, options = _lent(order.job)
    options = {**options, **order.options, "only_mark": True, "sample": 1.0}
    given = {
        "provider": order.provider, "models": order.models, "prices": order.prices,
        "concurrency": order.concurrency,
        "budget": None if order.budget_usd is None else {"usd": order.budget_usd},
    }  # fmt: skip
    lent |= {field: value for field, value in given.items() if value is not None}
    panel = options.get("panel", ["judge"])
    panel = [panel] if isinstance(panel, str) else panel
    lent["models"] = {k: v for k, v in (lent.get("models") or {}).items() if k in panel}
    fields = {
        "name": f"{order.name}-{word_of(file)}", "method": "given", "count": "all",
        "inputs": {"rows": name}, "quality": [{"judge": options}], **lent,
    }  # fmt: skip
    languages = languages_of(name, home, order.language)
    jobs = [made_job({**fields, "language": language}, home) for language in languages]
    path = Path(order.out) if order.out else home / "outputs" / jobs[0].name
    found = [ran(job, path / job.language if len(jobs) > 1 else path, view) for job in jobs]
    judge = jobs[0].quality[0]
    assert isinstance(judge, RubricJudge)
    return Runs(path, judge, found)


def languages_of(file: str, home: Path, language: str) -> list[str]:
    """The languages that the rows name; where none does, `language`. Raises InputError for a file
    of which some rows name one and others do not."""
    named = [str(one.record.get("language") or "") for one in records_of(file, home, "judge")]
    found = sorted(set(named))
    if "" in found and len(found) > 1:
        raise InputError(
            f"some rows of '{file}' name their language and others do not",
            f"{named.count(''):,} of {len(named):,} rows have no `language`",
            "name it in all of them, or in none",
        )
    return found if found != [""] else [language]


def _lent(job: str | Path | None) -> tuple[dict[str, Any], Path, dict[str, Any]]:
    """What a job lends, its folder, and the options of its judge."""
    if job is None:
        return {}, Path().resolve(), {}
    loaded = load_job(job)
    raw = yaml.safe_load(loaded.text)
    options: dict[str, Any] = {}
    for spec in raw.get("quality") or ():
        name, own = SHELF.spec(spec)
        if name == "judge":
            options = own
            break
    else:
        raise JobError(
            f"the job '{loaded.name}' has no judge", fix="add `judge` under quality, or give no job"
        )
    return {name: raw[name] for name in _TAKEN if name in raw}, loaded.home, options
