"""What many tests share: a small project on disk, and a chat server on loopback."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text

Project = Callable[..., Path]

_TOPICS = (
    "lost cards", "travel money", "opening hours", "savings pots", "overdrafts", "branch parking",
    "joint accounts", "paper statements", "exchange rates", "cheque deposits", "app passcodes",
    "standing orders",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """A fast endpoint whose replies are questions that depend on the request alone."""
    with ChatServer(script=asking_text) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Writes a job with 12 FAQ records and 6 personas; keywords replace fields of the job."""

    def write(url: str, records: int = 12, **fields: Any) -> Path:
        rows = [
            f'f{i},"What about {_TOPICS[i % 12]}?","It takes {i + 2} days and costs {i} pounds."'
            for i in range(records)
        ]
        (tmp_path / "faq.csv").write_text("\n".join(["id,question,answer", *rows]), "utf8")
        people = [
            {"id": f"p{i}", "description": f"A {work} who asks about {topic}."}
            for i, (work, topic) in enumerate(
                zip(
                    ("baker", "nurse", "pilot", "clerk", "gardener", "smith"), _TOPICS, strict=False
                )
            )
        ]
        lines = "".join(json.dumps(person) + "\n" for person in people)
        (tmp_path / "people.jsonl").write_text(lines, "utf8")
        endpoint = {
            "base_url": url, "model": "scripted-model", "timeout": 20, "concurrency": 8,
            "options": {"max_tokens": None},
        }  # fmt: skip
        job = {
            "name": "trial", "method": "qa", "count": 20, "seed": 3,
            "provider": {"openai": endpoint},
            "inputs": {"documents": "faq.csv", "personas": "people.jsonl"},
            "quality": ["length", "exact_duplicates"],
            **fields,
        }  # fmt: skip
        path = tmp_path / "job.yaml"
        path.write_text(yaml.safe_dump({k: v for k, v in job.items() if v is not None}), "utf8")
        return path

    return write


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the small model is fetched to, once; $TEXTSYNTH_TEST_CACHE keeps it for next time."""
    if own := os.environ.get("TEXTSYNTH_TEST_CACHE"):
        yield Path(own)
        return
    folder = tmp_path_factory.getbasetemp() / "textsynth-cache"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
