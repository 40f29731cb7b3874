"""Judges: criteria, score, calibrate, order."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.markup import escape

import textsynth as ts
from textsynth import show
from textsynth.commands import AsJson, command, emit, err, group, out, provider_of
from textsynth.errors import JobError
from textsynth.live import make_view
from textsynth.records import Table, percent

judge = group("judge", "Judges: score rows by a rubric, and hold a judge against people.")

Rows = Annotated[str, typer.Argument(metavar="FILE", help="Rows: a file, a run, a Hub dataset.")]
Criteria = Annotated[
    list[str] | None, typer.Option("--criterion", "-c", help="What to ask; several times.")
]
Rubric = Annotated[Path | None, typer.Option(help="A YAML file of your own criteria.")]
FromJob = Annotated[Path | None, typer.Option("--job", help="A job to take the judge from.")]
By = Annotated[
    str | None, typer.Option("--provider", help="As in a job; local if there is no job.")
]
Models = Annotated[
    list[str] | None, typer.Option("--model", help="ROLE=MODEL or ROLE={provider}, several times.")
]
Language = Annotated[str, typer.Option(help="Of rows that do not name their own.")]
Folder = Annotated[Path | None, typer.Option("--out", "-o", help="Folder of the run.")]
Dollars = Annotated[float | None, typer.Option("--budget-usd", help="Spend no more than this.")]
Prices = Annotated[Path | None, typer.Option(help="A file of prices, as in a job.")]
AtOnce = Annotated[int | None, typer.Option("--concurrency", help="Requests at once.")]
Quiet = Annotated[bool, typer.Option(help="Show nothing while it goes on.")]


def _given(
    job: Path | None, provider: str | None, model: list[str] | None, language: str,
    folder: Path | None, budget: float | None, prices: Path | None, concurrency: int | None,
    quiet: bool,
) -> dict[str, Any]:  # fmt: skip
    return {
        "job": job, "provider": provider_of(provider) if provider else None,
        "models": _models(model), "language": language, "out": folder, "budget_usd": budget,
        "prices": str(prices.resolve()) if prices else None, "concurrency": concurrency,
        "view": make_view(None if quiet else err),
    }  # fmt: skip


def _models(given: list[str] | None) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for text in given or ():
        role, mark, spec = text.partition("=")
        if not mark or not spec.strip():
            raise JobError(f"'{text}' is no model of a role", fix="write --model judge=gpt-5-mini")
        found[role.strip()] = yaml.safe_load(spec)
    return found or None


@command(judge, "criteria")
def judge_criteria(rubric: Rubric = None, as_json: AsJson = False) -> None:
    """List the criteria that are shipped, or those of a rubric file."""
    found = ts.judging.criteria(rubric)
    if as_json:
        emit([one.model_dump() for one in found])
        return
    rows = tuple(
        (one.name, one.scale, ", ".join(one.needs), ", ".join(one.applies_to),
         one.told("en").question)
        for one in found
    )  # fmt: skip
    show.finding(out, Table("Criteria", ("name", "scale", "needs", "asked of", "question"), rows))


@command(judge, "score")
def judge_score(
    file: Rows,
    criterion: Criteria = None,
    rubric: Rubric = None,
    at_least: Annotated[float | None, typer.Option(help="The least mean to pass.")] = None,
    job: FromJob = None,
    provider: By = None,
    model: Models = None,
    language: Language = "en",
    folder: Folder = None,
    budget: Dollars = None,
    prices: Prices = None,
    concurrency: AtOnce = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Score rows by a rubric; none is dropped, each gets its scores and reasons."""
    given = _given(
        job, provider, model, language, folder, budget, prices, concurrency, quiet or as_json
    )
    found = ts.judging.score(
        file, criteria=criterion or (), rubric=rubric, at_least=at_least, **given
    )
    if as_json:
        emit(asdict(found))
        return
    for table in found.tables:
        show.finding(out, table)
    _told(found.notes)
    out.print(
        f"\n{found.rows:,} rows judged, {found.passed:,} pass, {found.failed:,} failed; "
        f"scores and reasons are in {escape(str(found.path))}"
    )


@command(judge, "calibrate")
def judge_calibrate(
    human: Annotated[str, typer.Option("--human", help="Rows with human ratings.")],
    criterion: Criteria = None,
    rubric: Rubric = None,
    good: Annotated[float, typer.Option(help="A row is good from this human mean on.")] = 3.5,
    precision: Annotated[
        float | None, typer.Option(min=0, max=1, help="Suggest at_least for this precision.")
    ] = None,
    job: FromJob = None,
    provider: By = None,
    model: Models = None,
    language: Language = "en",
    folder: Folder = None,
    budget: Dollars = None,
    prices: Prices = None,
    concurrency: AtOnce = None,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 0,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a judge over rows that people rated, and say how far it agrees with them."""
    given = _given(
        job, provider, model, language, folder, budget, prices, concurrency, quiet or as_json
    )
    found = ts.judging.calibrate(
        human, criteria=criterion or (), rubric=rubric, good=good, precision=precision, seed=seed,
        **given,
    )  # fmt: skip
    if as_json:
        emit(found.to_json())
        return
    for table in found.tables:
        show.finding(out, table)
    if found.at_least is not None:
        best = found.at_least
        out.print(
            f"\nsuggested: at_least: {best.value:g} (precision {percent(best.precision, 1)}, "
            f"recall {percent(best.recall, 1)}), told from these very rows"
        )
    _told(found.warnings)
    out.print(escape(str(found.path)))


@command(judge, "order")
def judge_order(
    file: Rows,
    job: FromJob = None,
    provider: By = None,
    model: Models = None,
    language: Language = "en",
    folder: Folder = None,
    budget: Dollars = None,
    prices: Prices = None,
    concurrency: AtOnce = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Ask about pairs in both orders: does the judge keep its word, and is it right?"""
    given = _given(
        job, provider, model, language, folder, budget, prices, concurrency, quiet or as_json
    )
    found = ts.judging.order(file, **given)
    if as_json:
        emit([asdict(one) for one in found])
        return
    lines: dict[str, list[str | int]] = {}
    for one in found:
        own: dict[str, str | int] = {
            "model": one.model, "pairs": one.pairs, **one.found,
            "order consistency": _share(one.consistent, one.consistent_range),
            "chosen in both orders": _share(one.right, one.right_range),
            "first named": _share(one.first_named),
        }  # fmt: skip
        for name, figure in own.items():
            lines.setdefault(name, []).append(figure)
    rows = tuple((name, *figures) for name, figures in lines.items())
    columns = ("what", *(one.judge for one in found))
    show.finding(out, Table("Pairs in both orders (95 % intervals)", columns, rows))


def _share(value: float | None, around: tuple[float, float] | None = None) -> str:
    if value is None:
        return ""
    told = "" if around is None else f" ({100 * around[0]:.0f} to {100 * around[1]:.0f} %)"
    return percent(value, 1) + told


def _told(words: Any) -> None:
    for line in words:
        out.print(f"[yellow]warning:[/] {escape(line)}")
