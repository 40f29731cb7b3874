"""Finished rows: which columns are known, what is left out, where they may come from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.servers.hub_reads import HubReads
from textsynth.errors import InputError
from textsynth.inputs import Items
from textsynth.inputs.samples import Samples

ROOT = Path(__file__).parents[2]
ASKED = "How do tides come about?"
SAID = "The moon pulls at the sea."


def write(home: Path, name: str, *records: Any) -> None:
    """A JSONL file, or a JSON list where the name says so."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (home / name).write_text(json.dumps(records) if name.endswith(".json") else text, "utf8")


def load(home: Path, name: str = "rows.jsonl", **options: Any) -> Items:
    return Samples.model_validate({"from": name, **options}).load(home)


@pytest.mark.parametrize(
    "record",
    [
        {"messages": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}]},
        {"conversations": [{"from": "human", "value": ASKED}, {"from": "gpt", "value": SAID}]},
        {"instruction": ASKED, "output": SAID},
        {"instruction": ASKED, "input": "", "response": SAID},
        {"prompt": ASKED, "completion": SAID},
        {"Question": ASKED, "Answer": SAID},
        {"질문": ASKED, "답변": SAID},
        {
            "prompt": [{"role": "user", "content": ASKED}],
            "chosen": [{"role": "assistant", "content": SAID}],
        },
        {
            "messages": json.dumps(
                [{"from": "user", "value": ASKED}, {"from": "bot", "value": SAID}]
            )
        },
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": ASKED}]},
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
                {"role": "tool", "content": "42"},
                {"role": "assistant", "content": SAID},
            ]
        },
    ],
    ids=[
        "messages", "sharegpt", "alpaca", "alpaca-response", "prompt", "question", "korean",
        "preference", "json-in-a-cell", "parts-and-tools",
    ],
)  # fmt: skip
def test_each_form_gives_the_same_row(record: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, "rows.jsonl", {"id": 7, **record})
    (row,) = load(tmp_path).rows
    assert row == {
        "id": "7", "instruction": ASKED, "reply": SAID, "system": "", "source": "rows.jsonl",
        "messages": [{"role": "user", "content": ASKED}, {"role": "assistant", "content": SAID}],
    }  # fmt: skip


def test_text_alone_is_an_instruction_and_an_alpaca_input_goes_below_it(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", {"text": ASKED})
    write(tmp_path, "b.jsonl", {"instruction": "Sum up.", "input": SAID, "output": "Moon."})
    (one,), (two,) = load(tmp_path, "a.jsonl").rows, load(tmp_path, "b.jsonl").rows
    assert (one["instruction"], one["reply"]) == (ASKED, "")
    assert (two["instruction"], two["reply"]) == (f"Sum up.\n\n{SAID}", "Moon.")
    assert len(str(one["id"])) == 16


def test_several_turns_stay_and_the_last_request_counts(tmp_path: Path) -> None:
    turns = [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi."}, {"role": "user", "content": ASKED},
    ]  # fmt: skip
    write(tmp_path, "rows.jsonl", {"messages": turns, "lang": "en", "more": {"a": 1}})
    (row,) = load(tmp_path).rows
    assert (row["system"], row["instruction"], row["reply"]) == ("Be brief.", ASKED, "")
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant", "user"]
    assert row["columns"] == {"lang": "en"}


def test_the_first_request_may_count_instead(tmp_path: Path) -> None:
    said = ("My card is gone.", "I have blocked it.", "Thank you, bye.", "Goodbye.")
    turns = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(said)]
    write(tmp_path, "rows.jsonl", {"messages": turns})
    (last,), (first,) = load(tmp_path).rows, load(tmp_path, turn="first").rows
    assert (last["instruction"], len(last["messages"])) == (said[2], 4)
    assert (first["instruction"], first["reply"]) == said[:2]
    assert first["messages"] == turns[:2]


def test_columns_of_other_names_are_named(tmp_path: Path) -> None:
    write(tmp_path, "rows.jsonl", {"ask": ASKED, "say": SAID, "log": [{"role": "user"}]})
    with pytest.raises(InputError) as told:
        load(tmp_path)
    assert "It has: ask, say, log" in str(told.value)
    assert "instruction, input, output" in str(told.value)
    (row,) = load(tmp_path, instruction="ask", reply="say").rows
    assert (row["instruction"], row["reply"]) == (ASKED, SAID)
    with pytest.raises(InputError, match="has no column 'says', which `reply` names"):
        load(tmp_path, instruction="ask", reply="says")
    with pytest.raises(InputError, match="has an instruction"):
        load(tmp_path, messages="log")


