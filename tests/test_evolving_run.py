"""The shipped instructions over three rounds, on a model that makes every fault there is."""

from __future__ import annotations

from pathlib import Path

import yaml

import textsynth as ts
from tests.evolving_script import Evolver
from tests.servers.chat import ChatServer
from textsynth.methods._evolving import RULES
from textsynth.runfolder import read_rows

ROOT = Path(__file__).parents[1]


def test_every_rule_removes_what_it_is_for_and_nothing_else(tmp_path: Path) -> None:
    evolver = Evolver()
    with ChatServer(script=evolver) as server:
        endpoint = {"base_url": server.url, "model": "m", "options": {"max_tokens": None}}
        job = {
            "name": "evolving", "method": {"evolve": 3}, "count": "all", "seed": 7,
            "provider": {"openai": endpoint}, "quality": [],
            "inputs": {"samples": str(ROOT / "examples/instructions.jsonl")},
        }  # fmt: skip
        (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
        result = ts.run(tmp_path)
    found = {
        kind: [row["columns"] for row in read_rows(result.path / "rows" / f"{kind}.jsonl")]
        for kind in ("kept", "dropped")
    }
    rows = [*found["kept"], *found["dropped"]]
    assert len(rows) == 600
    for columns in rows:
        assert columns["eliminated"] == evolver.planted[columns["instruction"]], columns
    assert {columns["eliminated"] for columns in found["dropped"]} == set(RULES)
    tables = {table.title: table for table in result.summary.tables}
    removed = {line[0]: line[-1] for line in tables["Removed by each rule"].rows}
    assert all(int(removed[rule]) >= 5 for rule in RULES), removed
    rounds = tables["Evolution by round (all 3 rounds are done)"].rows
    assert [line[:2] for line in rounds] == [("1", 200), ("2", 200), ("3", 200)]
    operations = [line[1] for line in tables["Evolution by operation"].rows]
    assert max(map(int, operations)) - min(map(int, operations)) <= 3
