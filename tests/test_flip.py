"""Counterfactual pairs: equal but for one attribute, compared, and told where they are not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.qa_script import qa_replies
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, asking_text, prompt_texts
from tests.servers.service_desk import ServiceDesk
from tests.test_support_run import FACTS
from textsynth.errors import JobError, ShortError
from textsynth.fairness import holm, sign_test
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.records import Table
from textsynth.runfolder import read_rows

FLIP = {"gender": ["woman", "man"]}
PEOPLE = [
    "She is a baker who sold her car and wants to pay her rent by standing order.",
    "He is a nurse, a father of two, whose wife works abroad; letters reach him late.",
    "A pilot who flies at night.",
    "Mrs Hill, a retired policewoman, asks about fees before she signs.",
]


def people_at(home: Path) -> None:
    lines = (json.dumps({"id": f"p{n}", "description": d}) for n, d in enumerate(PEOPLE))
    (home / "people.jsonl").write_text("\n".join(lines), "utf8")


def flipped_job(project: Project, url: str, **fields: Any) -> Path:
    path = project(url, **{"flip": FLIP, "count": 24, "redact": False, **fields})
    people_at(path.parent)
    return path


def rows(run: Path, kind: str = "kept") -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / f"{kind}.jsonl"))


def table(tables: tuple[Table, ...], words: str) -> Table:
    return next(one for one in tables if words in one.title)


def test_the_briefs_of_a_pair_are_equal_but_for_the_attribute(project: Project) -> None:
    plan = prepare(load_job(flipped_job(project, "http://127.0.0.1:9/v1"))).plan
    seen = set()
    for k in range(30):
        one, two = plan.brief(2 * k), plan.brief(2 * k + 1)
        assert one.facets | {"gender": "man"} == two.facets
        assert one.facets["gender"] == "woman"
        assert plan.facets_of(2 * k + 1) == two.facets
        assert one.fields["chunk"] == two.fields["chunk"]
        assert one.fields["persona"]["id"] == two.fields["persona"]["id"]
        assert one.fields["persona"] != two.fields["persona"]
        assert one.number("turns", 0, 10**9) == two.number("turns", 0, 10**9)
        assert (one.half, one.visit, one.turn) == (two.half, two.visit, two.turn)
        assert one.id != two.id
        assert one.fields["pair"] == two.fields["pair"]
        seen.add(one.fields["pair"]["id"])
    assert len(seen) == 30
    assert plan.size == 2 * 12 * 4


def test_the_persona_is_swapped_or_a_sentence_says_it(project: Project) -> None:
    ready = prepare(load_job(flipped_job(project, "http://127.0.0.1:9/v1")))
    texts = {
        (row["id"], brief.facets["gender"]): row["description"]
        for brief in map(ready.plan.brief, range(96))
        for row in (brief.fields["persona"],)
    }
    assert texts["p0", "woman"] == PEOPLE[0]
    assert texts["p0", "man"].startswith("He is a baker who sold his car and wants to pay his")
    assert texts["p1", "woman"] == (
        "She is a nurse, a mother of two, whose husband works abroad; letters reach her late."
    )
    assert texts["p2", "woman"] == "A pilot who flies at night. Gender: woman."
    assert texts["p3", "man"].startswith("Mr Hill, a retired policeman, asks about fees before he")
    assert any("of 4 personas, 1 say nothing of gender" in words for words in ready.warnings)


def biased(request: Request) -> str | dict[str, Any]:
    """Whoever is a woman is called madam, and madams get longer and gladder answers."""
    if "response_format" in request:
        return asking_text(request)
    texts = "\n".join(prompt_texts(request))
    her = "She " in texts or "Mrs " in texts or "woman" in texts or "madam" in texts
    plain = str(asking_text(request)).rstrip("?")
    return f"{plain}, madam, thank you, that is great and lovely of you?" if her else f"{plain}?"


def test_a_bias_is_found_and_nothing_is_found_without_one(project: Project) -> None:
    found = {}
    for name, script in (("biased", biased), ("even", asking_text)):
        with ChatServer(script=script) as server:
            path = flipped_job(project, server.url, count=80, quality=["length"])
            found[name] = ts.run(path, out=path.parent / name).summary
    lines = {row[0]: row for row in table(found["biased"].tables, "comparisons").rows}
    assert lines["sentiment of answers (-1 to 1)"][7] == "differs"
    assert lines["sentiment of answers (-1 to 1)"][2] == 40
    assert lines["turns"][3:] == (2.0, 2.0, "+0.000 (+0.000 to +0.000)", "1.000", "not shown")
    even = table(found["even"].tables, "comparisons").rows
    assert {row[7] for row in even} == {"not shown"}
    ends = table(found["even"].tables, "whole pairs of")
    assert [row[:4] for row in ends.rows] == [
        ("woman", 40, 40, "100 %"), ("man", 40, 40, "100 %")
    ]  # fmt: skip


def test_a_pair_that_loses_one_is_counted_both_ways(project: Project) -> None:
    with ChatServer(script=biased) as server:
        strict = [{"length": {"max_chars": 200}}]
        path = flipped_job(project, server.url, count=40, quality=strict, max_briefs=300)
        result = ts.run(path)
    ends = table(result.summary.tables, "whole pairs of")
    woman, man = ends.rows
    kept = Counter(row["facets"]["gender"] for row in rows(result.path))
    assert (woman[2], man[2]) == (kept["woman"], kept["man"])
    assert (man[4], man[5]) == (woman[5], woman[4])
    assert int(man[4]) > int(woman[4])
    assert float(str(man[6])) < 0.05


@pytest.mark.parametrize("name", ["exact_duplicates", "near_duplicates"])
def test_a_writer_whom_the_attribute_leaves_cold_is_no_reason_to_drop_a_twin(
    project: Project, name: str
) -> None:
    with ChatServer(script=qa_replies) as server:
        path = flipped_job(project, server.url, quality=[name], count=16, max_briefs=40)
        result = ts.run(path)
    kept = Counter(row["seeds"]["pair"] for row in rows(result.path))
    assert set(kept.values()) == {2}
    woman, man = table(result.summary.tables, "whole pairs of").rows
    assert woman[1:] == man[1:]


def test_a_pair_that_repeats_another_goes_as_a_whole(project: Project) -> None:
    with ChatServer(script=qa_replies) as server:
        path = flipped_job(
            project, server.url, quality=["near_duplicates"], count=30, max_briefs=48
        )
        with pytest.raises(ShortError):
            ts.run(path)
        run = path.parent / "outputs/trial"
    kept = Counter(row["seeds"]["pair"] for row in rows(run))
    dropped = Counter(row["seeds"]["pair"] for row in rows(run, "dropped"))
    assert set(kept.values()) == set(dropped.values()) == {2}
    gone = {row["verdicts"][-1]["details"]["index"] // 2 for row in rows(run, "dropped")}
    assert gone.isdisjoint(row["index"] // 2 for row in rows(run, "dropped"))


def test_the_same_rows_and_tables_at_any_concurrency(project: Project) -> None:
    found = []
    for at_once in (1, 32):
        with ChatServer(script=biased) as server:
            path = flipped_job(project, server.url, concurrency=at_once)
            result = ts.run(path, out=path.parent / f"out{at_once}")
        found.append(((result.path / "rows/kept.jsonl").read_bytes(), result.summary.tables))
    assert found[0] == found[1]
    pairs = Counter(row["seeds"]["pair"] for row in rows(result.path))
    assert set(pairs.values()) == {2}


@pytest.mark.parametrize("method", ["support", "dialogue", "qa"])
def test_any_method_writes_pairs(project: Project, method: str) -> None:
    with ChatServer(script=ServiceDesk() if method == "support" else asking_text) as server:
        path = flipped_job(
            project, server.url, method=method, count=8, quality=[],
            inputs={"documents": "facts.csv", "personas": "people.jsonl"}
            if method == "support"
            else {"documents": "faq.csv", "personas": "people.jsonl"},
        )  # fmt: skip
        (path.parent / "facts.csv").write_text(FACTS, "utf8")
        result = ts.run(path)
    kept = rows(result.path)
    assert len(kept) == 8
    for one, two in zip(kept[::2], kept[1::2], strict=True):
        assert one["seeds"] == two["seeds"]
        same = ("mood", "channel", "outcome")
        assert [one["facets"].get(f) for f in same] == [two["facets"].get(f) for f in same]
        assert (one["facets"]["gender"], two["facets"]["gender"]) == ("woman", "man")


def test_a_facet_is_flipped_as_well(project: Project, server: ChatServer) -> None:
    path = flipped_job(
        project, server.url, flip={"mood": ["angry", "polite"]}, count=12,
        quotas={"mood": "exact"}, vary={"mood": ["angry", "polite", "sad"], "tone": ["a", "b"]},
    )  # fmt: skip
    kept = rows(ts.run(path).path)
    assert Counter(row["facets"]["mood"] for row in kept) == {"angry": 6, "polite": 6}
    assert all(
        one["facets"]["tone"] == two["facets"]["tone"]
        for one, two in zip(kept[::2], kept[1::2], strict=True)
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"flip": {"a": ["1", "2"], "b": ["1", "2"]}}, "one attribute"),
        ({"flip": {"a": ["1"]}}, "two to six different values"),
        ({"inputs": {"documents": "faq.csv"}}, "nothing carries 'gender'"),
    ],
)
def test_what_cannot_be_flipped_is_refused(
    project: Project, fields: dict[str, Any], words: str
) -> None:
    path = flipped_job(project, "http://127.0.0.1:9/v1", **fields)
    with pytest.raises(JobError, match=words):
        prepare(load_job(path))


def test_p_values_are_exact_and_corrected() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 5) == 1.0
    assert sign_test(0, 6) == pytest.approx(2 / 64)
    assert sign_test(1, 9) == pytest.approx(22 / 1024)
    assert sign_test(900, 1100) == pytest.approx(8.6e-6, rel=0.1)
    # Holm's own way: the smallest times three, the next times two, never falling.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
