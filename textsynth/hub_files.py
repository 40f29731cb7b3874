"""What of a run goes to the Hub, under which names, and the card that stands over all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CARD = "README.md"
MARK = "textsynth.json"
"""In the repository: which job pushed which configuration."""

_BESIDE = ("job.yaml", "manifest.json", "croissant.json")
"""Files of a run that go along where they are there. Everything else stays at home: the journal
and the prompts in it, rows that were dropped and the report that shows some, what stages made."""


@dataclass(frozen=True)
class Upload:
    """One file of the repository: its place there, and its content or where that lies."""

    place: str
    source: bytes | Path

    def content(self) -> bytes | str:
        """As the client takes it: bytes, or the path of a file."""
        return self.source if isinstance(self.source, bytes) else str(self.source)

    def size(self) -> int:
        """In bytes."""
        found = self.source
        return len(found) if isinstance(found, bytes) else found.stat().st_size

    def is_same(self, entry: Any) -> bool:
        """Whether the repository has this very content there (`entry`: as it lists the file)."""
        if entry is None:
            return False
        size = self.size()
        if size != entry.size:
            return False
        if getattr(entry, "lfs", None):
            return self._hash("sha256") == str(entry.lfs.sha256)
        return self._hash("sha1", b"blob %d\0" % size) == str(entry.blob_id)

    def _hash(self, name: str, begin: bytes = b"") -> str:
        made = hashlib.new(name, begin)
        if isinstance(self.source, bytes):
            made.update(self.source)
        else:
            with self.source.open("rb") as file:
                while block := file.read(1 << 20):
                    made.update(block)
        return made.hexdigest()


def uploads(path: Path, config: str) -> list[Upload]:
    """The files of a run; those of a configuration stand in a folder of its name."""
    folder = config or "data"
    found = [Upload(f"{folder}/{f.name}", f) for f in sorted((path / "data").glob("*.parquet"))]
    inside = f"{config}/" if config else ""
    for name in (*_BESIDE, CARD):
        if (path / name).is_file():
            found.append(Upload(CARD if name == CARD else inside + name, path / name))
    return found


def card_of(files: Sequence[Upload], there: str, config: str) -> str:
    """The card of the repository: that of the run, knowing the configurations beside it.

    The default configuration brings its own text; another one leaves the text that is there.
    """
    own = next(u for u in files if u.place == CARD)
    front, body = _parts(Path(str(own.source)).read_text(encoding="utf8"))
    before, text = _parts(there)
    listed = {str(c["config_name"]): c for c in _listed(before.get("configs"))}
    made: dict[str, Any] = {"config_name": config, "data_files": _data_files(files)}
    if config == "default" and len(listed) > 1:
        made["default"] = True
    listed[config] = made
    if config != "default" and before:
        front, body = before, text
    front["configs"] = [listed[name] for name in sorted(listed, key=lambda n: (n != "default", n))]
    return (
        f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)}---{body}"
    )


def _data_files(files: Sequence[Upload]) -> list[dict[str, str]]:
    """Split → its files, in the order in which splits are read."""
    found: dict[str, str] = {}
    for upload in files:
        if upload.place.endswith(".parquet"):
            folder, _, name = upload.place.rpartition("/")
            split = name.split("-")[0]
            found[split] = f"{folder}/{split}-*.parquet"
    order = {"train": 0, "validation": 1, "test": 2}
    names = sorted(found, key=lambda split: (order.get(split, 3), split))
    return [{"split": split, "path": found[split]} for split in names]


def mark_of(files: Sequence[Upload], there: str, config: str) -> str:
    """The note of who pushed what, with this configuration in it."""
    noted = _noted(there)
    job = next((u for u in files if u.place.endswith("job.yaml")), None)
    name = ""
    if job is not None:
        raw = yaml.safe_load(Path(str(job.source)).read_text(encoding="utf8"))
        name = str(raw.get("name", "")) if isinstance(raw, dict) else ""
    noted[config] = name
    return json.dumps({"configs": dict(sorted(noted.items()))}, ensure_ascii=False, indent=1) + "\n"


def owner_of(there: str, config: str) -> str:
    """The job that pushed a configuration; "" where none is known."""
    return _noted(there).get(config, "")


def _noted(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}").get("configs", {})
    except (ValueError, AttributeError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _parts(text: str) -> tuple[dict[str, Any], str]:
    """(YAML at the beginning, the rest)."""
    if not text.startswith("---\n"):
        return {}, f"\n\n{text}" if text else ""
    front, _, body = text[4:].partition("\n---")
    try:
        found = yaml.safe_load(front)
    except yaml.YAMLError:
        return {}, body
    return (found if isinstance(found, dict) else {}), body


def _listed(value: Any) -> list[dict[str, Any]]:
    items = value if isinstance(value, list) else []
    return [c for c in items if isinstance(c, dict) and "config_name" in c]
