"""Personas inferred, grown, and used in a job: from documents to rows, against a chat server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import asking_text, prompt_texts, request_digest
from textsynth.cli import app
from textsynth.errors import JobError, ProviderError
from textsynth.reading import samples
from textsynth.records import Table

JOBS = ("baker", "pilot", "nurse", "smith", "clerk", "diver", "judge", "monk")
TOWNS = ("Leeds", "Cork", "Oslo", "Ghent", "Turin", "Lyon", "Porto", "Bergen", "Graz", "Izmir")
BAKER = "A baker of Leeds who sells bread at the harbour and fears the winter storms."
FEARS = ("storms", "bills", "queues", "ladders", "debt", "silence", "rust", "dogs", "tides")


def asks_for_one(request: dict[str, Any]) -> bool:
    said = prompt_texts(request)[-1]
    return "One person who" in said or "One other person who" in said


def person(request: dict[str, Any]) -> str:
    """A person whose words depend on the request alone; questions for anything else."""
    if not asks_for_one(request):
        return str(asking_text(request))
    key = request_digest(request)
    work, town, fear = (words[key[n] % len(words)] for n, words in enumerate((JOBS, TOWNS, FEARS)))
    code = key.hex()[:10]
    return json.dumps(
        {
            "occupation": f"{work} in {town}",
            "age_band": ("18-24", "35-44", "75+")[key[4] % 3],
            "description": f"Works as a {work} {code[:5]} near {town} {code[5:]} among {fear}. "
            f"Wants {key.hex()[10:16]} and fears {key.hex()[16:22]} when it rains on {fear}.",
            "expertise": f"{work}s", "background": f"Born in {town}.",
            "tone": "dry", "language_style": "short",
        }
    )  # fmt: skip


@pytest.fixture
def people_server() -> Iterator[ChatServer]:
    with ChatServer(script=person, structured="schema") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that one works in, with eight chunks of text."""
    monkeypatch.chdir(tmp_path)
    rows = [
        f'f{i},"Fee number {i}","It costs {i + 2} pounds and takes {i} days."' for i in range(8)
    ]
    (tmp_path / "faq.csv").write_text("\n".join(["id,question,answer", *rows]), "utf8")
    return tmp_path


