"""Trees into files, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from textsynth.errors import InputError
from textsynth.taxonomy.nested_writing import to_json, to_yaml
from textsynth.taxonomy.text import to_text
from textsynth.taxonomy.tree import Tree

_NESTED = {".yaml": to_yaml, ".yml": to_yaml, ".json": to_json}


def written_as(tree: Tree, suffix: str) -> str:
    """The tree as a file with that suffix holds it: YAML, JSON, or else indented text."""
    return _NESTED.get(suffix.lower(), to_text)(tree)


def save(path: Path, text: str) -> None:
    """Puts the text in the place of the file. Raises InputError when that cannot be done."""
    real = path.resolve()
    fresh = real.with_name(f".{real.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, "utf8")
        if real.exists():
            shutil.copymode(real, fresh)
        fresh.replace(real)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise InputError(f"'{path}' cannot be written: {error.strerror}") from error