def test_rows_without_an_instruction_and_repeats_are_counted(tmp_path: Path) -> None:
    write(
        tmp_path, "rows.jsonl", {"instruction": ASKED, "output": SAID},
        {"instruction": " ", "output": SAID}, {"instruction": None},
        {"instruction": ASKED, "output": SAID}, {"instruction": ASKED, "output": "No idea."},
    )  # fmt: skip
    found = load(tmp_path)
    assert [row["reply"] for row in found.rows] == [SAID, "No idea."]
    (source,) = found.sources
    assert source.note == "2 row(s) without an instruction left out"
    assert (source.rows, source.duplicates) == (2, 1)
    assert source.kind == "jsonl, instruction: instruction, reply: output"


def test_files_that_number_their_rows_alike_keep_their_ids_apart(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", {"id": "1", "instruction": ASKED})
    write(tmp_path, "b.json", {"id": "1", "instruction": "Why?"})
    (tmp_path / "note.md").write_text("no rows", "utf8")
    found = Samples.model_validate({"from": "."}).load(tmp_path)
    assert [row["id"] for row in found.rows] == ["1", "1-2"]
    assert [source.path for source in found.sources] == ["a.jsonl", "b.json"]


def test_rows_is_a_bound(tmp_path: Path) -> None:
    write(tmp_path, "rows.jsonl", *({"instruction": f"Count to {n}."} for n in range(9)))
    assert len(load(tmp_path, rows=4).rows) == 4


def test_a_run_is_read_by_its_folder_or_by_its_job_file(project: Any, server: Any) -> None:
    job = project(server.url, count=4)
    home = job.parent
    with pytest.raises(InputError, match="has kept no row yet"):
        Samples.model_validate({"from": "job.yaml"}).load(home)
    ts.run(job)
    by_file, by_folder = (
        Samples.model_validate({"from": name}).load(home) for name in ("job.yaml", "outputs/trial")
    )
    assert by_file.rows == by_folder.rows
    assert len(by_file.rows) == 4
    lines = (home / "outputs/trial/rows/kept.jsonl").read_text("utf8").splitlines()
    assert [row["id"] for row in by_file.rows] == [json.loads(line)["id"] for line in lines]
    first = json.loads(lines[0])["messages"]
    assert by_file.rows[0]["instruction"] == first[0]["content"]
    assert by_file.rows[0]["reply"] == first[1]["content"]


def test_shipped_instructions_are_all_different() -> None:
    for name, rows in (("instructions.jsonl", 200), ("instructions.ko.jsonl", 60)):
        found = Samples.model_validate({"from": f"examples/{name}"}).load(ROOT / "tests")
        assert len(found.rows) == rows
        assert found.sources[0].duplicates == 0


_ASK = """
import json, sys
from pathlib import Path
from textsynth.errors import InputError
from textsynth.inputs.samples import Samples
for line in sys.stdin:
    try:
        items = Samples.model_validate(json.loads(line)).load(Path("."))
        print(json.dumps([[row["instruction"] for row in items.rows], items.sources[0].kind]))
    except InputError as error:
        print(json.dumps(str(error)))
"""


def test_a_dataset_of_the_hub_is_streamed(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "larkmere" / "faq"
    (folder / "data").mkdir(parents=True)
    shutil.copy(ROOT / "tests/data/faq.parquet", folder / "data" / "train-00000-of-00001.parquet")
    (folder / "README.md").write_text("---\nlicense: cc0-1.0\n---\n")
    with HubReads(tmp_path / "hub") as hub:
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache"),
               "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
        env.pop("HF_TOKEN", None)
        asked = [
            {"from": "larkmere/faq"}, {"from": "larkmere/faq", "rows": 2}, {"from": "larkmere/no"},
        ]  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-c", _ASK], input="\n".join(map(json.dumps, asked)), env=env,
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
    whole, two, missing = (json.loads(line) for line in ran.stdout.splitlines())
    assert "I have lost my card. What now?" in whole[0]
    assert whole[1] == "dataset, instruction: question, reply: answer"
    assert two[0] == whole[0][:2]
    assert "There is no dataset 'larkmere/no'" in missing
    assert "Correct its name or `revision`" in missing  # this input has no option `id`
