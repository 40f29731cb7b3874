"""A project to start from (`init`), what it can name (`parts`), and whether it can run."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo

from textsynth.engine.catalogue import DEFAULT, MODELS, cache_folder
from textsynth.errors import JobError, TextsynthError, nearest
from textsynth.inputs import SHELF as INPUTS
from textsynth.methods import SHELF as METHODS
from textsynth.providers import SHELF as PROVIDERS
from textsynth.quality import SHELF as QUALITY
from textsynth.quality import VARIED, Filter
from textsynth.resources import find_file, find_files
from textsynth.shelf import Part, Shelf
from textsynth.version import VERSION
from textsynth.writers import SHELF as WRITERS

SHELVES: dict[str, Shelf[Any]] = {
    shelf.name: shelf for shelf in (INPUTS, METHODS, PROVIDERS, QUALITY, WRITERS)
}


@dataclass(frozen=True)
class Template:
    """What a new project starts with: files below examples/, and one below personas/."""

    method: str
    """The method, and the folder of its prompts."""

    files: tuple[str, ...] = ()
    """Documents (copied to documents/), as patterns."""

    rows: str = ""
    """Rows to start from, kept in examples/."""

    people: str = ""

    within: tuple[str, ...] = ()
    """Other methods, around which its own is or whose rows it needs: their prompts come along."""


_BANK = ("bank/faq.csv", "bank/manual.pdf", "bank/products/*")
TEMPLATES: dict[str, dict[str, Template]] = {
    "support": {
        "en": Template("support", _BANK, people="retail-banking.jsonl"),
        "ko": Template("support", ("bank-ko/faq.csv",), people="retail-banking.ko.jsonl"),
    },
    "qa": {
        "en": Template("qa", _BANK, people="retail-banking.jsonl"),
        "ko": Template("qa", ("bank-ko/faq.csv",), people="retail-banking.ko.jsonl"),
    },
    "dialogue": {
        "en": Template("dialogue", people="general.jsonl"),
        "ko": Template("dialogue", people="retail-banking.ko.jsonl"),
    },
    "classify": {
        "en": Template("classify", rows="tickets.csv"),
        "ko": Template("classify", rows="tickets.ko.csv"),
    },
    "curriculum": {
        language: Template("curriculum", within=("subjects", "syllabus", "taxonomy_grow"))
        for language in ("en", "ko")
    },
    "self_instruct": {
        "en": Template("self_instruct", rows="seed-tasks/en.jsonl"),
        "ko": Template("self_instruct", rows="seed-tasks/ko.jsonl"),
    },
    "evolve": {
        "en": Template("evolve", rows="instructions.jsonl"),
        "ko": Template("evolve", rows="instructions.ko.jsonl"),
    },
    "knowledge": {"en": Template("knowledge"), "ko": Template("knowledge")},
    "creative": {"en": Template("creative"), "ko": Template("creative")},
    "converse": {
        "en": Template("converse", _BANK, people="retail-banking.jsonl", within=("qa",)),
        "ko": Template(
            "converse", ("bank-ko/faq.csv",), people="retail-banking.ko.jsonl", within=("qa",)
        ),
    },
    "clinic": {
        "en": Template("qa", ("clinic/*",), people="patients.jsonl"),
        "ko": Template("qa", ("clinic-ko/*",), people="patients.ko.jsonl"),
    },
    "tenancy": {
        "en": Template("qa", ("tenancy/*",), people="tenants.jsonl"),
        "ko": Template("qa", ("tenancy-ko/*",), people="tenants.ko.jsonl"),
    },
}
"""Name → language → what it starts with. A story has the name of its job before its method's."""


@dataclass(frozen=True)
class PartInfo:
    """One part as `parts` shows it: options are (name, type, default, help)."""

    shelf: str
    name: str
    origin: str
    help: str
    options: list[tuple[str, str, str, str]]


def init(folder: str | Path, *, template: str = "support", language: str = "en") -> list[Path]:
    """Writes a ready project: job.yaml, sample documents, personas and its own prompts.

    Returns the files written. Raises JobError when the folder holds anything already.
    """
    root = Path(folder)
    if template not in TEMPLATES:
        raise JobError(f"there is no template '{template}'", nearest(template, TEMPLATES))
    if language not in TEMPLATES[template]:
        raise JobError(
            f"there is no project in the language '{language}'",
            nearest(language, TEMPLATES[template]),
            "start from one of these, then change `language` in job.yaml",
        )
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise JobError(
            f"'{root}' exists and is not empty", fix="name a new folder, or empty this one"
        )
    wanted = _project_files(template, language)
    written = []
    for name, source in wanted.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        written.append(target)
    job = root / "job.yaml"
    name = "".join(c if c.isalnum() or c in "._-" else "-" for c in root.resolve().name)
    name = name.strip(".-") or "job"
    if not isinstance(yaml.safe_load(name), str):
        name = json.dumps(name)  # 2024 or true would not be a text in YAML
    method = TEMPLATES[template][language].method
    story = template if template == method else f"{template}-{method}"
    text = _shipped(f"examples/jobs/{story}.{language}.yaml").read_text(encoding="utf8")
    job.write_text(
        text.replace("name: example", f"name: {name}", 1),
        "utf8",
    )
    ignore = root / ".gitignore"
    ignore.write_text("outputs/\n", encoding="utf8")
    return [job, ignore, *written]


