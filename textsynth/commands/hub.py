"""Commands around the Hub: push, pull."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import textsynth as ts
from textsynth.commands import AsJson, RunAt, command, emit, out


@command()
def push(
    target: RunAt,
    repo: Annotated[str, typer.Argument(help="owner/name on the Hub.")],
    private: Annotated[
        bool | None,
        typer.Option("--private/--public", help="For a new repository; public if not given."),
    ] = None,
    tag: Annotated[str, typer.Option(help="Name the commit, such as v1.1.")] = "",
    config: Annotated[
        str, typer.Option(help="Stand beside what is there, as a configuration of this name.")
    ] = "default",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace what another job put there.")
    ] = False,
    pr: Annotated[bool, typer.Option("--pr", help="As a pull request, not on main.")] = False,
    message: Annotated[str, typer.Option(help="Of the commit.")] = "",
    as_json: AsJson = False,
) -> None:
    """Push the dataset of a closed run to the Hugging Face Hub: one commit, only what is new."""
    found = ts.push(
        target, repo, private=private, tag=tag, config=config, overwrite=overwrite, pr=pr,
        message=message,
    )  # fmt: skip
    if as_json:
        emit(asdict(found))
        return
    for words in found.warnings:
        out.print(f"warning: {escape(words)}")
    sent = f"{len(found.sent)} files sent, {found.same} were there"
    more = f", {len(found.removed)} taken away" if found.removed else ""
    new = "nothing new: " if not found.sent and not found.removed else ""
    out.print(f"{new}{escape(found.url)} ({sent}{more})")
    if found.pull_request:
        out.print(f"pull request: {escape(found.pull_request)}")
    elif found.tag:
        out.print(f"tag {escape(found.tag)} on commit {found.commit[:8]}")


@command()
def pull(
    repo: Annotated[str, typer.Argument(help="owner/name on the Hub.")],
    folder: Annotated[Path, typer.Option("-o", "--out", help="Where to put it.")],
    revision: Annotated[str, typer.Option(help="A tag, branch or commit; else the newest.")] = "",
    as_json: AsJson = False,
) -> None:
    """Download a dataset of the Hub, such as an earlier version, for diff and curate."""
    found = ts.pull(repo, folder, revision=revision)
    if as_json:
        emit({"path": str(found)})
    else:
        out.print(escape(str(found)))
