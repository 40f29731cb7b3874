"""`dataset_info.json`, in which LLaMA-Factory looks up the datasets of a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textsynth.errors import TextsynthError
from textsynth.writers._text import put

INFO = "dataset_info.json"


def enter(path: Path, job: str, part: str, file: str, entry: Mapping[str, Any]) -> Path:
    """Adds the entry `<job name>_<writer>` for a file, beside those of other datasets.

    An older entry for the same file goes. Raises TextsynthError where the file cannot be added to.
    """
    # LLaMA-Factory takes datasets as a list parted by commas.
    word = re.sub(r"[\s,]+", "-", job).strip("-") or "textsynth"
    name = f"{word}_{part}"
    entries = {
        key: other
        for key, other in entries_of(path).items()
        if key == name or not isinstance(other, dict) or other.get("file_name") != file
    }
    entries[name] = {"file_name": file, **entry}
    # In ASCII, since LLaMA-Factory opens the file in the machine's own encoding.
    return put(json.dumps(entries, indent=2) + "\n", path)


def entries_of(path: Path) -> dict[str, Any]:
    """What `dataset_info.json` holds already."""
    if not path.exists():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf8"))
    except ValueError as error:
        raise TextsynthError(
            f"cannot add the dataset to {path}",
            f"it is not JSON: {error}",
            "mend it or delete it, then export again",
        ) from error
    if not isinstance(entries, dict):
        raise TextsynthError(
            f"cannot add the dataset to {path}",
            "it does not hold a mapping of names to datasets",
            "mend it or delete it, then export again",
        )
    return entries
