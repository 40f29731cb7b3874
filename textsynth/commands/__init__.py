"""The shelf of commands: each file registers some; here is what they share."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml
from rich.console import Console
from rich.markup import escape

from textsynth.errors import EXIT_CODES, Interrupted, JobError, TextsynthError

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


def group(name: str, about: str) -> typer.Typer:
    """A group of commands under one name, such as `textsynth models …`."""
    made = typer.Typer(name=name, help=about, no_args_is_help=True)
    app.add_typer(made)
    return made


out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

JobFile = Annotated[Path, typer.Argument(help="The job file, or the folder of its job.yaml.")]
RunAt = Annotated[
    Path, typer.Argument(help="A run folder, its job file, or a project with one run.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
OutAt = Annotated[Path | None, typer.Option("--out", help="Folder of the run.")]


def command(into: typer.Typer = app, name: str | None = None) -> Callable[[F], F]:
    """Registers a command whose errors become one paragraph and an exit code."""

    def register(function: F) -> F:
        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except typer.Exit:
                raise  # the exit code that the command has chosen
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

        into.command(name)(guarded)
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


def provider_of(text: str) -> Any:
    """The value of `--provider`: a name, or a mapping in YAML, as in a job file."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise JobError(
            "--provider is no YAML", fix="write for example '{openai: {model: gpt-5-mini}}'"
        ) from None


def emit(value: Any) -> None:
    """Prints JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))
