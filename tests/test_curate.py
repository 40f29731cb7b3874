"""`curate` on files of others: every format and schema, the run folder, what goes wrong."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.commands import textsynth
from tests.servers.hub_reads import HubReads
from textsynth.errors import InputError, JobError, TextsynthError
from textsynth.quality import KEEP, Filter, Screen
from textsynth.records import Sample, Setting, Verdict
from textsynth.runfolder import read_rows

FEES = ("account", "card", "transfer", "statement", "cheque", "pot", "loan", "safe")
ROWS: list[dict[str, Any]] = [
    {"id": n, "instruction": f"What does a {word} cost at your bank?", "input": "",
     "output": f"A {word} costs {n + 2} pounds a month.", "difficulty": n % 3}
    for n, word in enumerate(FEES)
]  # fmt: skip
REPEAT = {**ROWS[0], "id": 90}
CUT = {**ROWS[1], "id": 91, "instruction": "And what about abroad?", "output": "That depends on,"}
ALL = [*ROWS, REPEAT, CUT]


def written(folder: Path, kind: str, rows: list[dict[str, Any]] = ALL) -> Path:
    """The rows as a file of that kind."""
    path = folder / f"rows.{kind}"
    if kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "json":
        path.write_text(json.dumps(rows), "utf8")
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    else:
        with path.open("w", encoding="utf8", newline="") as file:
            mark = "\t" if kind == "tsv" else ","
            writer = csv.DictWriter(file, list(rows[0]), delimiter=mark)
            writer.writeheader()
            writer.writerows(rows)
    return path


def same(run: Path) -> list[dict[str, Any]]:
    """The rows that were kept, in the form in which they came."""
    return list(read_rows(run / "exports" / "same.jsonl"))


def dataset(run: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for file in sorted((run / "data").glob("*.parquet")):
        found += pq.read_table(file).to_pylist()
    return found


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "tsv", "parquet"])
def test_a_file_comes_back_in_its_own_columns(tmp_path: Path, kind: str) -> None:
    source = written(tmp_path, kind)
    found = ts.curate(source, out=tmp_path / "out", language="en", workers=1)
    assert found.summary.reasons == {
        "exact_duplicates: exact_duplicate": 1, "truncated: unfinished": 1,
    }  # fmt: skip
    text = kind in ("csv", "tsv")
    kept = [{k: str(v) for k, v in row.items()} if text else row for row in ROWS]
    assert same(found.path) == kept
    assert dataset(found.path) == kept
    assert found.summary.funnel[:2] == (("rows", 10), ("read", 10))


def test_rows_of_a_public_prompt_set_are_kept_without_their_end_tokens(tmp_path: Path) -> None:
    story = "The mill at Orley burned down in March. Nobody was hurt."
    asks = {
        f"{story}\n\nTitle:": "Orley mill burns",
        "Question: Where is Leeds?\nA: here\nB: there": "B",
        "Name: ma leilei 马磊磊, plays for tianjin teda. Write a title:": "Ma Leilei of Tianjin",
        "Cut it off here:": "The mill,",
    }
    rows = [{"prompt": ask, "completion": f"{end}<|endoftext|>"} for ask, end in asks.items()]
    found = ts.curate(written(tmp_path, "jsonl", rows), out=tmp_path / "out")
    assert [row["completion"] for row in same(found.path)] == [*asks.values()][:3]
    kept = next(iter(read_rows(found.path / "rows" / "kept.jsonl")))
    assert {"mended": {"end_of_text": 1}} in [v.get("details") for v in kept["verdicts"]]


def test_several_files_keep_their_own_schemas_in_one_run(tmp_path: Path) -> None:
    written(tmp_path, "jsonl", ROWS[:2])
    talk = [{"from": "human", "value": "Is there a fee?"}, {"from": "gpt", "value": "No fee."}]
    (tmp_path / "talk.json").write_text(json.dumps([{"conversations": talk}]), "utf8")
    found = ts.curate(tmp_path / "*.json*", out=tmp_path / "out")
    assert same(found.path) == [*ROWS[:2], {"conversations": talk}]
    columns = {"id", "instruction", "input", "output", "difficulty", "conversations"}
    assert {name for row in dataset(found.path) for name in row} == columns
    kinds = [source.kind for source in found.summary.sources]
    assert kinds == ["jsonl, pair (instruction, input, output)", "json, messages (conversations)"]


def test_rows_of_several_runs_are_numbered_as_they_are_read(tmp_path: Path) -> None:
    written(tmp_path, "jsonl", ROWS[:6])
    written(tmp_path, "csv", ROWS[3:])
    quality = ["exact_duplicates"]
    one = ts.curate(tmp_path / "rows.jsonl", out=tmp_path / "one", quality=quality).path
    two = ts.curate(tmp_path / "rows.csv", out=tmp_path / "two", quality=quality).path
    both = ts.curate([one, two], out=tmp_path / "both", quality=quality).path
    again = ts.curate(both, out=tmp_path / "again", quality=quality).path
    for kind, numbers in (("kept", [*range(6), 9, 10]), ("dropped", [6, 7, 8])):
        rows = list(read_rows(both / "rows" / f"{kind}.jsonl"))
        assert [row["index"] for row in rows] == numbers
        assert list(read_rows(again / "rows" / f"{kind}.jsonl")) == rows


@pytest.mark.parametrize(
    ("values", "written_as"),
    [
        ([1, "two", None], ["1", "two", None]),
        ([True, 3], ["true", "3"]),
        ([{"a": 1}, {"a": "x"}], ['{"a": 1}', '{"a": "x"}']),
        ([[1, "x"]], ['[1, "x"]']),
        ([2**70, 1], [str(2**70), "1"]),
        ([2**60 + 1, *[2] * 999, 0.5], [str(2**60 + 1), *["2"] * 999, "0.5"]),
        ([1, 0.5, None], [1.0, 0.5, None]),
    ],
    ids=["number and text", "truth", "structs", "list", "huge", "large and fraction", "numbers"],
)
def test_a_column_of_several_kinds_becomes_text(
    tmp_path: Path, values: list[Any], written_as: list[Any]
) -> None:
    rows = [{"text": f"Card {n} of ours.", "more": value} for n, value in enumerate(values)]
    source = written(tmp_path, "jsonl", rows)
    found = ts.curate(source, out=tmp_path / "out", quality=["exact_duplicates"])
    assert [row["more"] for row in dataset(found.path)] == written_as


def test_a_dataset_of_the_hub_is_streamed(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "larkmere" / "fees" / "data"
    folder.mkdir(parents=True)
    written(folder, "parquet").rename(folder / "train-00000.parquet")
    (folder.parent / "README.md").write_text(
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n"
        "    path: data/train-*.parquet\n---\n", "utf8",
    )  # fmt: skip
    with HubReads(tmp_path / "hub") as hub:
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache"),
               "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
        env.pop("HF_TOKEN", None)
        command = [sys.executable, "-m", "textsynth", "curate", "larkmere/fees", "--json"]
        ran = subprocess.run(
            [*command, "-o", str(tmp_path / "out"), "--limit", "9"], env=env, text=True,
            stdout=subprocess.PIPE, check=False,
        )  # fmt: skip
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["rows"], told["kept"], told["dropped"]) == (0, 9, 8, 1)
    assert same(tmp_path / "out") == ROWS


def test_the_run_folder_is_one_that_all_commands_read(tmp_path: Path) -> None:
    found = ts.curate(written(tmp_path, "jsonl"), out=tmp_path / "out", examples=1)
    told = ts.status(found.path)
    assert (told["status"], told["kept"], told["dropped"], told["asked"]) == ("closed", 8, 2, 10)
    page = ts.report(found.path).read_text("utf8")
    assert "exact_duplicate" in page
    assert "microseconds a row" in page
    (example,) = found.examples["truncated: unfinished"]
    shown = ts.explain(example.id, found.path)
    assert (shown["kind"], shown["index"], shown["note"]) == ("dropped", 9, "")
    assert shown["seeds"] == {"source": "rows.jsonl"}
    assert ["difficulty", "1"] in [list(row) for row in shown["tables"][0].rows]
    (file,) = ts.export(found.path, ["messages"])
    first = next(read_rows(file))["messages"]
    assert first[1]["content"] == ROWS[0]["output"]
    card = (found.path / "README.md").read_text("utf8")
    assert "8 of 10 rows that were there before" in card
    assert "written by language models" not in card
    assert "synthetic" not in card
    again = ts.curate(found.path, out=tmp_path / "again", quality=[{"length": {"max_chars": 35}}])
    assert again.rows == 10, "a run is read whole, dropped rows too"
    assert again.summary.kept == sum(
        len(row["instruction"]) < 36 and len(row["output"]) < 36 for row in ALL
    )
    assert same(again.path)[0].keys() == ROWS[0].keys()


def test_pairs_can_be_exported_as_such(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Is there a fee?"}]
    answers = [
        [*turns, {"role": "assistant", "content": text}]
        for text in ("There is none.", "Ask Anna about it.")
    ]
    rows = [{"chosen": answers[0], "rejected": answers[1]}]
    found = ts.curate(written(tmp_path, "jsonl", rows), out=tmp_path / "out", quality=["length"])
    (file,) = ts.export(found.path, ["preference"])
    assert next(read_rows(file)) == {
        "prompt": turns, "chosen": answers[0][1:], "rejected": answers[1][1:],
    }  # fmt: skip


def test_each_row_is_held_against_its_own_language(tmp_path: Path) -> None:
    rows = [
        {"text": "새 카드를 신청하려면 앱에서 계좌를 먼저 열어 주셔야 합니다."},
        {"text": "A new card can be ordered in the app once your account is open."},
        {"text": "Eine neue Karte kann in der App bestellt werden, sobald das Konto offen ist."},
        {"text": "Where do I see the fees?", "language": "English"},
    ]
    path = written(tmp_path, "jsonl", rows)
    found = ts.curate(path, out=tmp_path / "auto", quality=["language"])
    kept = list(read_rows(found.path / "rows" / "kept.jsonl"))
    assert [row["language"] for row in kept] == ["ko", "en", "de", "en"]
    only = ts.curate(path, out=tmp_path / "ko", quality=["language"], language="ko")
    assert [row["language"] for row in read_rows(only.path / "rows" / "kept.jsonl")] == ["ko"]


def test_a_row_that_is_no_conversation_fails_and_is_kept_aside(tmp_path: Path) -> None:
    good = {"messages": [{"role": "user", "content": "Is there a fee for a card?"}]}
    bad = {"messages": [], "n": 7}
    found = ts.curate(written(tmp_path, "jsonl", [good, bad]), out=tmp_path / "out")
    assert (found.summary.kept, found.summary.failed) == (1, 1)
    (row,) = read_rows(found.path / "rows" / "failed.jsonl")
    assert row["record"] == bad
    assert ts.explain("1", found.path)["kind"] == "failed"


def test_a_quality_file_says_what_a_user_would_write(tmp_path: Path) -> None:
    spec = {"quality": [{"length": {"max_chars": 20}}], "export": "messages", "name": "mine"}
    (tmp_path / "quality.yaml").write_text(yaml.safe_dump(spec), "utf8")
    source = written(tmp_path, "jsonl")
    found = ts.curate(source, out=tmp_path / "out", job=tmp_path / "quality.yaml")
    assert found.summary.name == "mine"
    assert {file.name for file in (found.path / "exports").iterdir()} == {
        "same.jsonl", "messages.jsonl",
    }  # fmt: skip
    (tmp_path / "wrong.yaml").write_text("name: x\nquality: [lenght]\n", "utf8")
    with pytest.raises(JobError, match=r"wrong.yaml, line 2: there is no 'lenght'"):
        ts.curate(source, out=tmp_path / "x", job=tmp_path / "wrong.yaml")
    with pytest.raises(JobError, match="no rows to look at"):
        ts.curate(out=tmp_path / "x", job=tmp_path / "quality.yaml")
    both = ts.curate(
        source, out=tmp_path / "both", job=tmp_path / "quality.yaml",
        quality=["length.max_chars=400", "length.min_chars=3", "near_duplicates=0.9"],
    )  # fmt: skip
    assert [step.name for step in both.steps] == ["length", "near_duplicates"]


def test_any_number_of_processes_keeps_the_same_bytes(tmp_path: Path) -> None:
    rows = [
        {"text": f"Card {n % 400} of our customer Anna was sent on day {n % 25}", "n": n}
        for n in range(900)
    ]
    written(tmp_path, "jsonl", rows)
    (tmp_path / "quality.yaml").write_text(
        "name: same\nlanguage: en\ninputs: {samples: rows.jsonl}\n"
        "quality: [{length: {max_chars: 47}}, exact_duplicates, near_duplicates]\n", "utf8",
    )  # fmt: skip
    found = [
        ts.curate(out=tmp_path / f"out{n}", job=tmp_path / "quality.yaml", workers=n).path
        for n in (1, 3)
    ]
    for kind in ("rows/kept.jsonl", "rows/dropped.jsonl", "exports/same.jsonl", "README.md"):
        assert len({(run / kind).read_bytes() for run in found}) == 1
    kept = same(found[0])
    assert 10 < len(kept) < 900
    assert [row["n"] for row in kept] == sorted(row["n"] for row in kept)


def test_a_job_that_only_filters_runs_too(tmp_path: Path) -> None:
    written(tmp_path, "jsonl")
    job = {
        "name": "given", "method": "given", "count": "all", "quality": ["exact_duplicates"],
        "inputs": {"samples": "rows.jsonl"},
    }  # fmt: skip
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
    found = ts.run(tmp_path / "job.yaml")
    kept = list(read_rows(found.path / "rows" / "kept.jsonl"))
    assert {row["messages"][0]["content"] for row in kept} == {
        r["instruction"] for r in [*ROWS, CUT]
    }
    assert all("difficulty" in row["columns"] for row in kept)


class Deadly(Filter):
    """Ends its process, or raises, at one row."""

    alone = True

    at: int = 3
    """The row."""

    dies: bool = False
    """Whether the process ends."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at the number."""

        def verdict(sample: Sample) -> Verdict:
            if sample.index == self.at and self.dies:
                os.kill(os.getpid(), 9)
            if sample.index == self.at:
                raise JobError("the filter cannot read this", "a row", "mend it")
            return KEEP

        return verdict


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
@pytest.mark.parametrize("dies", [True, False], ids=["killed", "raises"])
def test_a_process_that_ends_or_raises_is_told_in_words(tmp_path: Path, dies: bool) -> None:
    from textsynth.crew import looked_at
    from textsynth.given_rows import GivenRows
    from textsynth.looking import Looker

    written(tmp_path, "jsonl")
    looker = Looker((Deadly(dies=dies),), Setting(), "en")
    with pytest.raises(TextsynthError) as caught:
        list(looked_at(GivenRows(["rows.jsonl"], tmp_path).batches(), looker, 2))
    words = "ended with signal 9" if dies else "The filter cannot read this"
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nothing.jsonl", "nothing.jsonl"),
        ("empty.jsonl", "has no rows"),
        ("out", "cannot be curated into itself"),
    ],
    ids=["missing", "empty", "itself"],
)
def test_what_cannot_be_read_is_told_in_words(tmp_path: Path, source: str, words: str) -> None:
    (tmp_path / "empty.jsonl").write_text("", "utf8")
    ts.curate(written(tmp_path, "jsonl"), out=tmp_path / "out", quality=["length"])
    with pytest.raises((InputError, JobError), match=words):
        ts.curate(tmp_path / source, out=tmp_path / "out", quality=["length"])


def test_the_command_shows_the_funnel_and_some_of_what_was_dropped(tmp_path: Path) -> None:
    rows = [{"wish": row["instruction"], "word": row["output"]} for row in ALL]
    source = written(tmp_path, "jsonl", rows)
    shown = textsynth(
        "curate", source, "--language", "en", "-o", tmp_path / "out", "--instruction", "wish",
        "--reply", "word",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    for words in (
        "truncated: unfinished 1", "exact_duplicates: exact_duplicate 1", "us/row", "80 %",
        "And what about abroad? → That depends on,", "8 of 10 rows kept",
    ):  # fmt: skip
        assert words in shown.stdout


def test_a_name_in_its_own_script_is_no_drift_in_rows_of_others(tmp_path: Path) -> None:
    facts = "- name is ma leilei 马磊磊\n\n- height is 1.80 m\n\n- currentclub is tianjin teda"
    row = {"prompt": "Read the facts out of this life of a footballer.", "completion": facts}
    path = tmp_path / "names.jsonl"
    path.write_text(json.dumps(row) + "\n", "utf8")
    assert ts.curate(path, out=tmp_path / "out", language="en", workers=1).summary.kept == 1
