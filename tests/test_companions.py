"""Second chunks: of shared terms, never itself or its twin, always the same, where asked for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.qa_script import qa_replies
from tests.servers.chat import ChatServer
from textsynth import companions
from textsynth.companions import FEW, Companions
from textsynth.errors import JobError
from textsynth.materials import prepare
from textsynth.plan import Axis, Plan
from textsynth.reading import explain, samples

TEXTS = {
    "knee": "Before a knee operation the ward gives you a plan for eating and drinking.",
    "knee-2": "Before a knee operation the ward gives you a plan for eating and for drinking.",
    "ward": "The ward takes calls about your operation until nine in the evening.",
    "parking": "Behind the building there are twenty parking spaces for two crowns.",
    "bus": "Bus lines stop at the building; parking spaces are few.",
    "poem": "Zephyr quivers.",
}
CHUNKS = [{"id": name, "text": text, "source": "a.md"} for name, text in TEXTS.items()]


def names(chunk: str) -> list[str]:
    row = next(row for row in CHUNKS if row["id"] == chunk)
    return [row["id"] for row in Companions(CHUNKS).of(row)]


def test_a_companion_shares_terms_and_is_no_twin() -> None:
    assert names("knee") == ["ward"]
    assert names("parking") == ["bus"]
    assert set(names("ward")) == {"knee", "knee-2"}
    assert names("poem") == []


def test_korean_chunks_find_theirs() -> None:
    texts = [
        "무릎 수술 전에는 병동에서 금식 계획표를 드립니다.",
        "병동은 수술에 관한 전화를 밤 아홉 시까지 받습니다.",
        "건물 뒤에 주차장이 있습니다.",
    ]
    rows = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    assert [row["id"] for row in Companions(rows).of(rows[0])] == ["1"]


def test_few_candidates_are_looked_at_where_there_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(companions, "CANDIDATES", 10)
    rows = [{"id": str(n), "text": f"rule {n} of lease {n % 7} and deposit"} for n in range(95)]
    index = Companions(rows)
    found = {row["id"] for chunk in rows for row in index.of(chunk)}
    assert found <= {str(n) for n in range(0, 95, 10)}
    assert all(len(index.of(chunk)) <= FEW for chunk in rows)
    assert all(chunk["id"] not in {row["id"] for row in index.of(chunk)} for chunk in rows)


def test_a_brief_draws_one_of_them_by_its_number_alone() -> None:
    index = Companions(CHUNKS)

    def other(chunk: dict[str, Any], facets: Any, key: int) -> dict[str, Any] | None:
        return index.draw(chunk, key) if facets["kind"] == "two" else None

    facets = {"kind": {"one": 1.0, "two": 1.0}}
    plan = Plan(3, [Axis("chunk", CHUNKS)], facets, other=other, language="ko")
    briefs = [plan.brief(i) for i in range(48)]
    backwards = [plan.brief(i) for i in reversed(range(48))][::-1]
    assert briefs == backwards
    for brief in briefs:
        second = brief.fields.get("other")
        assert brief.language == "ko"
        assert (second is not None) == (
            brief.facets["kind"] == "two" and brief.fields["chunk"]["id"] != "poem"
        )
        assert second is None or second["id"] in names(brief.fields["chunk"]["id"])
    drawn = {b.fields["other"]["id"] for b in briefs
             if b.fields["chunk"]["id"] == "ward" and "other" in b.fields}  # fmt: skip
    assert drawn == {"knee", "knee-2"}


@pytest.mark.parametrize(
    "facets",
    [
        {"kind": {"a": 1.0}},
        {"kind": {"a": 2.0, "b": 1.0}},
        {"kind": {"a": 1.0, "b": 1.0, "c": 1.0}, "mood": {"x": 1.0, "y": 1.0, "z": 1.0}},
        {"kind": {"a": 3.0, "b": 2.0}, "mood": {"x": 1.0, "y": 1.0}},
    ],
)
def test_the_briefs_of_each_value_are_split_into_halves(facets: dict[str, Any]) -> None:
    plan = Plan(5, [Axis("chunk", CHUNKS)], facets)
    block = 2 * plan.facet_combinations
    halves: Counter[tuple[str, int]] = Counter()
    for i in range(3 * block):
        brief = plan.brief(i)
        halves[brief.facets["kind"], brief.half] += 1
    for value in facets["kind"]:
        assert halves[value, 0] == halves[value, 1]


def test_check_refuses_what_cannot_be_written(project: Project) -> None:
    one = project("http://127.0.0.1:9/v1", records=1, vary={"kind": ["multi_hop", "factual"]})
    with pytest.raises(JobError, match=r"kind=multi_hop needs two chunks.*one chunk"):
        ts.check(one, endpoint=False)
    fine = project("http://127.0.0.1:9/v1", records=1, vary={"kind": ["comparison"]})
    assert ts.check(fine, endpoint=False).lines
    wrong = project("http://127.0.0.1:9/v1", vary={"kind": ["multihop"]})
    with pytest.raises(JobError, match=r"knows no kind 'multihop'.*multi_hop"):
        ts.check(wrong, endpoint=False)


def test_chunks_that_share_nothing_are_refused(project: Project, tmp_path: Path) -> None:
    job = project(
        "http://127.0.0.1:9/v1", inputs={"documents": "two.csv"}, vary={"kind": ["multi_hop"]}
    )
    (tmp_path / "two.csv").write_text("text\nZephyrs quiver\nCrowns glitter\n", "utf8")
    with pytest.raises(JobError, match="No two of 2 chunks have enough in common"):
        ts.check(job, endpoint=False)


def test_a_job_without_such_kinds_gets_no_second_chunk(project: Project) -> None:
    plan = prepare(ts.load_job(project("http://127.0.0.1:9/v1"))).plan
    assert plan.other is None
    assert all("other" not in plan.brief(i).fields for i in range(20))


def test_a_run_of_all_kinds_is_told_of_when_it_is_closed(project: Project) -> None:
    kinds = ["factual", "yes_no", "unanswerable", "comparison", "multi_hop"]
    with ChatServer(script=qa_replies) as server:
        job = project(
            server.url, count=20, method={"qa": {"quote": "asked"}},
            vary={"kind": kinds}, quotas={"kind": "exact"}, quality=["length"],
        )  # fmt: skip
        result = ts.run(job)
    assert result.summary.facets["kind"] == dict.fromkeys(sorted(kinds), 4)
    tables = {table.title: table for table in result.summary.tables}
    rows = {row[0]: row[1:] for row in tables["Questions and their quotes"].rows}
    assert rows["factual"] == (4, "100 %", "0 %", "0 %", "0 %")
    assert rows["unanswerable"] == (4, "0 %", "0 %", "0 %", "100 %")
    assert rows["multi_hop"][0] == 4
    assert tables["Answers to yes-no questions"].rows == (("yes", 2, "50 %"), ("no", 2, "50 %"))
    row = next(
        sample for sample in samples(result.path, 20)
        if sample["facets"]["kind"] == "multi_hop"
    )  # fmt: skip
    assert row["seeds"]["other"] != row["seeds"]["chunk"]
    assert row["seeds"]["other_source"] == "faq.csv"
    told = explain(row["id"], result.path)
    assert told["fields"]["other"]["id"] == row["seeds"]["other"]
