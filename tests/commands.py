"""The command line in this process, which spares a test the start of a new one."""

from __future__ import annotations

import subprocess

from typer.testing import CliRunner

from textsynth.cli import app


def textsynth(*words: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The exit code of `textsynth` with these words, and what it wrote; `typed`: what it reads."""
    said = [str(word) for word in words]
    ran = CliRunner().invoke(app, said, input=typed, catch_exceptions=False)
    return subprocess.CompletedProcess(said, ran.exit_code, ran.stdout, ran.stderr)
