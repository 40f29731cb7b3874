"""Lineage: a side file by which an exported row is traced back."""

from __future__ import annotations

from pathlib import Path

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.writers.samples import ENGLISH, SUMMARY, lines
from textsynth.writers.lineage import Lineage


def test_seeds_models_and_replies(tmp_path: Path) -> None:
    (target,) = Lineage().write([ENGLISH], tmp_path, SUMMARY)
    (row,) = lines(target)
    assert row["seeds"] == {
        "chunk": "c1", "source": "faq.csv", "persona": "p1", "examples": ["x1", "x2"]
    }  # fmt: skip
    assert row["models"] == ["model-a", "model-b"]
    assert row["replies"][0] == {
        "step": "turn", "prompt": "h1", "model": "model-a", "key": "k1", "tokens_in": 100,
        "tokens_out": 20, "usd": None,
    }  # fmt: skip
    (short,) = Lineage(replies=False).rows(ENGLISH)
    assert "replies" not in short


def test_an_exported_row_is_explained_by_its_id(project: Project, server: ChatServer) -> None:
    run = ts.run(project(server.url), count=3).path
    (file,) = ts.export(run, ["lineage"])
    for row in lines(file):
        found = ts.explain(row["id"], run)
        assert [one["key"] for one in found["exchanges"]] == [r["key"] for r in row["replies"]]
        assert found["seeds"] == row["seeds"]
