"""Taxonomies grown level by level, against a chat server: what is asked, merged, kept and told."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import textsynth as ts
from tests.servers.chat import ChatServer, Faults
from tests.servers.scripts import prompt_texts
from textsynth import taxonomies
from textsynth.cli import app
from textsynth.errors import JobError, ProviderError
from textsynth.live import View
from textsynth.runner import run
from textsynth.taxonomy.orders import Order
from textsynth.taxonomy.tree import Node, words_of
from textsynth.taxonomy_growth import grow_into

ROOT = Path(__file__).parents[1]
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo")


def read_tree(path: str | Path) -> tuple[Node, str]:
    tree = taxonomies.read(path)
    return tree.root, tree.language


def write_tree(path: Path, root: Node, language: str) -> None:
    taxonomies.write(taxonomies.Tree(root, language), path)


def subject(request: dict[str, Any]) -> str:
    """The path of the node that is asked about."""
    said = "\n".join(prompt_texts(request)[3:])
    path = re.findall(r"(?m)^(?:Subject|주제): (.+)$", said)[-1]
    below = re.findall(r'(?m)^Now only the \w+ "(.+?)"', said)[1:]
    return " > ".join([re.sub(r" ?\(.*\)$", "", str(path)), *below])


def angle(request: dict[str, Any]) -> int:
    said = prompt_texts(request)[1]
    ways = ("textbook", "come to", "headings")
    return next(n for n, words in enumerate(ways) if words in said)


def word(*parts: object) -> str:
    """A name that depends on its parts alone, and is like no other."""
    dice = random.Random(repr(parts))
    return "".join(dice.choice(SYLLABLES) for _ in range(5)).capitalize()


def topics(request: dict[str, Any]) -> str:
    """Six topics, of which three are the same whichever way one asks."""
    path = subject(request)
    names = [word(path, n) for n in range(3)] + [word(path, angle(request), n) for n in range(3)]
    return "\n".join(f"{n}. **{name}**: about {name.lower()}" for n, name in enumerate(names, 1))


@pytest.fixture
def topic_server() -> Iterator[ChatServer]:
    with ChatServer(script=topics) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that one works in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def provider(server: ChatServer, concurrency: int = 4) -> dict[str, Any]:
    return {
        "openai": {"base_url": server.url, "model": "scripted-model", "concurrency": concurrency}
    }


def test_a_tree_is_grown_to_its_depth_and_written_as_yaml(
    home: Path, topic_server: ChatServer
) -> None:
    found = ts.taxonomies.grow(
        "Retail banking", depth=2, branching=4, about="for people", provider=provider(topic_server)
    )
    assert found.path == Path("retail-banking.yaml")
    root, language = read_tree(found.path)
    assert (root, language) == (found.tree, "en")
    assert (found.nodes, found.leaves, root.depth()) == (1 + 4 + 16, 16, 2)
    assert root.about == "for people"
    # Those that all three lists name come first, then the first that only one of them does.
    assert [node.name for node in root.children] == [
        *(word("Retail banking", n) for n in range(3)), word("Retail banking", 0, 0),
    ]  # fmt: skip
    assert root.children[0].about == f"about {root.children[0].name.lower()}"
    assert topic_server.requests == 3 * (1 + 4)
    assert dict(found.counts) == {"briefs": 15, "kept": 15, "dropped": 0, "failed": 0}
    assert [dict(one) for one in found.rounds] == [
        {"round": 1, "again": 0, "nodes": 1, "named": 12, "new": 4},
        {"round": 2, "again": 0, "nodes": 4, "named": 48, "new": 16},
    ]
    assert not found.short
    assert not found.notes
    assert len(found.spare["Retail banking"]) == 8
    text = found.path.read_text("utf8")
    assert text.startswith("language: en\nRetail banking:\n  about: for people\n")


def test_a_prompt_knows_the_path_and_what_stands_beside(home: Path) -> None:
    said: list[list[str]] = []

    def reply(request: dict[str, Any]) -> str:
        said.append(prompt_texts(request))
        return topics(request)

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow(
            "Bees", branching=3, variants=1, about="of all kinds", provider=provider(server)
        )
    one, two, three = (node.name for node in found.tree.children)
    # Three more than are wanted are asked for.
    ask = "A textbook of this subject has {} chapters. List them."
    assert said[0][3:] == [f"Subject: Bees (of all kinds)\n\n{ask.format(6)}"]
    assert [
        f"Subject: Bees\n\n{ask.format(3)}",
        "\n".join(f"{name}: about {name.lower()}" for name in (one, two, three)),
        f'Now only the chapter "{two}" (about {two.lower()}), as a subject of its own.\n\n'
        "A textbook of it has 6 chapters. List them.",
    ] in [texts[5:] for texts in said]
    assert len(said) == 4


def test_again_it_asks_nothing_and_writes_the_same(home: Path, topic_server: ChatServer) -> None:
    first = ts.taxonomies.grow("Bees", branching=3, provider=provider(topic_server))
    asked, before = topic_server.requests, first.path.read_bytes()
    record = Path("outputs/grow-bees/grown.json").read_bytes()
    ts.taxonomies.grow("Bees", branching=3, provider=provider(topic_server))
    assert (topic_server.requests, first.path.read_bytes()) == (asked, before)
    assert Path("outputs/grow-bees/grown.json").read_bytes() == record


def test_a_level_more_asks_only_for_that_level(home: Path, topic_server: ChatServer) -> None:
    spec = provider(topic_server)
    first = ts.taxonomies.grow("Bees", depth=1, branching=3, provider=spec)
    asked = topic_server.requests
    second = ts.taxonomies.grow("Bees", depth=2, branching=3, provider=spec)
    assert topic_server.requests - asked == 9
    assert [n.name for n in second.tree.children] == [n.name for n in first.tree.children]


@pytest.mark.parametrize("concurrency", [1, 16])
def test_who_answers_first_changes_nothing(home: Path, concurrency: int) -> None:
    with ChatServer(script=topics) as server:
        plain = ts.taxonomies.grow("Bees", out="a.yaml", provider=provider(server))
    with ChatServer(script=topics) as server:
        server.latency, server.jitter = 0.01, 0.9
        other = ts.taxonomies.grow("Bees", out="b.yaml", provider=provider(server, concurrency))
    assert plain.path.read_bytes() == other.path.read_bytes()
    assert (plain.merges, plain.dropped, plain.spare) == (other.merges, other.dropped, other.spare)


def test_what_says_the_same_or_is_no_topic_is_told_and_left_out(home: Path) -> None:
    def reply(request: dict[str, Any]) -> str:
        own = "Debit card" if angle(request) else "Debit Cards"
        return f"1. {own}: plastic\n2. Other\n3. Banking\n4. How do I pay?\n5. Fees: costs"

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow("Banking", depth=1, branching=2, provider=provider(server))
    assert [node.name for node in found.tree.children] == ["Debit Cards", "Fees"]
    assert [dict(one) for one in found.merges] == [
        {"under": "Banking", "gone": "Debit card", "into": "Debit Cards"}
    ]
    assert {(one["name"], one["why"]) for one in found.dropped} == {
        ("Other", "too general"), ("Banking", "repeats 'Banking' above it"),
        ("How do I pay?", "a sentence"),
    }  # fmt: skip
    record = json.loads(Path("outputs/grow-banking/grown.json").read_text("utf8"))
    assert record["dropped"] == [dict(one) for one in found.dropped]


def test_what_stands_beside_a_node_is_not_put_below_it(home: Path) -> None:
    def reply(request: dict[str, Any]) -> str:
        return "Loans\nCards" if subject(request) == "Banking" else "Cards\nLoans\nFees\nRules"

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow("Banking", branching=2, provider=provider(server))
    assert [words_of(path) for path in found.tree.leaves()] == [
        f"Banking > {name} > {below}" for name in ("Loans", "Cards") for below in ("Fees", "Rules")
    ]
    assert [(one["name"], one["why"]) for one in found.dropped] == [
        ("Cards", "stands beside it already as 'Cards'"), ("Loans", "repeats 'Loans' above it"),
        ("Cards", "repeats 'Cards' above it"), ("Loans", "stands beside it already as 'Loans'"),
    ]  # fmt: skip


def test_the_same_name_in_two_places_is_kept_and_told(home: Path) -> None:
    def reply(request: dict[str, Any]) -> str:
        path = subject(request)
        return "Loans: a\nCards: b" if path == "Banking" else f"Fees: x\n{word(path)}: y"

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow("Banking", branching=2, provider=provider(server))
    assert [words_of(path) for path in found.tree.leaves() if path[-1].name == "Fees"] == [
        "Banking > Loans > Fees", "Banking > Cards > Fees",
    ]  # fmt: skip
    assert dict(found.repeats) == {"fees": ["Banking > Loans > Fees", "Banking > Cards > Fees"]}


def test_a_node_with_few_topics_is_asked_once_more_with_those_that_are_known(home: Path) -> None:
    def reply(request: dict[str, Any]) -> str:
        known = prompt_texts(request)[-2] == "Honey\nHives"
        return "Wasps\nAnts" if known else "Honey\nHives"

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow("Bees", depth=1, branching=6, provider=provider(server))
        assert server.requests == 6
    assert [node.name for node in found.tree.children] == ["Honey", "Hives", "Wasps", "Ants"]
    assert [one["again"] for one in found.rounds] == [0, 1]


def test_a_tree_that_a_person_pruned_grows_on(home: Path, topic_server: ChatServer) -> None:
    spec = provider(topic_server)
    first = ts.taxonomies.grow("Bees", depth=1, branching=3, provider=spec)
    asked = topic_server.requests
    root, _ = read_tree(first.path)
    del root.children[1]
    root.children[0].children = [Node("Written by hand")]
    write_tree(Path("pruned.yaml"), root, "de")
    found = ts.taxonomies.grow(seed_tree="pruned.yaml", out="full.yaml", branching=3, provider=spec)
    assert topic_server.requests - asked == 3
    assert [c.name for c in found.tree.children] == [c.name for c in root.children]
    assert [c.name for c in found.tree.children[0].children] == ["Written by hand"]
    assert len(found.tree.children[1].children) == 3
    assert read_tree("full.yaml")[1] == "de"
    assert read_tree("pruned.yaml")[0] == root


def test_a_file_that_somebody_edited_is_spared(home: Path, topic_server: ChatServer) -> None:
    spec = provider(topic_server)
    found = ts.taxonomies.grow("Bees", depth=1, branching=3, provider=spec)
    found.path.write_text(found.path.read_text("utf8") + "# mine\n", "utf8")
    asked = topic_server.requests
    with pytest.raises(JobError, match="is not the tree as it was grown there"):
        ts.taxonomies.grow("Bees", depth=2, branching=3, provider=spec)
    assert topic_server.requests == asked
    assert found.path.read_text("utf8").endswith("# mine\n")


def test_a_tree_may_grow_on_in_its_own_file(home: Path, topic_server: ChatServer) -> None:
    write_tree(Path("mine.yaml"), Node("Bees", "", [Node("Honey"), Node("Hives")]), "en")
    for _ in range(2):
        found = ts.taxonomies.grow(
            seed_tree="mine.yaml", out="mine.yaml", branching=2, provider=provider(topic_server)
        )
        assert found.leaves == 4
    assert topic_server.requests == 6


def test_a_bundled_tree_can_be_grown_from(home: Path, topic_server: ChatServer) -> None:
    found = ts.taxonomies.grow(
        seed_tree="taxonomies/retail-banking.yaml", out="more.yaml", depth=2,
        provider=provider(topic_server),
    )  # fmt: skip
    assert (found.leaves, topic_server.requests) == (97, 0)
    assert read_tree(found.path) == read_tree(ROOT / "taxonomies" / "retail-banking.yaml")


def test_lists_that_fail_are_told_and_a_level_that_brings_nothing_is_short(home: Path) -> None:
    def reply(request: dict[str, Any]) -> str:
        return "Honey\nHives" if subject(request) == "Bees" else "I cannot help with that."

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow("Bees", branching=2, provider=provider(server))
    assert found.short
    assert (found.counts["failed"], found.leaves) == (6, 2)
    assert "6 of 6 lists failed" in found.notes[0]
    assert found.notes[1] == "round 2: nothing fit below Bees > Honey; Bees > Hives"
    assert read_tree(found.path)[0] == found.tree


def test_a_budget_ends_it_and_what_there_is_is_written(
    home: Path, topic_server: ChatServer
) -> None:
    found = grow_into(
        Path("t.yaml"), "Bees", home=Path("runs"), name="t",
        run=lambda job, out: run(job, out=out, view=View()),
        order=Order(
            branching=3, budget_usd=0.001, provider=provider(topic_server),
            prices={"scripted-model": {"input": 2.0, "output": 2000.0}},
        ),
    )  # fmt: skip
    assert found.short
    assert found.notes
    assert found.cost is not None
    assert found.cost > 0
    assert read_tree(found.path)[0].depth() <= 1


def test_runs_stand_in_the_folder_that_is_given(home: Path, topic_server: ChatServer) -> None:
    place = Path("outputs/my-job/stages/taxonomy")
    part = ts.load_job(job_file(home, topic_server)).provider
    found = grow_into(
        place / "tree.yaml", "Bees", home=place, name="my-job-taxonomy",
        run=lambda job, out: run(job, out=out),
        order=Order(depth=1, branching=3, provider=part),
    )  # fmt: skip
    assert list(found.runs) == [place / "round-1"]
    assert {path.name for path in place.iterdir()} == {
        "tree.yaml", "grown.json", "from-1.jsonl", "round-1",
    }  # fmt: skip


def job_file(home: Path, server: ChatServer) -> Path:
    path = home / "job.yaml"
    job = {"name": "j", "method": "taxonomy_grow", "count": "all", "provider": provider(server),
           "inputs": {"frontier": {"topics": ["Bees"]}}}  # fmt: skip
    path.write_text(yaml.safe_dump(job), "utf8")
    return path


def test_a_role_may_have_a_model_of_its_own(home: Path, topic_server: ChatServer) -> None:
    seen: list[str] = []

    def reply(request: dict[str, Any]) -> str:
        seen.append(f"{angle(request)} {request['model']}")
        return topics(request)

    topic_server.script = reply
    ts.taxonomies.grow(
        "Bees", depth=1, provider=provider(topic_server, 1), models={"organiser": "other-model"}
    )
    assert sorted(seen) == ["0 scripted-model", "1 other-model", "2 scripted-model"]


def test_more_variants_than_ways_ask_the_same_once_more(
    home: Path, topic_server: ChatServer
) -> None:
    ts.taxonomies.grow("Bees", depth=1, variants=5, provider=provider(topic_server))
    assert topic_server.requests == 5
    rows = Path("outputs/grow-bees/round-1/rows/kept.jsonl").read_text("utf8").splitlines()
    asked = sorted(
        (row["columns"]["visit"], row["columns"]["angle"]) for row in map(json.loads, rows)
    )
    assert [name for _, name in asked] == ["contents", "parts", "questions", "contents", "parts"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"depth": 0}, "Depth is 0"),
        ({"depth": 7}, "Depth is 7"),
        ({"branching": 1}, "Branching is 1"),
        ({"variants": 13}, "Variants is 13"),
        ({"root": " "}, "No subject is named"),
        ({"seed_tree": Node("Wasps")}, "has the root 'Wasps', not 'Bees'"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused(
    home: Path, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(JobError, match=words):
        ts.taxonomies.grow(**{"root": "Bees", **options})
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "x.csv"], "A tree cannot be written to 'x.csv'"),
        (["-o", str(ROOT / "taxonomies/mine.yaml")], "comes with textsynth and is not written to"),
        (["--provider", "nope"], "error: There is no 'nope' among providers"),
        (["--model", "pilot=m"], "error: There is no role 'pilot' in this job. Known: enquirer"),
        (["--budget-usd", "1"], "The price of scripted-model is unknown"),
    ],
    ids=["a table", "brought", "provider", "role", "price"],
)
def test_what_cannot_be_is_told_without_a_job_file(
    home: Path, topic_server: ChatServer, options: list[str], words: str
) -> None:
    given = json.dumps(provider(topic_server))
    ran = CliRunner().invoke(app, ["taxonomy", "grow", "X", "--provider", given, *options])
    assert (ran.exit_code, topic_server.requests) == (2, 0)
    said = " ".join(ran.stderr.split())
    assert words in said
    assert "job.yaml" not in said


def test_a_budget_is_kept_with_prices_of_ones_own(home: Path, topic_server: ChatServer) -> None:
    (home / "prices.yaml").write_text("scripted-model: {input: 1.0, output: 1.0}\n", "utf8")
    given = json.dumps(provider(topic_server))
    spend = ["--provider", given, "--budget-usd", "1", "--prices", "prices.yaml", "--depth", "1"]
    ran = CliRunner().invoke(app, ["taxonomy", "grow", "X", *spend])
    assert ran.exit_code == 0, ran.stderr
    assert (home / "x.yaml").is_file()


def test_a_growing_that_broke_off_goes_on(home: Path) -> None:
    answered = 0

    def breaking(request: dict[str, Any]) -> str:
        nonlocal answered
        answered += 1
        if answered == 6:
            server.faults = Faults(fail_all=401)
        return topics(request)

    with ChatServer(script=breaking) as server:
        spec = provider(server)
        with pytest.raises(ProviderError):
            ts.taxonomies.grow("Bees", branching=4, provider=spec)
        assert not Path("bees.yaml").exists()
        server.faults, before = Faults(), answered
        found = ts.taxonomies.grow("Bees", branching=4, provider=spec)
    assert found.leaves == 16
    assert answered - before <= 15 - 5


def test_killed_and_started_again_it_asks_nothing_twice(
    home: Path, topic_server: ChatServer
) -> None:
    whole = ts.taxonomies.grow(
        "Bees", out="whole.yaml", branching=6, provider=provider(topic_server)
    ).path.read_bytes()
    topic_server.latency = 0.15
    before, asked = dict(topic_server.counts), topic_server.requests
    spec = json.dumps(provider(topic_server))
    words = ["taxonomy", "grow", "Bees", "-o", "killed.yaml", "--branching", "6"]
    command = [sys.executable, "-m", "textsynth", *words, "--provider", spec, "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while topic_server.requests < asked + 9 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    assert process.poll() is None, "it ended before it could be killed"
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert Path("killed.yaml").read_bytes() == whole
    repeated = sum(n - before.get(key, 0) - 1 for key, n in topic_server.counts.items())
    # Only what was not on disk when it was killed is asked once more: the four under way, and
    # replies that had come in but were not written yet.
    assert topic_server.requests - asked == 21 + repeated
    assert repeated <= 8


def test_the_command_tells_what_it_did(home: Path, topic_server: ChatServer) -> None:
    spec = json.dumps(provider(topic_server))
    words = ["taxonomy", "grow", "Bees", "--branching", "3", "--provider", spec, "--quiet"]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output
    assert "round 2: 3 topics divided, 36 names, 9 new topics" in ran.output
    assert "13 topics, 9 of them leaves, in bees.yaml" in ran.output
    assert "12 briefs, 12 kept, 0 dropped, 0 failed" in ran.output
    ran = CliRunner().invoke(app, [*words, "--json"])
    made = json.loads(ran.stdout)
    assert (made["leaves"], made["tree"]["name"]) == (9, "Bees")


def test_the_command_ends_with_four_when_it_is_short(home: Path) -> None:
    with ChatServer(script=lambda request: "I cannot help with that.") as server:
        spec = json.dumps(provider(server))
        ran = CliRunner().invoke(app, ["taxonomy", "grow", "Bees", "--provider", spec, "--quiet"])
    assert ran.exit_code == 4
    assert "nothing fit below Bees" in ran.output
    assert read_tree("bees.yaml")[0] == Node("Bees")


def test_a_korean_tree_is_asked_for_in_korean(home: Path) -> None:
    said: list[str] = []

    def reply(request: dict[str, Any]) -> str:
        said.append(prompt_texts(request)[-1])
        return "1. 예금: 돈을 맡기는 일\n2. 대출: 돈을 빌리는 일\n3. 기타\n4. Loans to people"

    with ChatServer(script=reply) as server:
        found = ts.taxonomies.grow(
            "소매 금융", depth=1, branching=3, language="ko", provider=provider(server)
        )
    assert found.path == Path("소매-금융.yaml")
    assert [node.name for node in found.tree.children] == ["예금", "대출"]
    assert all("주제: 소매 금융" in one and "Subject" not in one for one in said)
