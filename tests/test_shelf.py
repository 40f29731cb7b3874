"""Every door: a part that is one dropped file, or comes from another package, works at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from textsynth.errors import JobError
from textsynth.quality import SHELF as QUALITY

PACKAGE = Path(__file__).parents[1] / "textsynth"

FIGURES = '''
"""Counts."""
from textsynth.inputs import Input, Items
from textsynth.records import Source


class Figures(Input):
    """Rows 0, 1, 2, …"""

    field = "number"
    upto: int = 3
    """How many."""

    def load(self, home):
        rows = [{"id": str(i), "value": i} for i in range(self.upto)]
        return Items(rows, [Source("figures", "figures", self.upto)])
'''

PARROT = '''
"""Repeats what the model says."""
from textsynth.methods import Method
from textsynth.records import Draft


class Parrot(Method):
    """One question, one answer."""

    steps = {"say": ("loud",)}
    needs = ("number",)

    async def write(self, brief, ask):
        reply = await ask("say", loud=True)
        number = brief.fields["number"]["value"]
        return Draft([
            {"role": "user", "content": f"Number {number}?"},
            {"role": "assistant", "content": reply.text},
        ])
'''

ECHO = '''
"""Answers with what it was asked, without any model."""
from contextlib import asynccontextmanager

from textsynth.providers import Provider
from textsynth.records import Reply


class Echo(Provider):
    """Says it again."""

    remote = False

    def model_id(self):
        return "echo"

    @asynccontextmanager
    async def connect(self, link):
        class Talk:
            model = "echo"

            async def ask(self, call):
                return Reply(call.messages[-1]["content"], "echo")

        yield Talk()
'''

EVEN = '''
"""Keeps even numbers."""
from textsynth.quality import Filter
from textsynth.records import Verdict


class Even(Filter):
    """Drops odd ones."""

    def screen(self, setting):
        return lambda sample: Verdict(int(sample.messages[1]["content"]) % 2 == 0, "odd")
'''

SHOUT = '''
"""Upper case."""
from textsynth.writers import JsonLinesWriter


class Shout(JsonLinesWriter):
    """One loud row a sample."""

    def rows(self, sample):
        yield {"LOUD": sample.messages[0]["content"].upper()}
'''

FILES = {
    "inputs/figures": FIGURES,
    "methods/parrot": PARROT,
    "providers/echo": ECHO,
    "quality/even": EVEN,
    "writers/shout": SHOUT,
}
JOB = """
name: doors
method: parrot
count: 3
provider: echo
inputs: {figures: {upto: 6}}
quality: [even]
export: [shout]
"""


def run(folder: Path, path: Path) -> dict[str, object]:
    """Runs the job in a process that imports from `path` first."""
    (folder / "prompts/parrot").mkdir(parents=True)
    prompt = "--- user\n{{ number.value if loud }}\n"
    (folder / "prompts/parrot/say.en.jinja").write_text(prompt, "utf8")
    (folder / "job.yaml").write_text(JOB, "utf8")
    ran = subprocess.run(
        [sys.executable, "-m", "textsynth", "run", str(folder), "--json"],
        capture_output=True, text=True, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(path)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    result: dict[str, object] = json.loads(ran.stdout)["summary"]
    loud = (folder / "outputs/doors/exports/shout.jsonl").read_text("utf8").splitlines()
    assert sorted(loud) == [
        '{"LOUD": "NUMBER 0?"}',
        '{"LOUD": "NUMBER 2?"}',
        '{"LOUD": "NUMBER 4?"}',
    ]
    return result


def test_a_file_dropped_on_each_shelf_is_a_part(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(PACKAGE, tree / "textsynth", ignore=shutil.ignore_patterns("__pycache__"))
    for name, code in FILES.items():
        (tree / "textsynth" / f"{name}.py").write_text(code, "utf8")
    (tmp_path / "job").mkdir()
    summary = run(tmp_path / "job", tree)
    assert (summary["kept"], summary["method"]) == (3, "parrot")


def test_parts_of_another_package_come_by_entry_points(tmp_path: Path) -> None:
    other = tmp_path / "other"
    info = other / "more_parts-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: more-parts\nVersion: 1.0\n", "utf8"
    )
    lines = []
    for name, code in FILES.items():
        shelf, part = name.split("/")
        (other / f"{part}.py").write_text(code, "utf8")
        lines.append(f"[textsynth.{shelf}]\n{part} = {part}:{part.capitalize()}\n")
    (info / "entry_points.txt").write_text("\n".join(lines), "utf8")
    (tmp_path / "job").mkdir()
    summary = run(tmp_path / "job", other)
    assert (summary["kept"], summary["models"]) == (3, {"echo": summary["briefs"]})


def test_an_unknown_part_is_told_with_the_nearest() -> None:
    with pytest.raises(JobError, match="Did you mean 'length'"):
        QUALITY.load("lenght")


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ("length", ("length", {})),
        ({"length": None}, ("length", {})),
        ({"length": {"min_chars": 3}}, ("length", {"min_chars": 3})),
        ({"near_duplicates": 0.9}, ("near_duplicates", {"threshold": 0.9})),
    ],
    ids=["name", "name with nothing", "options", "shorthand"],
)
def test_a_part_is_named_in_three_forms(spec: object, meant: tuple[str, dict[str, object]]) -> None:
    assert QUALITY.spec(spec) == meant
