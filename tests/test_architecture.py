"""The house rules: floors, no cycles, sizes, documented parts and commands, a light import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import textsynth as ts
from textsynth.cli import app
from textsynth.project import SHELVES
from textsynth.shelf import Part, Shelf

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "textsynth"

# From the ground up. A module imports from floors below its own, or from its own floor where
# that floor is one shelf.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "version", "loop"),
    ("indexfile",),
    (
        "records", "resources", "prices", "schema", "events", "concurrency", "rates", "forecast",
        "minhash", "overlap", "rouge", "instructions", "tongues", "marked", "agreement",
        "families", "sentiment", "terms_data",
    ),
    (
        "injection", "walk", "embedding", "apportion", "taxonomy", "asking", "telling", "variety",
        "neargroups", "repairs", "terms",
    ),
    (
        "forms", "budget", "tracing", "limits", "privacy", "hidden", "style", "scenarios",
        "treewalk", "cells", "rubrics", "calibration", "dryness", "thresholds",
    ),
    ("redaction", "quotas", "rowfiles", "canaries", "measures", "swaps", "splits"),
    ("guard",),
    ("shelf", "engine", "people"),
    ("inputs", "methods", "providers", "quality", "writers"),
    ("job", "plan", "prompts", "journal", "companions", "coverage", "screening", "sampling"),
    ("jobraw", "seeds", "planting", "completing", "outcomes", "counts", "flips",
     "mixing"),
    ("jobfile", "looking", "fairness"),
    ("axes", "made", "crew"),
    ("runfolder", "materials", "lineup", "shortfall", "novelty"),
    ("given_rows",),
    ("merge_sources",),
    ("turns", "generations", "taxonomy_growth", "funnel"),
    ("stage_jobs",),
    ("till", "outlook"),
    ("endpoints",),
    ("llm", "reading"),
    ("writing",),
    ("pipeline", "curation", "curate_jobs", "behind"),
    ("live", "project", "stages", "curated", "manifest"),
    ("versions",),
    ("closing",),
    ("runner",),
    ("extending", "repairing"),
    ("persona_runs", "persona_choice", "taxonomy_union", "taxonomy_runs"),
    ("persona_growth", "judge_runs"),
    ("calibration_rows", "hub_files", "hub_words"),
    ("shipping",),
    (
        "preflight", "ingesting", "personas", "page", "taxonomies", "curating", "judging",
        "comparing", "hub", "rendering", "merging",
    ),
    ("seed_qa",),
    ("__init__", "show_verdicts"),
    ("show", "show_personas", "show_taxonomy"),
    ("show_curated",),
    ("commands",),
    ("cli",),
    ("__main__",),
)  # fmt: skip
# textsynth.taxonomy is the machinery of trees, as a singular is; the commands stand beside it.
PLACES = {"taxonomy": "taxonomies", "judge": "judging"}
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def module_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The top-level module or folder that a file belongs to."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def own_imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(room that is imported, whether inside a function) for each import of our own code."""
    tree = ast.parse(path.read_text("utf8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "textsynth":
            parts = (node.module or "").split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            own = [a.name for a in node.names if a.name.split(".")[0] == "textsynth"]
            names = [[*name.split("."), "__init__"][1] for name in own]
        for name in names:
            yield name, id(node) in inside


@pytest.mark.parametrize("path", module_files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_down_and_stand_at_the_top(path: Path) -> None:
    here = room(path)
    assert here in FLOOR, f"give {here} a floor"
    for target, inside in own_imports(path):
        assert not inside, f"{path.name} imports textsynth.{target} inside a function"
        if target != here:
            assert FLOOR[target] < FLOOR[here], f"{here} imports {target}, which is not below it"


@pytest.mark.parametrize("path", module_files(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text("utf8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{path.name} does not say what it is for"
    assert text.count("\n") <= 400
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_the_public_names_are_sorted_and_there() -> None:
    assert list(ts.__all__) == sorted(ts.__all__)
    assert all(hasattr(ts, name) for name in ts.__all__)


def command_names() -> list[str]:
    names = [
        info.name or info.callback.__name__ for info in app.registered_commands if info.callback
    ]
    under = [
        f"{group.typer_instance.info.name} {info.name}"
        for group in app.registered_groups
        if group.typer_instance
        for info in group.typer_instance.registered_commands
    ]
    return [*names, *under]


@pytest.mark.parametrize("name", command_names())
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"textsynth {name}" in (ROOT / "README.md").read_text("utf8")


def test_every_command_has_a_function_of_its_name() -> None:
    for name in command_names():
        group, _, function = name.rpartition(" ")
        if group != "models":
            place = getattr(ts, PLACES.get(group, group)) if group else ts
            assert function in place.__all__, name


@pytest.mark.parametrize("shelf", SHELVES.values(), ids=SHELVES)
def test_every_option_of_every_part_is_documented(shelf: Shelf[Part]) -> None:
    for name in shelf.names():
        kind = shelf.load(name)
        assert kind.__doc__, name
        assert kind.part == name
        for option, field in kind.model_fields.items():
            assert field.description, f"{shelf.name}/{name}: {option} has no help"


def test_every_method_has_prompts_in_english_and_korean_and_an_example() -> None:
    for name in SHELVES["methods"].names():
        folder = ROOT / "prompts" / name
        assert (folder / "example.yaml").is_file(), name
        for step in SHELVES["methods"].load(name).steps:
            for language in ("en", "ko"):
                assert (folder / f"{step}.{language}.jinja").is_file(), f"{name}/{step}.{language}"


def test_importing_textsynth_loads_nothing_heavy() -> None:
    heavy = ("openai", "datasets", "pyarrow", "numpy", "pandas", "kreuzberg", "typer", "rich")
    code = f"import sys, textsynth; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_no_file_records_a_download_address() -> None:
    names = ("uv.lock", "poetry.lock", "pdm.lock", "package-lock.json", "yarn.lock")
    assert not [name for name in names if (ROOT / name).exists()]
    for file in [ROOT / "constraints.txt", *(PACKAGE / "engine/locks").iterdir()]:
        assert "://" not in file.read_text("utf8"), file.name
