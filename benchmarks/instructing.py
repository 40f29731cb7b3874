"""How the tasks of Self-Instruct run out, in English and Korean: the novelty curve of a run.

    python -m benchmarks.instructing [rows] [tasks that the model knows]

The scripted server knows a number of tasks and no more (tests/instructing_script.py). A run that
asks for more than it can give ends by itself, after generations that brought nothing.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import yaml

import textsynth as ts
from benchmarks.evolving import printed
from tests.instructing_script import writer
from tests.servers.chat import ChatServer
from textsynth.errors import ShortError
from textsynth.records import Table

ROOT = Path(__file__).parents[1]


def main(rows: int, known: int) -> None:
    """Prints the tables."""
    for language in ("en", "ko"):
        with tempfile.TemporaryDirectory() as folder, ChatServer(script=writer(known)) as server:
            endpoint = {"base_url": server.url, "model": "m", "options": {"max_tokens": None}}
            job = {
                "name": "instructing", "method": "self_instruct", "count": rows, "seed": 7,
                "language": language, "provider": {"openai": endpoint}, "quality": [],
                "inputs": {"examples": str(ROOT / f"examples/seed-tasks/{language}.jsonl")},
            }  # fmt: skip
            Path(folder, "job.yaml").write_text(yaml.safe_dump(job), "utf8")
            try:
                ts.run(Path(folder))
            except ShortError as error:
                print(f"\n{language}: {error}")
            found = ts.status(Path(folder))
            for told in found["tables"]:
                heads, lines = tuple(told["columns"]), tuple(tuple(row) for row in told["rows"])
                print(printed(Table(f"{told['title']} ({language})", heads, lines)))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given if len(given) == 2 else (400, 300)))
