"""The rule filters in a run: faulty rows go with their evidence, others are mended and stay."""

from __future__ import annotations

from typing import Any

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, asking_text, prompt_texts
from textsynth.runfolder import read_rows

RULES: list[Any] = [
    "length", {"unicode": {"repair": True}}, "repetition", "scaffolding", "markup", "tells",
    {"code_tests": {"per_kind": {"qa": {"read": ["json"]}}}},
]  # fmt: skip
FAULTS = (
    "Dear [Your Name], how long does a new card take?",
    "How long does a new card take?\\n\\nPlease tell me.",
    "How lo\u200bng does a caf\u00c3\u00a9 card take in all?",
    "Is it very very very very very very very late for a card?",
)


def script(request: Request) -> str | dict[str, Any]:
    kind = sum("".join(prompt_texts(request)).encode()) % 8
    said = asking_text(request)
    return FAULTS[kind] if kind < len(FAULTS) else said


def test_rows_with_faults_go_and_their_evidence_is_on_disk(project: Project) -> None:
    with ChatServer(script=script) as server:
        run = ts.run(project(server.url, quality=RULES, count=16))
    kept = list(read_rows(run.path / "rows" / "kept.jsonl"))
    dropped = list(read_rows(run.path / "rows" / "dropped.jsonl"))
    assert len(kept) == 16
    found = {}
    for row in dropped:
        verdict = next(v for v in row["verdicts"] if not v["keep"])
        found[verdict["filter"], verdict["reason"]] = verdict["details"]["found"]
    assert found["scaffolding", "placeholder"] == "[Your Name]"
    assert found["markup", "escapes"] == "\\n"
    assert found["repetition", "word_run"] == "very"
    mended = [row for row in kept if "mended" in row["verdicts"][1].get("details", {})]
    assert mended
    assert all(any("café" in m["content"] for m in row["messages"]) for row in mended)
    assert not any("\u200b" in m["content"] for row in kept for m in row["messages"])


def test_parts_tells_the_options_of_rows_where_there_are_any() -> None:
    shown = {part.name: [option[0] for option in part.options] for part in ts.parts("quality")}
    assert shown["length"][-2:] == ["per_language", "per_kind"]
    assert not {"per_language", "per_kind"} & set(shown["exact_duplicates"])
