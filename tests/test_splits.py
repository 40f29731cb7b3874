"""Splits: nothing of one side is known to the other, shares come out, and versions keep theirs."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.scripts import Reply, Request, asking_text, request_hash
from textsynth.minhash import normalised
from textsynth.records import Sample
from textsynth.runfolder import read_rows
from textsynth.splits import Splits, assign, splits_in

WORDS = [f"word{n}" for n in range(400)]


def row(n: int, text: str = "", source: str = "a.md", **facets: str) -> Sample:
    words = text or " ".join(random.Random(n).choices(WORDS, k=40))
    return Sample(
        f"r{n}", n, f"b{n}", "qa", "en", ({"role": "user", "content": words},), facets=facets,
        seeds={"chunk": f"{source}#{n // 3}", "source": source},
    )  # fmt: skip


def sides(rows: list[Sample], splits: Splits, seed: int = 0) -> dict[str, list[Sample]]:
    found = assign(rows, splits, seed)
    return {name: [r for n, r in enumerate(rows) if found.of(n) == name] for name in splits.shares}


def shingles(text: str) -> set[tuple[str, ...]]:
    words = normalised(text).split()
    return set(itertools.pairwise(itertools.pairwise(words)))  # type: ignore[arg-type]


def jaccard(one: Sample, other: Sample) -> float:
    a, b = shingles(one.texts()[0]), shingles(other.texts()[0])
    return len(a & b) / len(a | b)


def test_no_document_and_no_near_duplicate_is_on_both_sides() -> None:
    made = random.Random(5)
    rows = [row(n, source=f"d{n % 40}.md") for n in range(600)]
    for n in range(600, 900):
        words = rows[made.randrange(600)].texts()[0].split()
        words[made.randrange(40)] = "changed"
        rows.append(row(n, " ".join(words), source=f"e{n}.md"))
    made.shuffle(rows)
    parts = sides(rows, Splits(shares={"train": 0.8, "test": 0.2}))
    train, test = parts["train"], parts["test"]
    assert 0.15 < len(test) / len(rows) < 0.25
    assert not {r.seeds["source"] for r in train} & {r.seeds["source"] for r in test}
    assert max(jaccard(one, other) for one in test for other in train) < 0.7


def test_chains_of_near_duplicates_stay_whole() -> None:
    words = [f"w{n}" for n in range(60)]
    rows = []
    for n in range(30):
        words[n * 2 : n * 2 + 2] = [f"x{n}", f"y{n}"]
        rows.append(row(n, " ".join(words), source=f"s{n}.md"))
    rows += [row(n, source=f"s{n}.md") for n in range(100, 170)]
    found = assign(rows, Splits(shares={"train": 0.7, "test": 0.3}))
    assert len({found.of(n) for n in range(30)}) == 1


def test_records_of_a_table_are_documents_of_their_own() -> None:
    rows = [row(n, source="faq.csv") for n in range(90)]
    parts = sides(rows, Splits(shares={"train": 2, "test": 1}))
    assert (len(parts["train"]), len(parts["test"])) == (60, 30)
    assert not {r.seeds["chunk"] for r in parts["train"]} & {
        r.seeds["chunk"] for r in parts["test"]
    }


def test_one_document_alone_is_parted_by_its_passages_and_that_is_said() -> None:
    rows = [row(n, source="manual.pdf") for n in range(60)]
    found = assign(rows, Splits(shares={"train": 0.5, "test": 0.5}))
    assert Counter(found.places) == {0: 30, 1: 30}
    assert "passages" in found.warnings[0]


def test_stratified_facets_keep_their_proportions() -> None:
    rows = [
        row(n, source=f"d{n}.md", label="rare" if n % 10 == 0 else "common") for n in range(400)
    ]
    for seed in range(3):
        parts = sides(rows, Splits(shares={"train": 3, "test": 1}, stratify=("label",)), seed)
        counts = {k: Counter(r.facets["label"] for r in v) for k, v in parts.items()}
        assert counts == {"train": {"rare": 30, "common": 270}, "test": {"rare": 10, "common": 90}}


def test_on_request_personas_and_facets_are_kept_together() -> None:
    rows = [row(n, source=f"d{n}.md", branch=f"b{n % 9}") for n in range(180)]
    parts = sides(rows, Splits(shares={"train": 2, "test": 1}, together=("branch",)))
    assert not {r.facets["branch"] for r in parts["train"]} & {
        r.facets["branch"] for r in parts["test"]
    }
    assert len(parts["test"]) == 60


def test_rows_of_an_earlier_version_stay_and_take_their_group_along() -> None:
    rows = [row(n, source=f"d{n // 4}.md") for n in range(200)]
    splits = Splits(shares={"train": 0.8, "test": 0.2})
    first = assign(rows[:100], splits)
    before = {r.brief: first.of(n) for n, r in enumerate(rows[:100])}
    second = assign(rows, splits, before=before)
    assert all(second.of(n) == first.of(n) for n in range(100))
    assert 0.17 < second.places.count(1) / 200 < 0.23


def test_what_was_trained_on_never_becomes_a_test() -> None:
    rows = [row(n, source=f"d{n}.md") for n in range(10)]
    same = [row(n, rows[n % 2].texts()[0], source=f"e{n}.md") for n in (20, 21)]
    joined = row(30, rows[0].texts()[0], source="f.md")
    splits = Splits(shares={"train": 0.5, "test": 0.5})
    found = assign([*rows, *same, joined], splits, before={"b0": "train", "b20": "test"})
    assert (found.of(0), found.of(10), found.of(12)) == ("train", "train", "train")


@pytest.mark.parametrize("seed", range(3))
def test_the_same_rows_fall_the_same_way(seed: int) -> None:
    rows = [row(n, source=f"d{n // 2}.md") for n in range(100)]
    splits = Splits(shares={"a": 1, "b": 1, "c": 2})
    assert assign(rows, splits, seed).places == assign(rows, splits, seed).places
    assert assign(rows, splits, seed).places != assign(rows, splits, seed + 1).places


def test_a_run_has_splits_in_its_dataset_its_card_and_its_exports(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    import datasets

    job = project(server.url, splits={"train": 0.75, "test": 0.25}, export=["messages"])
    run = ts.run(job, count=24).path
    names = sorted(file.name for file in (run / "data").iterdir())
    assert names == ["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"]
    found = datasets.load_dataset(str(run), cache_dir=str(tmp_path / "cache"))
    assert found.num_rows["train"] + found.num_rows["test"] == 24
    assert not set(found["train"]["chunk"]) & set(found["test"]["chunk"])
    lines = (run / "exports" / "test" / "messages.jsonl").read_text("utf8").splitlines()
    assert len(lines) == found.num_rows["test"]
    before = splits_in(run / "data")
    ts.extend(run, by=12)
    after = splits_in(run / "data")
    assert {row: after[row] for row in before} == before
    assert len(after) == 36
    files = ts.export(run, ["alpaca"], out=tmp_path / "out")
    assert sorted(f.parent.name for f in files if f.suffix == ".jsonl") == ["test", "train"]
    kept = list(read_rows(run / "rows" / "kept.jsonl"))
    assert {row["id"] for row in kept} == set(after)


def test_a_run_that_had_no_splits_gets_them(project: Project, server: ChatServer) -> None:
    ts.run(project(server.url), count=12)
    run = ts.run(project(server.url, splits={"train": 0.5, "test": 0.5}), count=12).path
    assert Counter(splits_in(run / "data").values()) == {"train": 6, "test": 6}


def test_a_row_that_is_written_again_stays_on_its_side(project: Project, tmp_path: Path) -> None:
    times: Counter[str] = Counter()

    def script(request: Request) -> Reply:
        key = request_hash(request)
        times[key] += 1
        return asking_text({**request, "user": str(times[key])})

    with ChatServer(script=script) as server:
        job = project(server.url, splits={"train": 0.5, "test": 0.5, "dev": 0.5})
        run = ts.run(job, count=12).path

        def sides() -> dict[str, str]:
            found = splits_in(run / "data")
            return {r["brief"]: found[r["id"]] for r in read_rows(run / "rows" / "kept.jsonl")}

        before = sides()
        ts.repair(run, rows=[str(n) for n in range(0, 12, 2)])
        after = sides()
    same = before.keys() & after.keys()
    assert len(same) > 8
    assert {brief: after[brief] for brief in same} == {brief: before[brief] for brief in same}


def test_a_split_that_gets_nothing_is_told() -> None:
    rows = [row(n, source="one.md", branch="b") for n in range(20)]
    splits = Splits(shares={"train": 0.8, "test": 0.2}, together=("branch",))
    assert "test is empty" in assign(rows, splits).warnings[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"train": 1}, "at least 2", id="one-split"),
        pytest.param({"train": 1, "test": 0}, "greater than 0", id="no-share"),
        pytest.param({"train": 1, "Test set": 1}, "pattern", id="bad-name"),
        pytest.param({"shares": {"train": 1, "test": 1}, "by": "x"}, "no field", id="bad-option"),
    ],
)
def test_faults_in_words(
    project: Project, server: ChatServer, given: dict[str, object], words: str
) -> None:
    with pytest.raises(ts.TextsynthError, match=words):
        ts.load_job(project(server.url, splits=given))


def test_check_tells_the_splits_and_what_is_wrong_with_them(
    project: Project, server: ChatServer
) -> None:
    fine = ts.check(project(server.url, splits={"train": 0.8, "test": 0.2}))
    assert (
        "splits: test about 4 rows, train about 16 rows; no two have in common: document, "
        "near_duplicates"
    ) in fine.lines
    assert fine.warnings == []
    odd = {
        "shares": {"train": 0.99, "test": 0.01}, "stratify": ["mod"], "together": ["persoan"],
    }  # fmt: skip
    wrong = ts.check(
        project(server.url, vary={"mood": ["calm", "cross"]}, splits=odd, count=9)
    ).warnings
    words = [word for word in wrong if "split" in word]
    assert len(words) == 3
    assert "the split test gets no row of 9" in words[0]
    assert "splits.together names 'persoan'" in words[1]
    assert "persona" in words[1]
    assert "splits.stratify names 'mod'" in words[2]
    assert "mood" in words[2]


def test_check_tells_that_documents_are_fewer_than_splits(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    text = "\n\n".join(f"# Part {n}\n\nIt takes {n + 2} days. " * 20 for n in range(6))
    (tmp_path / "one.md").write_text(text, "utf8")
    job = project(
        server.url, inputs={"documents": "one.md"}, splits={"train": 0.8, "test": 0.2}
    )  # fmt: skip
    assert "there are 1 documents for 2 splits" in " ".join(ts.check(job).warnings)
