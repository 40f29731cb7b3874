"""What each elimination rule removes in an evolution: 200 instructions, three rounds.

    python -m benchmarks.evolving [rounds]

The scripted server rewrites well about half of the time and makes each fault of a model in a known
share (tests/evolving_script.py), so every rule has something to remove. The last two tables are
`explain` of a row that survived every round.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

import textsynth as ts
from tests.evolving_script import Evolver
from tests.servers.chat import ChatServer
from textsynth.methods._evolving import DEPTH
from textsynth.records import Table
from textsynth.runfolder import read_rows

ROOT = Path(__file__).parents[1]


def printed(table: Table) -> str:
    """A table in Markdown, cells cut to a line."""
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    body = ("| " + " | ".join(str(cell).replace("\n", " ")[:300] for cell in line) + " |"
            for line in lines)  # fmt: skip
    return f"\n{table.title}\n\n" + "\n".join(body)


def harder(row: dict[str, Any], rounds: int) -> bool:
    """Whether a row survived every round, each time by another way to say more."""
    names = [step["operation"] for step in row["columns"]["lineage"]]
    return names[0] == "source" and len(names) == rounds + 1 and {*names[1:]} <= {*DEPTH[:4]}


def main(rounds: int) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory() as folder, ChatServer(script=Evolver()) as server:
        endpoint = {"base_url": server.url, "model": "m", "options": {"max_tokens": None}}
        job = {
            "name": "evolving", "method": {"evolve": rounds}, "count": "all", "seed": 7,
            "provider": {"openai": endpoint}, "quality": [],
            "inputs": {"samples": str(ROOT / "examples/instructions.jsonl")},
        }  # fmt: skip
        Path(folder, "job.yaml").write_text(yaml.safe_dump(job), "utf8")
        result = ts.run(Path(folder))
        for table in result.summary.tables:
            print(printed(table))
        kept = list(read_rows(result.path / "rows" / "kept.jsonl"))
        told = ts.explain(next(row["id"] for row in kept if harder(row, rounds)), result.path)
        for table in told["tables"]:
            if table.title in ("lineage", "columns"):
                print(printed(table))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
