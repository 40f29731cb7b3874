"""Drops samples whose code cannot be read, or fails the tests that come with it."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
import warnings
from collections.abc import Sequence
from typing import Literal, get_args

import yaml
from pydantic import Field

from textsynth.errors import JobError
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._code import Block, blocks
from textsynth.quality._sandbox import Limits, run
from textsynth.quality._text import turns
from textsynth.records import Sample, Setting, Verdict

Tongue = Literal["python", "json", "yaml", "toml"]

_NAMES: dict[str, Tongue] = {
    "python": "python", "py": "python", "python3": "python", "json": "json", "yaml": "yaml",
    "yml": "yaml", "toml": "toml",
}  # fmt: skip
_MAGIC = re.compile(r"^\s*[!%]\w.*$|^\s*\.\.\.\s*$", re.M)
_PROMPT = re.compile(r"^\s*>>> ", re.M)
_SESSION = re.compile(r"\s*>>> ")
_TESTED = re.compile(r"^\s*(?:assert\b|>>> |def test_\w|class \w+\(unittest\.)", re.M)
_LEFT_OUT = re.compile(r"^\s*(?:\.\.\.|…)\s*,?\s*$|//.*$|<[a-z_ -]+>", re.M)


class CodeTests(Filter):
    """Reads the fenced blocks that say they are Python, JSON, YAML or TOML; runs tests if told to.

    With `run: true` the Python of the last turn that has any is run with its tests: those in the
    column `tests` (a text or a list of texts), the asserts that stand in it, and its doctests. It
    runs as a process of its own with no variables, in an empty folder, with limits on time, memory,
    files and processes, without a network where the system allows that, and without the packages
    that are installed here. These are limits, not a jail: code that sets out to harm may find a
    way, so run what strangers or models wrote on a machine that has nothing to lose. Reasons:
    python_syntax, json_syntax, yaml_syntax, toml_syntax, no_code (there are tests, and nothing to
    test), test_failed, test_timeout. The score is the number of the turn.
    """

    alone = True

    read: list[Tongue] = Field(default_factory=lambda: list(get_args(Tongue)))
    """Blocks of which languages must be well-formed. Sessions (`>>>`) and what is left out (`...`)
    are taken into account."""

    run: bool = False
    """Run Python and its tests. Nothing is ever run unless this is set."""

    column: str = "tests"
    """The column that holds tests, run after the code."""

    seconds: float = Field(default=5.0, gt=0, le=60)
    """Most seconds for the code of a row. A row that needs about that long may pass one time and
    fail another: set it far above."""

    megabytes: int = Field(default=512, ge=64)
    """Most memory for the code of a row."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first block that cannot be read decides."""
        limits = Limits(self.seconds, self.megabytes)

        def verdict(sample: Sample) -> Verdict:
            last, at = "", 0
            for number, (role, text) in enumerate(turns(sample), 1):
                found = blocks(text)
                for block in found:
                    tongue = _NAMES.get(block.language)
                    fault = _fault(tongue, block) if tongue in self.read else ""
                    if fault:
                        return _dropped(f"{tongue}_syntax", number, fault)
                python = [b.code for b in found if _NAMES.get(b.language) == "python"]
                if python and role != "user":
                    last, at = "\n".join(python), number
            return self._tested(sample, last, at, limits) if self.run else KEEP

        return verdict

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Raises JobError where there is no way to limit a process."""
        if not self.run:
            return ()
        if os.name != "posix":
            raise JobError(
                "code_tests cannot run code on this system", "it can on Linux and macOS",
                "leave out `run: true`, and only the form of code is looked at",
            )  # fmt: skip
        return ("code_tests runs the code of the rows: in limits, but not in a jail",)

    def _tested(self, sample: Sample, code: str, turn: int, limits: Limits) -> Verdict:
        given = sample.columns.get(self.column)
        tests = "\n".join(map(str, given)) if isinstance(given, list) else str(given or "")
        if not code and isinstance(sample.columns.get("output"), str) and tests:
            code = sample.columns["output"]
        if not code.strip():
            return _dropped("no_code", turn, tests) if tests.strip() else KEEP
        if not tests.strip() and not _TESTED.search(code):
            return KEEP  # a script, which may wait for input or for a network
        if _SESSION.match(code) and '"""' not in code:
            # A session is a doctest: what it shows must be what comes out.
            code = f'r"""\n{code}\n"""'
        outcome = run(code, tests, limits)
        return _dropped(outcome.reason, turn, outcome.words) if outcome.reason else KEEP


def _dropped(reason: str, number: int, found: str) -> Verdict:
    details = {"turn": number, "found": found.strip()[-200:]}
    return Verdict(keep=False, reason=reason, score=float(number), details=details)


def _fault(tongue: str | None, block: Block) -> str:
    """Why a block cannot be read; "" where it can."""
    code = block.code
    if not code.strip():
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if tongue == "python":
                return "" if _PROMPT.search(code) else _python(code)
            if tongue == "json":
                _json(code)
            elif tongue == "yaml":
                list(yaml.compose_all(code, Loader=yaml.SafeLoader))
            elif tongue == "toml":
                tomllib.loads(code)
    except (ValueError, yaml.YAMLError, RecursionError, MemoryError) as error:
        words = " ".join(str(error).split())
        return words or type(error).__name__
    return ""


def _python(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError as error:
        # Magics of notebooks are no Python, and a top-level `await` is one there.
        try:
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(_MAGIC.sub("pass", code), "block", "exec", flags)
        except SyntaxError:
            return f"line {error.lineno}: {error.msg}"
    return ""


def _json(code: str) -> None:
    """Raises ValueError. One value, or one a line; with what is left out marked, anything goes."""
    try:
        json.loads(code)
    except ValueError:
        if _LEFT_OUT.search(code):
            return
        lines = [line for line in code.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(("{", "[")) for line in lines):
            raise
        for line in lines:
            json.loads(line)
