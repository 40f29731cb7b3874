"""Puts a run's dataset on any storage that fsspec knows: S3, GCS, SSH, or a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from textsynth.errors import HubError, JobError
from textsynth.hub_files import CARD, Upload
from textsynth.manifest import sha_of

LIST = "files.json"
"""At the target: path of each file → its size and SHA-256; what is the same is not sent again."""


def is_storage(target: str) -> bool:
    """Whether a target is an address of storage, such as s3://bucket/folder."""
    return "://" in target


def ship(
    files: Sequence[Upload], target: str, *, overwrite: bool
) -> tuple[list[str], int, list[str]]:
    """Copies the files; (sent, the same, taken away).

    The list of files is written last, so that a copy that was cut off goes on where it stopped.
    Raises JobError for a target that cannot be, HubError where the storage refuses.
    """
    system, base = _system(target)
    try:
        before = _listed(system, base)
        if before is None and not overwrite and _holds(system, base):
            raise HubError(
                f"{target} holds other files",
                "nothing here says that a dataset was put there before",
                "name an empty folder, or add --overwrite",
            )
        there = before or {}
        after = {u.place: {"bytes": u.size(), "sha256": sha_of(u.source)} for u in files}
        sent = []
        for upload in sorted(files, key=lambda u: u.place == CARD):
            if there.get(upload.place) != after[upload.place]:
                _put(system, base, upload)
                sent.append(upload.place)
                there = {**there, upload.place: after[upload.place]}
                _write(system, base, there)
        gone = sorted(place for place in there if place not in after)
        for place in gone:
            if system.exists(f"{base}/{place}"):
                system.rm(f"{base}/{place}")
        _write(system, base, after)
    except (OSError, ValueError, ImportError) as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise HubError(
            f"{target} cannot be written to",
            words,
            "look at the address and at your rights there, then give the command again: what "
            "arrived is not sent again",
        ) from None
    return sent, len(files) - len(sent), gone


def _system(target: str) -> tuple[Any, str]:
    import fsspec

    kind = target.split("://")[0]
    try:
        system, base = fsspec.core.url_to_fs(target)
    except ImportError as error:
        raise JobError(
            f"'{kind}://' needs a package that is not installed: {error}",
            fix=f"install the fsspec package for it, such as s3fs for s3:// (asked for: {kind})",
        ) from None
    except ValueError as error:
        raise JobError(f"'{target}' is no address that fsspec knows: {error}") from None
    return system, str(base).rstrip("/")


def _listed(system: Any, base: str) -> dict[str, Any] | None:
    path = f"{base}/{LIST}"
    if not system.exists(path):
        return None
    try:
        found = json.loads(system.cat_file(path))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _holds(system: Any, base: str) -> bool:
    return bool(system.exists(base) and system.ls(base, detail=False))


def _put(system: Any, base: str, upload: Upload) -> None:
    place = f"{base}/{upload.place}"
    system.makedirs(str(PurePosixPath(place).parent), exist_ok=True)
    if isinstance(upload.source, Path):
        system.put_file(str(upload.source), place)
    else:
        system.pipe_file(place, upload.source)


def _write(system: Any, base: str, listed: dict[str, Any]) -> None:
    system.makedirs(base, exist_ok=True)
    text = json.dumps(dict(sorted(listed.items())), indent=1) + "\n"
    system.pipe_file(f"{base}/{LIST}", text.encode())
