"""`push` to storage that fsspec knows: a folder, and a file system in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer


def test_a_dataset_is_copied_and_only_what_is_new_after(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    import datasets

    run = ts.run(project(server.url), count=4).path
    target = tmp_path / "store"
    first = ts.push(run, f"file://{target}")
    assert "data/train-00000-of-00001.parquet" in first.sent
    assert list(first.sent)[-1] == "README.md"
    again = ts.push(run, f"file://{target}")
    assert (list(again.sent), again.same) == ([], len(first.sent))
    loaded = datasets.load_dataset(str(target), cache_dir=str(tmp_path / "cache"), split="train")
    assert len(loaded) == 4
    ts.extend(run, by=2)
    more = ts.push(run, f"file://{target}")
    assert "data/train-00000-of-00001.parquet" in more.sent
    assert json.loads((target / "files.json").read_text("utf8")).keys() >= {"README.md"}


def test_a_file_system_in_memory(project: Project, server: ChatServer) -> None:
    import fsspec

    run = ts.run(project(server.url), count=3).path
    ts.push(run, "memory://larkmere/faq")
    assert fsspec.filesystem("memory").exists("/larkmere/faq/README.md")


@pytest.mark.parametrize(
    ("target", "given", "words", "code"),
    [
        pytest.param("file://{tmp}", {}, "holds other files", 6, id="not-empty"),
        pytest.param("file://{tmp}/x", {"tag": "v1"}, "is no repository", 2, id="tag"),
        pytest.param("nowhere://x", {}, "no address that fsspec knows", 2, id="unknown"),
        pytest.param("file:///proc/none/x", {}, "cannot be written to", 6, id="refused"),
    ],
)
def test_faults_in_words(
    project: Project,
    server: ChatServer,
    tmp_path: Path,
    target: str,
    given: dict[str, str],
    words: str,
    code: int,
) -> None:
    run = ts.run(project(server.url), count=3).path
    with pytest.raises(ts.TextsynthError) as raised:
        ts.push(run, target.replace("{tmp}", str(tmp_path)), **given)  # type: ignore[arg-type]
    assert words in str(raised.value)
    assert raised.value.exit_code == code
