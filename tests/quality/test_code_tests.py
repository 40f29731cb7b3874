"""Code: blocks that cannot be read go, and with `run` those that fail their tests."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.code_tests import CodeTests
from textsynth.records import Sample, Setting, Verdict

ASK = "Write a function for me."


def row(code: str, tests: object = None, tongue: str = "python") -> Sample:
    columns = {"tests": tests} if tests else {}
    return chat(ASK, f"Here it is:\n\n```{tongue}\n{code}\n```\n\nDone.", columns=columns)


def ran(code: str, tests: object = None, seconds: float = 10) -> Verdict:
    return verdict(CodeTests(run=True, seconds=seconds), row(code, tests))


@pytest.mark.parametrize(
    ("tongue", "code"),
    [
        ("python", "def f(:\n    pass"), ("py", "print 'hello'"), ("json", '{"a": 1,}'),
        ("yaml", "a: [1"), ("toml", "a = 1\nb ="),
    ],
)  # fmt: skip
def test_blocks_that_cannot_be_read_go(tongue: str, code: str) -> None:
    said = verdict(CodeTests(), row(code, tongue=tongue))
    name = {"py": "python"}.get(tongue, tongue)
    assert (said.keep, said.reason, said.score) == (False, f"{name}_syntax", 2)
    assert said.details["found"]
    assert verdict(CodeTests(read=[]), row(code, tongue=tongue)).keep


@pytest.mark.parametrize(
    ("tongue", "code"),
    [
        ("python", "def f():\n    ..."), ("python", "x = await y()"), ("python", ">>> 1 + 1\n2"),
        ("python", "%matplotlib inline\n!pip install x\nx = 1"), ("json", '{"a": 1}\n{"b": 2}'),
        ("json", '{\n  "a": 1,\n  ...\n}'), ("yaml", "a: !thing 1\n---\nb: 2"), ("toml", "a = 1"),
        ("sql", "SELEC *"), ("", "def f(:"), ("python", ""),
    ],
)  # fmt: skip
def test_others_stay(tongue: str, code: str) -> None:
    assert verdict(CodeTests(), row(code, tongue=tongue)).keep


def test_an_indented_block_is_read_without_its_indent() -> None:
    assert verdict(CodeTests(), chat(ASK, "1. Do:\n   ```python\n   x = 1\n   ```\n2. Done.")).keep


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        ("def add(a, b):\n    return a + b", "assert add(1, 2) == 3"),
        ("def add(a, b):\n    return a + b", ["assert add(1, 2) == 3", "assert add(0, 0) == 0"]),
        ("def f(x):\n    '''\n    >>> f(2)\n    4\n    '''\n    return x * 2", None),
        (">>> 'a' * 3\n'aaa'", None),
        ("import tempfile\nwith tempfile.TemporaryFile() as f:\n    f.write(b'x')\nassert f", None),
        ("import os\nassert 'PATH' not in os.environ", None),
        ("import sys\nx = 1\nsys.exit(0)", "assert x == 1"),
        ("name = input()", None),
    ],
    ids=["column", "list", "doctest", "session", "own-folder", "no-variables", "exits", "script"],
)
def test_code_that_passes_its_tests_stays(code: str, tests: object) -> None:
    assert ran(code, tests).keep


@pytest.mark.parametrize(
    ("code", "tests", "words"),
    [
        ("def add(a, b):\n    return a - b", "assert add(1, 2) == 3, 'not 3'", "not 3"),
        (">>> 1 + 1\n3", None, "Test Failed"),
        ("def test_it():\n    assert 1 == 2", None, "AssertionError"),
        ("import socket\nsocket.socket()", "assert 1", "barred"),
        ("import os\nos.system('true')", "assert 1", "barred"),
        ("open('/tmp/outside-of-it', 'w')", "assert 1", "barred"),
        ("x = bytearray(10 ** 11)", "assert 1", "MemoryError"),
        ("import os\nos._exit(0)", "assert 1 == 2", "ended with 0"),
        ("raise SystemExit(3)", "assert 1", "ended with 3"),
    ],
    ids=["column", "session", "pytest", "network", "shell", "files", "memory", "leaves", "exits"],
)  # fmt: skip
def test_code_that_fails_goes(code: str, tests: object, words: str) -> None:
    said = ran(code, tests)
    assert (said.keep, said.reason) == (False, "test_failed")
    assert words in said.details["found"]
    assert ran(code, tests) == said


def test_code_that_does_not_end_goes() -> None:
    said = ran("while True:\n    pass", "assert 1", seconds=0.5)
    assert (said.keep, said.reason) == (False, "test_timeout")


def test_tests_without_code() -> None:
    sample = chat(ASK, "I would add them.", columns={"tests": "assert add(1, 2) == 3"})
    assert verdict(CodeTests(run=True), sample).reason == "no_code"


def test_nothing_is_run_unless_told() -> None:
    sample = row("def add(a, b):\n    return a - b", "assert add(1, 2) == 3")
    assert verdict(CodeTests(), sample).keep
    assert CodeTests().cautions(Setting()) == ()
    assert "not in a jail" in CodeTests(run=True).cautions(Setting())[0]
