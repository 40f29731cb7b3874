"""The command line: each command calls the function of its name and prints what it returns."""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

import textsynth as ts
from textsynth import report, show
from textsynth.engine import catalogue, fetch, progress
from textsynth.errors import EXIT_CODES, Interrupted, TextsynthError
from textsynth.live import make_view
from textsynth.runfolder import read_summary

F = TypeVar("F", bound=Callable[..., None])

_CODES = "\n\n".join(f"{code}: {meaning}" for code, meaning in EXIT_CODES.items())
app = typer.Typer(
    name="textsynth",
    help="Synthetic text and dialogue with LLMs, good enough to train on.",
    epilog=f"Exit codes:\n\n{_CODES}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models = typer.Typer(
    name="models", help="The embedded models: list, fetch, remove.", no_args_is_help=True
)
app.add_typer(models)

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

JobFile = Annotated[Path, typer.Argument(help="The job file, or the folder of its job.yaml.")]
RunAt = Annotated[
    Path, typer.Argument(help="A run folder, its job file, or a project with one run.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
OutAt = Annotated[Path | None, typer.Option("--out", help="Folder of the run.")]


def command(group: typer.Typer = app, name: str | None = None) -> Callable[[F], F]:
    """Registers a command whose errors become one paragraph and an exit code."""

    def register(function: F) -> F:
        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except TextsynthError as error:
                fail(error, bool(kwargs.get("as_json")))
            except KeyboardInterrupt:
                fail(Interrupted("stopped by Ctrl+C"), bool(kwargs.get("as_json")))
            except BrokenPipeError:
                # `textsynth … | head` ends the pipe early; that is no fault.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            except Exception as error:
                if os.environ.get("TEXTSYNTH_DEBUG"):
                    raise
                fail(
                    TextsynthError(
                        f"a fault in textsynth: {type(error).__name__}: {error}",
                        fix="set TEXTSYNTH_DEBUG=1 to see where, and please report it",
                    ),
                    bool(kwargs.get("as_json")),
                )

        group.command(name)(guarded)
        return function

    return register


def fail(error: TextsynthError, as_json: bool) -> None:
    """Prints the error and ends with its exit code."""
    if as_json:
        parts = {"asked": error.asked, "exists": error.exists, "fix": error.fix}
        print(json.dumps({"error": {**parts, "exit_code": error.exit_code}}, ensure_ascii=False))
    else:
        err.print(f"[bold red]error:[/] {escape(str(error))}")
    raise typer.Exit(error.exit_code)


def emit(value: Any) -> None:
    """Prints JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


@command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    template: Annotated[str, typer.Option(help="support, qa or dialogue.")] = "support",
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
    result = ts.run(job, out=out_folder, view=view, log_to=log_to, trace=trace, **given)
    if as_json:
        emit(show.result_json(result))
        return
    for row in report.samples(result.path, samples):
        show.sample(out, row)
    show.result(out, result)


@command()
def status(target: RunAt = Path(), as_json: AsJson = False) -> None:
    """Say how a run stands, also while it goes on."""
    found = ts.status(target)
    if as_json:
        emit(found)
        return
    show.status(out, found)
    show.funnel(out, read_summary(Path(found["path"])))


@command()
def export(
    target: RunAt,
    to: Annotated[list[str], typer.Option("--as", help="A format; may be given several times.")],
    out_folder: OutAt = None,
    as_json: AsJson = False,
) -> None:
    """Write the kept rows in other formats: messages, prompt_completion, sharegpt, dataset."""
    files = ts.export(target, to, out=out_folder)
    if as_json:
        emit([str(file) for file in files])
        return
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


@command(models, "list")
def models_list(as_json: AsJson = False) -> None:
    """List the embedded models and which of them are on this machine."""
    rows = [
        {
            "name": m.name, "title": m.title, "licence": m.licence, "megabytes": m.size,
            "memory_megabytes": m.memory, "fetched": m.path.is_file(), "use": m.use,
        }
        for m in catalogue.MODELS.values()
    ]  # fmt: skip
    if as_json:
        emit(rows)
        return
    show.models(out, rows)


@command(models, "fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="Which model.")] = catalogue.DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Fetch a model; an interrupted fetch goes on where it stopped."""
    model = catalogue.model_named(name)
    with progress.fetching(model) as bar:
        path = fetch.fetch(model, bar)
    emit(str(path)) if as_json else out.print(str(path))


@command(models, "remove")
def models_remove(
    name: Annotated[str, typer.Argument(help="Which model.")], as_json: AsJson = False
) -> None:
    """Delete a fetched model."""
    freed = fetch.remove(catalogue.model_named(name))
    emit({"bytes": freed}) if as_json else out.print(f"{freed / 1e6:.0f} MB freed")


def main() -> None:
    """The entry point of the `textsynth` command."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("textsynth")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character must not end a run.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