def _project_files(template: str, language: str) -> dict[str, Path]:
    made, files, nowhere = TEMPLATES[template][language], {}, Path("/nonexistent")
    for pattern in made.files:
        for path in find_files(f"examples/{pattern}", nowhere).values():
            files[f"documents/{path.name}"] = path
    for name in (made.rows and f"examples/{made.rows}", made.people and f"personas/{made.people}"):
        if name:
            files[name] = _shipped(name)
    for method in (made.method, *made.within):
        files |= find_files(f"prompts/{method}/*.{language}.jinja", nowhere)
    return files


def _shipped(name: str) -> Path:
    path = find_file(name, Path("/nonexistent"))
    if path is None:
        raise TextsynthError(f"this installation of textsynth lacks {name}", fix="install it again")
    return path


def parts(shelf: str | None = None) -> list[PartInfo]:
    """Everything on the shelves (or on one of them), with options and help."""
    if shelf is not None and shelf not in SHELVES:
        raise JobError(f"there is no shelf '{shelf}'", nearest(shelf, SHELVES))
    chosen = [SHELVES[shelf]] if shelf else list(SHELVES.values())
    return [_info(each, name, origin) for each in chosen for name, origin in each.names().items()]


def _info(shelf: Shelf[Any], name: str, origin: str) -> PartInfo:
    kind: type[Part] = shelf.load(name)
    options = [
        (
            field.alias or key,
            _type_name(field.annotation),
            "required"
            if field.is_required()
            else _plain(field.get_default(call_default_factory=True)),
            " ".join((field.description or "").split()),
        )
        for key, field in _fields(kind).items()
    ]
    text = " ".join((kind.__doc__ or "").split())
    return PartInfo(shelf.name, name, origin, text, options)


def _fields(kind: type[Part]) -> dict[str, FieldInfo]:
    """A part's options; what all filters that look at a row alone have in common comes last."""
    fields = dict(kind.model_fields)
    if issubclass(kind, Filter):
        shared = {name: fields.pop(name) for name in VARIED}
        fields |= shared if kind.alone else {}
    return fields


def _type_name(annotation: Any) -> str:
    """A type as one who writes a job sees it: the choices there are, or `str`, `list` …"""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(map(str, inner))
    if origin in (Union, UnionType):
        return " | ".join(_type_name(one) for one in inner if one is not NoneType)
    if origin is Annotated:
        return _type_name(inner[0])
    if origin is not None:
        return str(getattr(origin, "__name__", origin)).lower()
    return str(getattr(annotation, "__name__", annotation))


def _plain(value: Any) -> str:
    return "none" if value in (None, "", [], {}) else str(value)


def doctor() -> list[tuple[str, bool, str]]:
    """(what, whether it is well, details) about this installation and machine."""
    found = [
        ("textsynth", True, VERSION),
        ("python", sys.version_info >= (3, 11), platform.python_version()),
        ("machine", True, f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"),
    ]
    for name in ("openai", "datasets", "kreuzberg", "pydantic"):
        found.append(_package(name))
    found.append(_runtime())
    model = MODELS[DEFAULT]
    there = model.path.is_file()
    words = "fetched" if there else f"not fetched yet ({model.size} MB on first use)"
    found.append(("embedded model", True, f"{model.name}: {words}, in {cache_folder()}"))
    free = shutil.disk_usage(_existing(cache_folder())).free // 10**6
    found.append(("disk", there or free > model.size + 200, f"{free:,} MB free for models"))
    for shelf in SHELVES.values():
        found.append(_shelf(shelf))
    key = "is set" if os.environ.get("OPENAI_API_KEY") else "is not set"
    found.append(("OPENAI_API_KEY", True, f"{key} (needed only for OpenAI's own endpoint)"))
    return found


def _package(name: str) -> tuple[str, bool, str]:
    try:
        return name, True, importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return name, False, "not installed: pip install textsynth"


def _runtime() -> tuple[str, bool, str]:
    try:
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import xllamacpp  # noqa: F401 - whether it loads is the question
    except ImportError as error:
        hint = (
            "apt install libgomp1" if "libgomp" in str(error) else "pip install 'textsynth[local]'"
        )
        return "embedded runtime", False, f"{error}: {hint}"
    return "embedded runtime", True, f"xllamacpp {importlib.metadata.version('xllamacpp')}"


def _shelf(shelf: Shelf[Any]) -> tuple[str, bool, str]:
    broken = []
    for name in shelf.names():
        try:
            shelf.load(name)
        except Exception as error:  # noqa: BLE001 - a third party's part may raise anything
            broken.append(f"{name} ({error})")
    if broken:
        return shelf.name, False, f"broken: {', '.join(broken)}"
    return shelf.name, True, ", ".join(shelf.names())


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
