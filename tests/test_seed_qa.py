"""Seed questions: written from documents, checked, gone through by hand, used as examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import textsynth as ts
from tests.commands import textsynth
from tests.conftest import Project
from tests.qa_script import qa_replies
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.errors import InputError, JobError, ShortError
from textsynth.inputs.examples import Examples


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def provider(url: str) -> dict[str, Any]:
    return {"openai": {"base_url": url, "model": "m", "options": {"max_tokens": None}}}


@pytest.fixture
def seeds(project: Project, tmp_path: Path) -> Path:
    """A qa.jsonl with a pair for each of six chunks."""
    project("http://127.0.0.1:9/v1", records=6)
    with ChatServer(script=qa_replies) as server:
        made = ts.make_qa(
            tmp_path / "faq.csv", out=tmp_path / "seed", per_chunk=1, provider=provider(server.url)
        )
    assert (made.pairs, made.wanted, made.kinds) == (6, 6, {"factual": 6})
    return made.path


def test_every_pair_has_its_quote_source_and_chunk(seeds: Path) -> None:
    rows = rows_of(seeds)
    chunks = {row["id"]: row for row in rows_of(seeds.parent / "chunks.jsonl")}
    assert len({row["question"] for row in rows}) == len({row["id"] for row in rows}) == 6
    for row in rows:
        assert row["quote"] in chunks[row["chunk"]]["text"]
        assert (row["source"], row["kind"], row["review"]) == ("faq.csv", "factual", "")
        assert list(row) == [
            "id", "question", "answer", "kind", "quote", "source", "chunk", "review",
        ]  # fmt: skip


def test_a_quote_of_a_redacted_chunk_stands_in_the_chunk(project: Project, tmp_path: Path) -> None:
    project("http://127.0.0.1:9/v1", records=3)
    file = tmp_path / "faq.csv"
    text = file.read_text("utf8").replace("pounds.", "pounds. Ask Ms Blix, t.blix@harrow.co.uk.")
    file.write_text(text, "utf8")
    with ChatServer(script=qa_replies) as server:
        made = ts.make_qa(file, out=tmp_path / "seed", per_chunk=1, provider=provider(server.url))
    chunks = {row["id"]: row["text"] for row in rows_of(tmp_path / "seed" / "chunks.jsonl")}
    assert not [text for text in chunks.values() if "blix" in text.lower()]
    context = [
        json.loads(line)["columns"]["context"]
        for line in (made.run / "rows" / "kept.jsonl").read_text("utf8").splitlines()
    ]
    assert sorted(context) == sorted(chunks.values())
    assert {row["chunk"] for row in rows_of(made.path)} == set(chunks)


def test_a_second_start_asks_nothing_and_keeps_the_marks(project: Project, tmp_path: Path) -> None:
    project("http://127.0.0.1:9/v1", records=4)
    with ChatServer(script=qa_replies) as server:
        options: dict[str, Any] = {
            "out": tmp_path / "seed",
            "per_chunk": 1,
            "provider": provider(server.url),
        }
        path = ts.make_qa(tmp_path / "faq.csv", **options).path
        asked = server.requests
        ts.review_qa(path, lambda row, left: "n" if left == 4 else "q")
        ts.make_qa(tmp_path / "faq.csv", **options)
        assert server.requests == asked
    assert [row["review"] for row in rows_of(path)] == ["rejected", "", "", ""]


def test_a_chunk_that_gives_nothing_is_left_out_and_nothing_at_all_is_an_error(
    project: Project, tmp_path: Path
) -> None:
    project("http://127.0.0.1:9/v1", records=4)

    def script(request: dict[str, Any]) -> str:
        return "" if "lost cards" in str(request) else qa_replies(request)

    with ChatServer(script=script) as server:
        made = ts.make_qa(
            tmp_path / "faq.csv", out=tmp_path / "a", per_chunk=1, provider=provider(server.url)
        )
    assert (made.pairs, made.wanted) == (3, 4)
    with (
        ChatServer(script=lambda request: "") as server,
        pytest.raises(ShortError, match="None of 4 pairs"),
    ):
        ts.make_qa(
            tmp_path / "faq.csv", out=tmp_path / "b", per_chunk=1, provider=provider(server.url)
        )


def test_a_job_lends_its_model_and_its_options(project: Project, tmp_path: Path) -> None:
    with ChatServer(script=qa_replies) as server:
        job = project(server.url, method={"qa": {"quote": "required"}}, seed=9, records=3)
        made = ts.make_qa(
            tmp_path / "faq.csv", out=tmp_path / "seed", per_chunk=1, job=job,
            kinds=["factual", "unanswerable"],
        )  # fmt: skip
    used = yaml.safe_load((tmp_path / "seed" / "qa-job.yaml").read_text("utf8"))
    assert used["method"] == {"qa": {"quote": "required"}}
    assert used["seed"] == 9
    assert used["inputs"]["personas"] == "people.jsonl"
    assert used["provider"]["openai"]["base_url"] == server.url
    assert sum(made.kinds.values()) == 3
    assert set(made.kinds) == {"factual", "unanswerable"}


def test_a_review_saves_each_pair_and_goes_on_later(seeds: Path) -> None:
    seen: list[int] = []

    def decide(row: dict[str, Any], left: int) -> Any:
        seen.append(left)
        return {6: "y", 5: "n", 4: {"answer": "Two days.", "question": " "}}.get(left, "q")

    found = ts.review_qa(seeds, decide)
    assert (found.ok, found.rejected, found.edited, found.left) == (1, 1, 1, 3)
    assert seen == [6, 5, 4, 3]
    rows = rows_of(seeds)
    assert [row["review"] for row in rows] == ["ok", "rejected", "edited", "", "", ""]
    assert rows[2]["answer"] == "Two days."
    assert rows[2]["question"].strip()
    assert ts.review_qa(seeds, lambda row, left: "y").left == 0


def test_rejected_pairs_are_no_examples(seeds: Path) -> None:
    ts.review_qa(seeds, lambda row, left: "n" if left == 6 else "q")
    loaded = Examples.model_validate({"from": str(seeds)}).load(seeds.parent)
    assert len(loaded.rows) == 5
    assert rows_of(seeds)[0]["id"] not in {row["id"] for row in loaded.rows}


def test_the_command_writes_and_reviews(project: Project, tmp_path: Path) -> None:
    project("http://127.0.0.1:9/v1", records=3)
    with ChatServer(script=qa_replies) as server:
        made = textsynth(
            "ingest", tmp_path / "faq.csv", "--qa", "--per-chunk", 1, "-o", tmp_path / "seed",
            "--provider", json.dumps(provider(server.url)),
        )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "3 of 3 pairs (factual 3)" in made.stdout
    path = tmp_path / "seed" / "qa.jsonl"
    first = textsynth("ingest", "review", path, typed="y\nwhat\ne\n\nFour days.\nq\n")
    assert first.returncode == 0, first.stderr
    assert "1 kept, 1 edited, 0 rejected, 1 left" in first.stdout
    assert rows_of(path)[1]["answer"] == "Four days."
    then = textsynth("ingest", path, "--review", "--json", typed="n\n")
    assert json.loads(then.stdout) == {
        "path": str(path), "ok": 1, "edited": 1, "rejected": 1, "left": 0,
    }  # fmt: skip
    ended = textsynth("ingest", path, "--review", "--json")
    assert json.loads(ended.stdout)["left"] == 0
    without = textsynth("ingest", tmp_path / "faq.csv", "--qa")
    assert (without.returncode, "-o FOLDER" in without.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "no pairs"), ("{}\n", "line 1"), ("no json\n", "line 1"), ('["a"]\n', "line 1")],
)
def test_a_file_without_pairs_cannot_be_reviewed(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_text(text, "utf8")
    with pytest.raises(InputError, match=why):
        ts.review_qa(path, lambda row, left: "y")
    assert path.read_text("utf8") == text


def test_no_pairs_a_chunk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="per_chunk"):
        ts.make_qa(tmp_path, out=tmp_path, per_chunk=0)


@pytest.mark.parametrize("redact", [True, False])
def test_pairs_point_at_the_chunks_that_were_written(tmp_path: Path, redact: bool) -> None:
    rows = [
        f'"What about {topic}?","It takes {n} days and costs {n} pounds. '
        f'Write to mary.jones{n}@larkmere.com for more."'
        for n, topic in enumerate(("lost cards", "travel money", "savings pots"), 2)
    ]
    (tmp_path / "faq.csv").write_text("\n".join(["question,answer", *rows]), "utf8")
    with ChatServer(script=qa_replies) as server:
        words = ["ingest", str(tmp_path / "faq.csv"), "--qa", "--per-chunk", "1", "--json"]
        words += ["-o", str(tmp_path / "seed"), "--provider", json.dumps(provider(server.url))]
        ran = CliRunner().invoke(app, [*words, "--redact" if redact else "--no-redact"])
    assert ran.exit_code == 0, ran.output
    made = json.loads(ran.stdout)
    chunks = {row["id"]: row["text"] for row in rows_of(tmp_path / "seed" / "chunks.jsonl")}
    assert ("larkmere.com" in str(chunks)) is not redact
    pairs = rows_of(Path(made["path"]))
    assert len(pairs) == 3
    assert all(pair["quote"] in chunks[pair["chunk"]] for pair in pairs)


def test_a_provider_that_is_no_yaml_is_told_in_words(tmp_path: Path) -> None:
    words = ["ingest", "faq.csv", "--qa", "-o", str(tmp_path), "--provider", "{openai: [", "--json"]
    ran = CliRunner().invoke(app, words)
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["asked"]) == (2, "--provider is no YAML")


def test_chunks_are_redacted_once_and_pairs_name_the_chunks_of_the_file(
    project: Project, tmp_path: Path
) -> None:
    project("http://127.0.0.1:9/v1", records=2)
    faq = tmp_path / "faq.csv"
    text = faq.read_text("utf8").replace("pounds.", "pounds. Ring 020 7183 8750 or 020 7183 8751.")
    faq.write_text(text, "utf8")
    with ChatServer(script=qa_replies) as server:
        made = ts.make_qa(
            faq, out=tmp_path / "seed", per_chunk=1, provider=provider(server.url),
            allow=["020 7183 8751"],
        )  # fmt: skip
    chunks = {row["id"]: row["text"] for row in rows_of(made.path.parent / "chunks.jsonl")}
    assert {row["chunk"] for row in rows_of(made.path)} == set(chunks)
    assert all("8751" in text and "020 7183 8750" not in text for text in chunks.values())


def test_review_takes_the_folder_of_the_pairs(seeds: Path) -> None:
    assert ts.review_qa(seeds.parent, lambda row, left: "q").path == seeds