def provider(server: ChatServer) -> dict[str, Any]:
    return {"openai": {"base_url": server.url, "model": "scripted-model", "concurrency": 4}}


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def seed_file(home: Path, count: int = 4) -> Path:
    path = home / "seeds.jsonl"
    rows = [
        {"id": f"s{n}", "description": f"A {work} of {TOWNS[n]}.", "language": "en",
         "licence": "CC0-1.0"}
        for n, work in enumerate(JOBS[:count])
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    return path


def test_infer_writes_personas_with_their_lineage(home: Path, people_server: ChatServer) -> None:
    out = home / "personas" / "mine.jsonl"
    found = ts.personas.infer(
        "faq.csv", out=out, provider=provider(people_server), licence="CC0-1.0"
    )
    rows = read(out)
    assert found.count == len(rows) == 16
    assert not found.short
    chunks = Counter(row["parent"] for row in rows)
    assert set(chunks.values()) == {2}
    assert len({row["id"] for row in rows}) == 16
    for row in rows:
        assert set(row) == {
            "id", "description", "background", "language_style", "attributes", "language",
            "source", "licence", "parent", "relation", "depth", "run",
            "file",
        }  # fmt: skip
        assert (row["file"], row["licence"], row["run"]) == ("faq.csv", "CC0-1.0", "infer-mine")
        assert set(row["attributes"]) == {
            "age_band", "gender", "occupation", "expertise", "tone",
        }  # fmt: skip
    assert Counter(row["attributes"]["gender"] for row in rows) == {"female": 8, "male": 8}
    assert len({row["relation"] for row in rows}) == 6


def test_infer_again_asks_nothing_and_writes_the_same(
    home: Path, people_server: ChatServer
) -> None:
    out = home / "mine.jsonl"
    ts.personas.infer("faq.csv", out=out, provider=provider(people_server))
    asked, before = people_server.requests, out.read_bytes()
    ts.personas.infer("faq.csv", out=out, provider=provider(people_server))
    assert (people_server.requests, out.read_bytes()) == (asked, before)


def test_infer_spares_a_file_that_it_did_not_write(home: Path, people_server: ChatServer) -> None:
    out = seed_file(home)
    before = out.read_bytes()
    with pytest.raises(JobError, match="was not made by 'infer-seeds'"):
        ts.personas.infer("faq.csv", out=out, provider=provider(people_server))
    assert out.read_bytes() == before
    assert people_server.requests == 0


def test_infer_runs_a_job_file(home: Path, people_server: ChatServer) -> None:
    job = {
        "name": "mine", "method": "persona_infer", "count": 5,
        "provider": provider(people_server), "quality": ["length"],
        "inputs": {"documents": {"paths": "faq.csv", "licence": "CC-BY-4.0"}},
        "vary": {"interest": ["writes it"]},
    }  # fmt: skip
    (home / "job.yaml").write_text(json.dumps(job), "utf8")
    found = ts.personas.infer(out=home / "mine.jsonl", job=home / "job.yaml")
    rows = read(found.path)
    assert len(rows) == 5
    assert {(row["relation"], row["licence"]) for row in rows} == {("writes it", "CC-BY-4.0")}
    (home / "qa.yaml").write_text(json.dumps({**job, "method": "qa", "vary": {}}), "utf8")
    with pytest.raises(JobError, match="method is persona_infer"):
        ts.personas.infer(out=home / "other.jsonl", job=home / "qa.yaml")


def test_what_falls_short_is_written_all_the_same(home: Path) -> None:
    def same(request: dict[str, Any]) -> str:
        said = person(request)
        words = "Works as a baker in Leeds, and fears that the oven goes out one night."
        if not asks_for_one(request):
            return said
        return json.dumps({**json.loads(said), "description": words})

    with ChatServer(script=same, structured="schema") as server:
        found = ts.personas.infer("faq.csv", out=home / "m.jsonl", provider=provider(server))
    assert (found.short, found.count, len(read(home / "m.jsonl"))) == (True, 1, 1)
    assert "15 of 16 rows are missing" in found.notes[0]


def test_from_documents_to_rows_of_a_job(
    home: Path, people_server: ChatServer, project: Project
) -> None:
    out = home / "personas" / "mine.jsonl"
    ts.personas.infer("faq.csv", out=out, provider=provider(people_server))
    job = project(
        people_server.url, count=16,
        inputs={
            "documents": "faq.csv",
            "personas": {
                "from": "personas/mine.jsonl", "pick": "relevant", "each": 4, "diversity": 0.3,
                "quotas": {"gender": "equal"}, "exclude": {"words": ["baker"], "language": "match"},
            },
        },
    )  # fmt: skip
    found = ts.personas.choose(job, limit=2)
    assert [len(one.personas) for one in found] == [4, 4]
    result = ts.run(job)
    tables = {table.title: table for table in result.summary.tables}
    assert list(tables)[:3] == [
        "Personas used", "Breadth of personas and of seeds", "Shares of personas"
    ]  # fmt: skip
    shares = {(row[0], row[1]): row[2] for row in tables["Shares of personas"].rows}
    assert sum(int(n) for n in shares.values()) == 16
    assert min(int(n) for n in shares.values()) >= 4
    first = samples(result.path, 1)[0]
    why = ts.explain(first["id"], result.path)["tables"][0]
    assert isinstance(why, Table)
    assert why.rows[0][0] == first["seeds"]["persona"]
    bakers = {row["id"] for row in read(out) if "baker" in row["description"]}
    kept = samples(result.path, 99)
    assert not bakers & {row["seeds"]["persona"] for row in kept}
    (source,) = [s for s in result.summary.sources if s.path.endswith("mine.jsonl")]
    assert source.note == f"{len(bakers)} left out (word 'baker': {len(bakers)})"


def test_grow_goes_from_round_to_round(home: Path, people_server: ChatServer) -> None:
    seeds, out = seed_file(home), home / "grown.jsonl"
    found = ts.personas.grow(seeds, out=out, rounds=3, provider=provider(people_server))
    rows = read(out)
    assert [(one["made"], one["new"]) for one in found.rounds] == [(8, 8), (16, 16), (32, 32)]
    assert Counter(row["depth"] for row in rows) == {1: 8, 2: 16, 3: 32}
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        assert row["licence"] == "CC0-1.0"
        if row["depth"] == 1:
            assert row["parent"] in {"s0", "s1", "s2", "s3"}
        else:
            assert by_id[row["parent"]]["depth"] == row["depth"] - 1
    assert len({row["relation"] for row in rows}) == 8
    assert len({row["id"] for row in rows}) == 56


def test_grow_asks_for_nothing_twice_also_with_one_round_more(
    home: Path, people_server: ChatServer
) -> None:
    seeds, out = seed_file(home), home / "grown.jsonl"
    ts.personas.grow(seeds, out=out, rounds=1, provider=provider(people_server))
    asked = people_server.requests
    first = read(out)
    found = ts.personas.grow(seeds, out=out, rounds=2, provider=provider(people_server))
    assert people_server.requests - asked <= 16 + 3
    assert read(out)[:8] == first
    assert found.count == 24


def test_a_grow_that_broke_off_goes_on(home: Path) -> None:
    seeds, out = seed_file(home), home / "grown.jsonl"
    answered = 0

    def breaking(request: dict[str, Any]) -> str:
        nonlocal answered
        answered += 1
        if answered == 14:
            server.faults = Faults(fail_all=401)
        return person(request)

    with ChatServer(script=breaking, structured="schema") as server:
        spec = provider(server)
        with pytest.raises(ProviderError):
            ts.personas.grow(seeds, out=out, rounds=2, provider=spec)
        assert not out.exists()
        server.faults, before = Faults(), answered
        found = ts.personas.grow(seeds, out=out, rounds=2, provider=spec)
    assert found.count == 24
    assert answered - before <= 14


def test_grow_stops_early_when_little_is_new(home: Path) -> None:
    def few(request: dict[str, Any]) -> str:
        if not asks_for_one(request):
            return person(request)
        words = json.loads(person(request))
        text = f"Works as a {words['occupation'][:4]}. Sells rope at the harbour and fears the "
        return json.dumps({**words, "description": text + "winter storms of the wide bay."})

    with ChatServer(script=few, structured="schema") as server:
        found = ts.personas.grow(
            seed_file(home), out=home / "g.jsonl", rounds=6, provider=provider(server)
        )
    assert len(found.rounds) < 6
    assert found.count == sum(one["new"] for one in found.rounds) < found.counts["kept"]
    assert any("fewer than 10 %" in words for words in found.notes)


def test_grow_ends_at_a_count_and_may_begin_with_its_seeds(
    home: Path, people_server: ChatServer
) -> None:
    out = home / "grown.jsonl"
    spec = provider(people_server)
    for _ in range(2):
        found = ts.personas.grow(
            seed_file(home), out=out, rounds=4, count=10, with_seeds=True, provider=spec
        )
        rows = read(out)
        assert (found.count, len(rows), found.short) == (10, 14, False)
        assert [row["id"] for row in rows[:4]] == ["s0", "s1", "s2", "s3"]
        assert len(found.rounds) == 2


@pytest.mark.parametrize("rounds", [0, 7])
def test_more_than_six_rounds_are_refused_with_the_reason(home: Path, rounds: int) -> None:
    with pytest.raises(JobError, match="lead back to the same people"):
        ts.personas.grow(seed_file(home), out=home / "g.jsonl", rounds=rounds)


def test_commands_print_counts_and_end_as_the_run_did(
    home: Path, people_server: ChatServer, project: Project
) -> None:
    spec = json.dumps(provider(people_server))
    ran = CliRunner().invoke(
        app, ["personas", "infer", "faq.csv", "-o", "mine.jsonl", "--provider", spec, "--quiet"]
    )
    assert ran.exit_code == 0, ran.output
    assert "16 personas in mine.jsonl" in ran.output
    assert "16 briefs, 16 kept, 0 dropped, 0 failed" in ran.output
    args = ["personas", "grow", "mine.jsonl", "-o", "more.jsonl", "--provider", spec, "--json"]
    ran = CliRunner().invoke(app, args)
    made = json.loads(ran.stdout)
    assert (ran.exit_code, made["count"], made["rounds"][0]["made"]) == (0, 32, 32)
    job = project(
        people_server.url,
        inputs={"documents": "faq.csv",
                "personas": {"from": "mine.jsonl", "pick": "relevant", "each": 2}},
    )  # fmt: skip
    ran = CliRunner().invoke(app, ["personas", "choose", str(job), "--chunk", "3", "--json"])
    assert ran.exit_code == 0, ran.output
    (one,) = json.loads(ran.stdout)
    assert one["number"] == 3
    assert [row[0] for row in one["table"]["rows"]][:2] == [p["id"] for p in one["personas"]]
    ran = CliRunner().invoke(app, ["personas", "choose", str(job)])
    assert ran.stdout.count("chunk ") >= 5
    ran = CliRunner().invoke(app, ["personas", "choose", str(job), "--chunk", "no such words"])
    assert ran.exit_code == 2


def test_choose_needs_personas_that_are_chosen(home: Path, project: Project) -> None:
    job = project("http://127.0.0.1:9/v1")
    with pytest.raises(JobError, match="`pick: all`, 6 personas and 12 chunks"):
        ts.personas.choose(job)


def test_check_warns_of_personas_in_another_language(home: Path, project: Project) -> None:
    job = project("http://127.0.0.1:9/v1")
    (home / "people.jsonl").write_text(
        '{"id": "a", "description": "A baker.", "language": "en"}\n'
        '{"id": "b", "description": "빵집 주인입니다.", "language": "ko"}\n', "utf8",
    )  # fmt: skip
    warned = ts.check(job, endpoint=False).warnings
    assert any("1 of 2 personas are in another language" in words for words in warned)


@pytest.mark.parametrize("command", ["infer", "grow"])
def test_commands_that_fall_short_end_with_four_and_one_json(home: Path, command: str) -> None:
    def one(request: dict[str, Any]) -> str:
        said = person(request)
        if not asks_for_one(request):
            return said
        return json.dumps({**json.loads(said), "description": BAKER})

    seeds = home / "seeds.jsonl"
    seeds.write_text(json.dumps({"id": "b", "description": BAKER, "language": "en"}), "utf8")
    with ChatServer(script=one, structured="schema") as server:
        asked = ["faq.csv"] if command == "infer" else [str(seeds), "--count", "2"]
        words = ["personas", command, *asked, "-o", "out.jsonl", "--json", "--provider"]
        ran = CliRunner().invoke(app, [*words, json.dumps(provider(server))])
    assert ran.exit_code == 4, ran.output
    found = json.loads(ran.stdout)
    assert (found["short"], found["count"]) == (True, 1 if command == "infer" else 0)
    assert found["notes"]


def test_a_grow_of_nobody_new_is_short(home: Path) -> None:
    def one(request: dict[str, Any]) -> str:
        return json.dumps({**json.loads(person(request)), "description": BAKER})

    (home / "s.jsonl").write_text(json.dumps({"id": "b", "description": BAKER}), "utf8")
    with ChatServer(script=one, structured="schema") as server:
        found = ts.personas.grow("s.jsonl", out="o.jsonl", per_persona=1, provider=provider(server))
    assert (found.counts["kept"], found.count, found.short) == (1, 0, True)
    assert found.notes == ["nobody is new: each repeats an earlier persona"]


def test_a_command_that_falls_short_ends_with_4_and_no_fault(
    home: Path, people_server: ChatServer
) -> None:
    spec = json.dumps(provider(people_server))
    words = ["personas", "infer", "faq.csv", "-o", "mine.jsonl", "--provider", spec, "--quiet"]
    found = CliRunner().invoke(app, [*words, "--count", "500"])
    assert found.exit_code == 4, found.output
    assert "fault" not in found.output
