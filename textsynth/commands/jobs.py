"""Commands around a job and its run: init, check, preview, estimate, run, status, export, …"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import textsynth as ts
from textsynth import reading, show
from textsynth.commands import AsJson, JobFile, OutAt, RunAt, command, emit, err, out
from textsynth.errors import JobError, ShortError
from textsynth.live import make_view
from textsynth.runfolder import read_summary


@command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    template: Annotated[
        str,
        typer.Option(
            help="support, qa, classify, dialogue, knowledge, creative, converse, clinic, tenancy."
        ),
    ] = "support",
    language: Annotated[str, typer.Option(help="en or ko.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Write a ready project: a job, sample documents, personas and prompts."""
    files = ts.init(folder, template=template, language=language)
    if as_json:
        emit([str(file) for file in files])
        return
    out.print(f"{folder} is ready: {len(files)} files. Next:")
    out.print(f"  textsynth check {folder}\n  textsynth run {folder}")


@command()
def check(
    job: JobFile,
    endpoint: Annotated[bool, typer.Option(help="Ask whether the endpoint answers.")] = True,
    as_json: AsJson = False,
) -> None:
    """Find everything that can be known before anything is paid for."""
    found = ts.check(job, endpoint=endpoint)
    if as_json:
        emit({"lines": found.lines, "warnings": found.warnings})
        return
    show.sources(out, found.sources)
    for line in found.lines:
        out.print(escape(line))
    for line in found.warnings:
        out.print(f"[yellow]warning:[/] {escape(line)}")


@command()
def preview(
    job: JobFile,
    count: Annotated[int, typer.Option(min=1, max=50, help="How many samples.")] = 3,
    out_folder: OutAt = None,
    as_json: AsJson = False,
) -> None:
    """Make a few samples and show their prompts, verdicts and cost; `run` uses them again."""
    loaded = ts.load_job(job)
    trials = ts.preview(loaded, count=count, out=out_folder)
    if as_json:
        emit([show.trial_json(trial) for trial in trials])
        return
    show.trials(out, trials, loaded)


@command()
def estimate(
    job: JobFile,
    sample: Annotated[int, typer.Option(min=2, max=200, help="Briefs to write and pay for.")] = 20,
    out_folder: OutAt = None,
    as_json: AsJson = False,
) -> None:
    """Say what the whole run will take, from a paid sample that `run` uses again."""
    loaded = ts.load_job(job)
    found = ts.estimate(loaded, sample=sample, out=out_folder)
    if as_json:
        emit(found.to_json())
        return
    show.forecast(out, found)


@command()
def run(
    job: JobFile,
    count: Annotated[int | None, typer.Option(help="Rows to keep, instead of the job's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed, instead of the job's.")] = None,
    concurrency: Annotated[int | None, typer.Option(help="Requests at once.")] = None,
    retries: Annotated[int | None, typer.Option(help="Tries after a fault.")] = None,
    out_folder: OutAt = None,
    log_to: Annotated[Path | None, typer.Option("--log", help="Append JSON lines to it.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="OpenTelemetry spans.")] = False,
    samples: Annotated[int, typer.Option(help="Print so many kept rows at the end.")] = 0,
    quiet: Annotated[bool, typer.Option(help="Show nothing while it goes on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a job until enough rows are kept. The same command again goes on where it stopped."""
    given = {"count": count, "seed": seed, "concurrency": concurrency, "retries": retries}
    view = make_view(None if quiet or as_json else err)
    try:
        result = ts.run(job, out=out_folder, view=view, log_to=log_to, trace=trace, **given)
    except ShortError:
        if not as_json:
            # Just then one wants to see what went where.
            path = Path(ts.status(out_folder or job)["path"])
            for row in reading.samples(path, samples):
                show.sample(out, row)
            show.funnel(out, read_summary(path))
        raise
    if as_json:
        emit(show.result_json(result))
        return
    for row in reading.samples(result.path, samples):
        show.sample(out, row)
    show.result(out, result)


@command()
def status(
    target: RunAt = Path(),
    examples: Annotated[
        bool, typer.Option("--examples", help="Show dropped rows by reason, and what they cost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how a run stands, also while it goes on."""
    found = ts.status(target, examples=examples)
    if as_json:
        emit(found)
        return
    show.status(out, found)
    show.funnel(out, read_summary(Path(found["path"])))
    if examples:
        show.lost(out, found)


@command()
def report(
    target: RunAt = Path(),
    page: Annotated[
        Path | None, typer.Option("--out", help="The file; report.html in the run otherwise.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write what came of a run as one HTML page: figures, topics, findings, rows to read."""
    found = ts.report(target, out=page)
    if as_json:
        emit({"path": str(found)})
    else:
        out.print(escape(str(found)))


@command()
def export(
    target: RunAt,
    to: Annotated[
        list[str] | None, typer.Option("--as", help="A format; may be given several times.")
    ] = None,
    out_folder: OutAt = None,
    check: Annotated[
        Path | None,
        typer.Option(help="A tokenizer.json: render every row by its chat template and count."),
    ] = None,
    longest: Annotated[int, typer.Option(help="Tokens that a row may have, for --check.")] = 2048,
    as_json: AsJson = False,
) -> None:
    """Write the kept rows in other formats: messages, preference, sharegpt, dataset …"""
    if not to and check is None:
        names = ", ".join(part.name for part in ts.parts("writers"))
        raise JobError(
            "which format?", f"there are {names}", "add --as messages, or --check tokenizer.json"
        )
    found = None if check is None else ts.rendered(target, check, longest=longest)
    files = ts.export(target, to, out=out_folder) if to else []
    if as_json:
        written = [str(file) for file in files]
        emit(written if found is None else {"files": written, "rendered": asdict(found)})
        return
    if found is not None:
        show.rendered(out, found)
    for file in files:
        out.print(str(file))


@command()
def explain(
    row: Annotated[str, typer.Argument(help="The id of a row, or the number of its brief.")],
    target: RunAt = Path(),
    as_json: AsJson = False,
) -> None:
    """Show where a row came from: chunk, persona, facets, prompts, replies, verdicts, tokens."""
    found = ts.explain(row, target)
    if as_json:
        emit(found)
        return
    show.explanation(out, found)


@command()
def parts(
    shelf: Annotated[str | None, typer.Argument(help="inputs, methods, providers, …")] = None,
    as_json: AsJson = False,
) -> None:
    """List everything a job can name, with its options."""
    found = ts.parts(shelf)
    if as_json:
        emit([vars(part) for part in found])
        return
    show.parts(out, found)


@command()
def doctor(as_json: AsJson = False) -> None:
    """Say whether this installation can work."""
    found = ts.doctor()
    if as_json:
        emit([{"what": what, "well": well, "details": words} for what, well, words in found])
    else:
        for what, well, words in found:
            mark = "[green]ok[/]  " if well else "[red]BAD[/] "
            out.print(f"{mark} {what}: {escape(words)}")
    if not all(well for _, well, _ in found):
        raise typer.Exit(1)
