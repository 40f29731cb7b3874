"""Quotas among kept rows: a class that a filter eats, two quotas at once, a cell left empty."""

from __future__ import annotations

import csv
import json
import re
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.servers.chat import ChatServer
from tests.servers.scripts import prompt_texts
from tests.test_run import contents, rows
from textsynth.counts import Quotas
from textsynth.errors import JobError, ShortError
from textsynth.lineup import Lineup
from textsynth.runner import Result

EATEN = 10
"""Of so many texts of the label `fraud` one is long enough to be kept."""


def writer(request: dict[str, Any]) -> str:
    """A text for the label asked for; most of those of `fraud` are too short to be kept."""
    last = prompt_texts(request)[-1]
    label = re.findall(r'new text of the kind "(\w+)"', last)[0]
    number = zlib.crc32(json.dumps(request, sort_keys=True).encode())
    if "never" in label or (label == "fraud" and number % EATEN):
        return f"Too short {number % 10_000}."
    return f"Matter {number} came up in street {number % 977} and nobody could tell why."


def job_at(home: Path, url: str, *, real: dict[str, int] | None = None, **fields: Any) -> Path:
    """A job of the method classify; `real`: labelled rows of each class."""
    inputs: dict[str, Any] = {}
    if real:
        with (home / "real.csv").open("w", encoding="utf8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(("text", "label"))
            lines.writerows(
                (f"The {label} number {n} of house {n * 7 % 101}.", label)
                for label, count in real.items()
                for n in range(count)
            )
        inputs = {"labelled": {"from": "real.csv", **fields.pop("labelled", {})}}
    endpoint = {"base_url": url, "model": "scripted-model", "options": {"max_tokens": None}}
    job = {
        "name": "trial", "method": {"classify": {"verify": "none"}}, "seed": 3,
        "provider": {"openai": endpoint}, "inputs": inputs,
        "quality": [{"length": {"min_chars": 30}}, "exact_duplicates"], **fields,
    }  # fmt: skip
    path = home / "job.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    return path


def run_at(home: Path, at_once: int, **fields: Any) -> tuple[Result, int]:
    """The run, and how many requests reached the server."""
    home.mkdir()
    with ChatServer(script=writer, latency=0.002 * (at_once > 1), jitter=0.9) as server:
        result = ts.run(job_at(home, server.url, concurrency=at_once, **fields))
        return result, server.requests


def test_a_class_that_a_filter_eats_is_filled_all_the_same_whatever_the_concurrency(
    tmp_path: Path,
) -> None:
    found = []
    for at_once in (1, 8, 64):
        result, asked = run_at(
            tmp_path / str(at_once), at_once, real={"fraud": 30, "fine": 30}, count=24,
            vary={"label": ["fine", "fraud"]}, quotas={"label": "exact"}, max_briefs=600,
        )  # fmt: skip
        summary = result.summary
        assert summary.facets["label"] == {"fine": 12, "fraud": 12}
        assert summary.dropped > 40
        assert asked <= 1.15 * summary.briefs + 4
        found.append(contents(result.path, ("rows/*.jsonl", "data/*.parquet", "balanced/*")))
    assert found[0] == found[1] == found[2]


def test_two_quotas_at_once_hold_and_cost_no_request_too_many(tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "real": {"card": 20, "loan": 20, "fine": 20}, "count": 60,
        "vary": {"label": {"card": 1, "loan": 2, "fine": 5}},
        "quotas": {"label": {"card": 30, "loan": 20, "fine": 10}},
        "scenarios": {"list": ["abroad", "at night"], "share": 0.4},
    }  # fmt: skip
    found = []
    for at_once in (1, 64):
        result, asked = run_at(tmp_path / str(at_once), at_once, **fields)
        kept = rows(result.path, "kept")
        assert Counter(row["facets"]["label"] for row in kept) == {
            "card": 30, "loan": 20, "fine": 10
        }  # fmt: skip
        assert Counter(row["facets"]["scenario"] for row in kept) == {
            "abroad": 12, "at night": 12, "none": 36
        }  # fmt: skip
        assert asked <= result.summary.briefs + 2
        found.append(contents(result.path, ("rows/*.jsonl",)))
    assert found[0] == found[1]


def test_a_cell_that_cannot_be_filled_is_named_and_the_others_are_full(tmp_path: Path) -> None:
    with ChatServer(script=writer) as server:
        job = job_at(
            tmp_path, server.url, real={"never": 20, "fine": 20}, count=20,
            vary={"label": ["fine", "never"]}, quotas={"label": "exact"}, max_briefs=60,
        )  # fmt: skip
        with pytest.raises(
            ShortError, match=r"10 of 20 rows are missing.*label=never: 10 more"
        ) as e:
            ts.run(job)
    assert e.value.exit_code == 4
    found = ts.status(job)
    assert (found["status"], found["facets"]["label"]) == ("short", {"fine": 10})


def test_a_rare_class_is_filled_up_and_little_more_is_asked(tmp_path: Path) -> None:
    result, asked = run_at(
        tmp_path / "run", 64, real={"fine": 95, "rare": 5}, labelled={"fill_to": "max"}
    )
    assert result.summary.facets["label"] == {"rare": 90}
    assert asked <= result.summary.briefs + 2 <= 110
    table = result.summary.tables[0]
    assert table.rows == (("fine", 95, 0, 0, 0, 95), ("rare", 5, 0, 0, 90, 95))
    train = (result.path / "balanced" / "train.jsonl").read_text("utf8").splitlines()
    labels = Counter((r["label"], r["origin"]) for r in map(json.loads, train))
    assert labels == {("fine", "real"): 95, ("rare", "real"): 5, ("rare", "synthetic"): 90}
    real = {r["text"] for r in map(json.loads, train) if r["origin"] == "real"}
    for file in (*(result.path / "rows").iterdir(), *(result.path / "data").iterdir()):
        content = file.read_bytes()
        assert not any(text.encode() in content for text in real), file.name


def test_few_shot_rows_are_of_the_label_never_held_out_and_not_always_the_same(
    tmp_path: Path,
) -> None:
    result, _ = run_at(
        tmp_path / "run", 8, real={"card": 30, "loan": 15}, count=40,
        labelled={"hold_out": 0.4, "each": 2},
    )  # fmt: skip
    held = (result.path / "balanced" / "held_out.jsonl").read_text("utf8").splitlines()
    aside = {json.loads(line)["id"] for line in held}
    assert len(aside) == 18
    used: dict[str, set[str]] = {"card": set(), "loan": set()}
    for row in rows(result.path, "kept"):
        used[row["facets"]["label"]].update(row["seeds"]["examples"])
        assert len(row["seeds"]["examples"]) == 2
    assert not aside & (used["card"] | used["loan"])
    assert not used["card"] & used["loan"]
    assert (len(used["card"]) > 12, len(used["loan"])) == (True, 9)


def test_no_text_that_is_held_out_stands_in_any_prompt(tmp_path: Path) -> None:
    asked: list[str] = []

    def listening(request: dict[str, Any]) -> str:
        asked.extend(prompt_texts(request))
        return writer(request)

    with ChatServer(script=listening) as server:
        job = job_at(
            tmp_path, server.url, real={"card": 30, "loan": 20}, count=30,
            method={"classify": {"verify": "words", "hard": 0.5}},
            labelled={"hold_out": 0.3, "each": 5},
        )  # fmt: skip
        path = ts.run(job).path
    texts: dict[str, list[str]] = {
        name: [
            json.loads(line)["text"]
            for line in (path / "balanced" / f"{name}.jsonl").read_text("utf8").splitlines()
        ]
        for name in ("held_out", "train")
    }
    prompts = "\n".join(asked)
    assert len(texts["held_out"]) == 15
    assert not [text for text in texts["held_out"] if text in prompts]
    assert len([text for text in texts["train"] if text in prompts]) > 20


def test_a_count_of_the_job_makes_a_smaller_set_in_the_same_proportions(tmp_path: Path) -> None:
    job = job_at(
        tmp_path, "http://127.0.0.1:9", real={"a": 900, "b": 30, "c": 10},
        labelled={"fill_to": "max"},
    )  # fmt: skip
    assert ts.load_job(job).count == 870 + 890
    small = ts.load_job(job, {"count": 88})
    assert small.quota_rows() == {"label": {"a": 0, "b": 44, "c": 44}}
    assert ts.check(small, endpoint=False).job.count == 88


def test_a_preview_shows_only_briefs_that_the_run_will_write(tmp_path: Path) -> None:
    with ChatServer(script=writer) as server:
        job = job_at(
            tmp_path, server.url, count=6, vary={"label": ["fine", "rare"]},
            quotas={"label": {"fine": 0, "rare": 6}},
        )  # fmt: skip
        shown = ts.preview(job, count=3)
    assert [trial.sample.facets["label"] for trial in shown if trial.sample] == ["rare"] * 3
    assert len({trial.index for trial in shown}) == 3


def test_without_such_an_input_a_missing_count_is_still_told(tmp_path: Path) -> None:
    job = job_at(tmp_path, "http://127.0.0.1:9", vary={"label": ["a", "b"]})
    with pytest.raises(JobError, match="the field 'count' is missing"):
        ts.load_job(job)


def lineup(left: dict[str, int], order: str) -> tuple[Lineup, Quotas]:
    quotas = Quotas({"label": left})
    return Lineup(quotas, lambda i: {"label": order[i % len(order)]}), quotas


def picked(line: Lineup) -> list[int]:
    return list(iter(lambda: line.pick(more=True), None))


def test_no_more_of_a_cell_is_under_way_than_it_lacks_and_the_rest_waits() -> None:
    line, _ = lineup({"a": 2, "b": 1}, "aaab")
    assert picked(line) == [0, 1, 3]
    assert line.turn == 0


def test_a_brief_that_was_put_off_is_written_when_an_earlier_one_fails() -> None:
    line, quotas = lineup({"a": 2, "b": 1}, "aaab")
    assert picked(line) == [0, 1, 3]
    line.advance()
    assert quotas.end({"label": "a"})  # and is not kept
    assert line.pick(more=True) == 2


def test_all_that_was_put_off_is_written_at_once_when_many_fail() -> None:
    line, quotas = lineup({"a": 2, "b": 1}, "aaaaaab")
    assert picked(line) == [0, 1, 6]
    for _ in range(2):
        line.advance()
        quotas.end({"label": "a"})
    assert picked(line)[:4] == [2, 3, 4, 5]


def test_a_product_has_a_place_for_each_combination() -> None:
    facets = [{"a": a, "b": b} for a in "xy" for b in "xyx"]
    quotas = Quotas({"a x b": {"x x x": 1, "y x y": 1}, "b": {"x": 1, "y": 1}}, {"a x b": "ab"})
    line = Lineup(quotas, lambda i: facets[i % 6])
    assert picked(line) == [0, 4]
    quotas.take(facets[0])
    assert quotas.short() == ["a=y x b=y: 1 more", "b=y: 1 more"]


def test_of_many_cells_that_lack_rows_the_first_are_named() -> None:
    short = Quotas({"leaf": {f"leaf {n}": 3 for n in range(1500)}}).short()
    assert (len(short), short[0]) == (21, "leaf=leaf 0: 3 more")
    assert short[-1] == "1,480 further cells: 4,440 more"


def test_a_brief_that_was_put_off_is_passed_over_when_its_cell_is_full() -> None:
    line, quotas = lineup({"a": 2, "b": 1}, "aaab")
    picked(line)
    for _ in range(2):
        line.advance()
        quotas.end({"label": "a"})
        quotas.take({"label": "a"})
    assert line.pick(more=True) is None
    assert line.turn == 3


def test_the_brief_whose_turn_it_is_is_written_though_nothing_more_is_wanted() -> None:
    line, quotas = lineup({"a": 1, "b": 1}, "aab")
    assert picked(line) == [0, 2]
    line.advance()
    quotas.end({"label": "a"})
    assert line.turn == 1
    assert line.pick(more=False) == 1


def test_without_quotas_the_briefs_come_in_order() -> None:
    line = Lineup(Quotas({}), lambda i: pytest.fail("nobody needs to know"))
    assert [line.pick(more=True) for _ in range(4)] == [0, 1, 2, 3]
    assert line.pick(more=False) is None
