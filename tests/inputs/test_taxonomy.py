"""Topics as an input: files of every kind, the Hub, inline, parts of a tree, and a whole run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from tests.servers.hub_reads import HubReads
from textsynth.errors import InputError, JobError
from textsynth.inputs import SHELF, Items, Row
from textsynth.inputs.taxonomy import Taxonomy
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.records import Closing, Sample

DATA = Path(__file__).parents[1] / "data"
NESTED = {"Bank": {"Deposits": ["Savings", "Terms"], "Cards": None}}
TEXTS = ["Bank > Deposits > Savings", "Bank > Deposits > Terms", "Bank > Cards"]


def made(**options: Any) -> Taxonomy:
    return Taxonomy.model_validate(options)


def texts(rows: Any) -> list[str]:
    return [row["text"] for row in rows]


def test_a_row_holds_all_that_prompts_may_say(tmp_path: Path) -> None:
    shutil.copy(DATA / "topics.txt", tmp_path)
    items = made(**{"from": "topics.txt"}).load(tmp_path)
    assert items.rows[0] == {
        "id": items.rows[0]["id"],
        "name": "Savings accounts",
        "path": ["Retail banking", "Deposits", "Savings accounts"],
        "level": 2,
        "text": "Retail banking > Deposits > Savings accounts",
        "about": "they pay interest",
        "branch": "Deposits",
        "weight": 1.0,
        "weights": [1.0, 3.0],
        "source": "topics.txt",
        "language": "en",
    }
    assert [row["name"] for row in items.rows] == [
        "Savings accounts", "Fixed terms", "Debit cards", "Credit cards", "Fees: all of them"
    ]  # fmt: skip
    (source,) = items.sources
    assert (source.path, source.kind, source.rows) == ("topics.txt", "txt", 5)
    assert len(source.sha256) == 64


FILES = {
    "a.txt": "Bank\n  Deposits\n    Savings\n    Terms\n  Cards\n",
    "a.md": "- Bank\n  - Deposits\n    - Savings\n    - Terms\n  - Cards\n",
    "plain": "Bank\n\tDeposits\n\t\tSavings\n\t\tTerms\n\tCards\n",
    "a.yaml": "Bank:\n  Deposits: [Savings, Terms]\n  Cards:\n",
    "a.json": json.dumps(NESTED),
    "rows.json": '[{"level1": "Bank", "level2": "Deposits", "level3": "Savings"},'
    ' {"level1": "Bank", "level2": "Deposits", "level3": "Terms"},'
    ' {"level1": "Bank", "level2": "Cards"}]',
    "a.csv": "level1,level2,level3\nBank,Deposits,Savings\n,,Terms\n,Cards,\n",
    "a.tsv": "name\tparent\nDeposits\tBank\nSavings\tDeposits\nTerms\tDeposits\nCards\tBank\n",
    "a.jsonl": '{"path": "Bank/Deposits/Savings"}\n{"path": "Bank/Deposits/Terms"}\n'
    '{"path": "Bank/Cards"}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_every_kind(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FILES[name], "utf-8-sig")
    items = made(**{"from": name}).load(tmp_path)
    assert texts(items.rows) == TEXTS
    assert items.sources[0].path == name


def test_parquet(tmp_path: Path) -> None:
    columns = {"path": [text.split(" > ") for text in TEXTS]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert texts(made(**{"from": "a.parquet"}).load(tmp_path).rows) == TEXTS
    assert texts(made(**{"from": {"hub": "a.parquet"}}).load(tmp_path).rows) == TEXTS


def test_korean_files_in_their_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("소매 금융\n  예금: 돈을 맡긴다\n  카드\n".encode("cp949"))
    rows = made(**{"from": "a.txt"}).load(tmp_path).rows
    assert [(row["name"], row["about"]) for row in rows] == [("예금", "돈을 맡긴다"), ("카드", "")]


@pytest.mark.parametrize("topics", [NESTED, FILES["a.txt"], TEXTS], ids=["nested", "text", "paths"])
def test_topics_in_the_job_itself(tmp_path: Path, topics: Any) -> None:
    items = made(topics=topics).load(tmp_path)
    assert texts(items.rows) == TEXTS
    assert (items.sources[0].path, items.sources[0].kind) == ("topics", "inline")


def test_a_file_with_several_tops_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "my-list.txt").write_text("Cards\n  Debit\nLoans\n")
    debit, loans = made(**{"from": "my-list.txt"}).load(tmp_path).rows
    assert (debit["path"], debit["text"], debit["branch"], debit["level"]) == (
        ["my list", "Cards", "Debit"], "Cards > Debit", "Cards", 2
    )  # fmt: skip
    assert (loans["path"], loans["branch"], loans["level"]) == (["my list", "Loans"], "Loans", 1)


def test_ids_stay_whatever_is_edited_elsewhere(tmp_path: Path) -> None:
    def ids(topics: Any) -> dict[str, str]:
        return {row["text"]: row["id"] for row in made(topics=topics).load(tmp_path).rows}

    before = ids(NESTED)
    after = ids({"Bank": {"Loans": {"Home": "about"}, "Deposits": ["New", "Savings"], "Cards": 3}})
    assert len({*before.values()}) == 3
    assert {text for text in before if after.get(text) == before[text]} == {TEXTS[0], TEXTS[2]}
    assert ids({"Bank": {"Deposits": ["Savings", "Fixed"]}})["Bank > Deposits > Fixed"] not in (
        before.values()
    )


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"level": 1}, ["Deposits", "Cards"]),
        ({"level": 2}, ["Savings", "Terms", "Cards"]),
        ({"level": 9}, ["Savings", "Terms", "Cards"]),
        ({"only": "Deposits"}, ["Savings", "Terms"]),
        ({"only": ["bank/deposits/terms", "Cards"]}, ["Terms", "Cards"]),
        ({"without": ["Deposits > Savings"]}, ["Terms", "Cards"]),
        ({"without": "Deposits", "level": 2}, ["Cards"]),
        ({"without": ["Savings", "Terms"]}, ["Deposits", "Cards"]),
    ],
)
def test_parts_of_a_tree(tmp_path: Path, options: dict[str, Any], names: list[str]) -> None:
    rows = made(topics=NESTED, **options).load(tmp_path).rows
    assert [row["name"] for row in rows] == names


def test_even_by_leaves_or_by_branches(tmp_path: Path) -> None:
    def shares(topics: Any, **options: Any) -> list[float]:
        part = made(topics=topics, **options)
        return [round(12 * share, 6) for share in part.walk(part.load(tmp_path).rows).shares]

    assert shares(NESTED) == [4, 4, 4]
    assert shares(NESTED, even="branches") == [3, 3, 6]
    assert shares(NESTED, even="branches", without=["Savings"]) == [6, 6]
    shared = {"Deposits": {"weight": 3, "Savings": None, "Terms": 2}, "Cards": None}
    assert shares(shared) == [4, 4, 4]
    assert shares(shared, even="branches") == [3, 6, 3]


def test_weights_that_count_for_nothing_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Bank\n  Cards (x3)\n    Debit\n  Loans\n")
    for even, told in (("leaves", 1), ("branches", 0)):
        part = made(**{"from": "t.txt", "even": even})
        found = part.cautions(part.load(tmp_path).rows, (), "en")
        assert len(found) == told
        assert all(words.startswith("t.txt gives topics weights") for words in found)
    part = made(**{"from": "t.txt", "only": "Loans"})
    assert part.cautions(part.load(tmp_path).rows, (), "en") == []


def test_a_tree_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Bank\n  Cards\n  Loans\n")
    with pytest.raises(JobError, match="othing would be left of the tree"):
        made(**{"from": "t.txt", "without": ["Cards", "Loans"]}).load(tmp_path)


def test_marks_are_the_levels_below_the_root(tmp_path: Path) -> None:
    part = made(topics=NESTED)
    savings, _, cards = part.load(tmp_path).rows
    assert part.marks(savings) == {"level_1": "Deposits", "level_2": "Deposits > Savings"}
    assert part.marks(cards) == {"level_1": "Cards"}


def test_a_tree_in_one_language_for_a_job_in_another(tmp_path: Path) -> None:
    shutil.copy(DATA / "topics.ko.yaml", tmp_path)
    part = made(**{"from": "topics.ko.yaml"})
    items = part.load(tmp_path)
    assert {row["language"] for row in part.admit(items, "en").rows} == {"ko"}
    assert items.sources[0].licence == "CC0-1.0"

    def told(topics: list[str], language: str) -> list[str]:
        part = made(topics=topics)
        return [row["language"] for row in part.admit(part.load(tmp_path), language).rows]

    assert told(["예금 상품", "Cards"], "en") == ["ko", "en"]
    assert told(["Cards"], "ko") == ["en"]
    assert told(["Karten"], "de") == ["de"]


def test_trees_in_the_folder_taxonomies_go_by_name_and_language(tmp_path: Path) -> None:
    (tmp_path / "taxonomies").mkdir()
    (tmp_path / "taxonomies/birds.yaml").write_text("Birds: [Owls, Ducks]\n", "utf8")
    (tmp_path / "taxonomies/birds.ko.yaml").write_text("새: [부엉이, 오리]\n", "utf8")

    def first(language: str, name: str = "birds") -> str:
        context = {"home": tmp_path, "language": language}
        part = Taxonomy.model_validate({"from": name}, context=context)
        return str(part.load(tmp_path).rows[0]["name"])

    assert first("en") == "Owls"
    assert first("ko") == "부엉이"
    assert first("fr") == "Owls"
    assert first("en", "birds.ko") == "부엉이"
    assert first("ko", "taxonomies/birds.yaml") == "Owls"


def test_shorthand_and_options_that_do_not_go_together() -> None:
    assert SHELF.spec({"taxonomy": "general"}) == ("taxonomy", {"from": "general"})
    for options, words in (
        ({}, "topics come either"),
        ({"from": "a", "topics": ["b"]}, "topics come either"),
        ({"from": "a", "depth": 3}, "depth needs `root`"),
        ({"topics": ["a", "A"]}, "names 'A' a second time"),
        ({"topics": [["a"]]}, "a list inside a list"),
        ({"from": {"hub": "a/b", "slit": "x"}}, "Extra inputs"),
        ({"topics": ["a"], "level": 0}, "greater than or equal to 1"),
        ({"root": "Banking", "branching": 1}, "greater than or equal to 2"),
        ({"root": "Banking", "depth": 7}, "less than or equal to 6"),
    ):
        with pytest.raises(ValidationError, match=words):
            made(**options)


def test_a_root_is_grown_before_it_is_read(tmp_path: Path) -> None:
    part = made(
        root="Banking", depth=3, branching=5, about="For a help desk.", level=2, even="branches"
    )
    with pytest.raises(InputError, match=r"about 'Banking' is not grown yet.*taxonomy grow"):
        part.load(tmp_path)
    (tmp_path / "grown.yaml").write_text(FILES["a.yaml"])
    grown = part.grown(tmp_path / "grown.yaml")
    assert texts(grown.load(tmp_path).rows) == TEXTS
    assert (grown.level, grown.even, grown.root) == (2, "branches", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"from": "nope.yaml"}, r"asks for 'nope.yaml', which is not there.*a.txt"),
        ({"from": "a.docx"}, r"cannot read 'a.docx', a file of kind '.docx'"),
        ({"from": "folder"}, r"'folder' is a folder"),
        ({"from": "empty.txt"}, r"'empty.txt' is empty"),
        ({"from": "bad.txt"}, r"Line 2 of 'bad.txt'"),
        ({"from": "bad.csv"}, r"'bad.csv' has no columns that say a tree"),
        ({"from": "a.txt", "only": "Weather"}, r"no topic 'Weather'"),
        ({"from": "a.txt", "without": "Bank"}, r"is the root of the tree"),
        ({"from": {"hub": "no such name"}}, r"neither a path that exists nor a name on the Hub"),
    ],
    ids=["missing", "kind", "folder", "empty", "line", "columns", "only", "without", "hub"],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    (tmp_path / "folder").mkdir()
    files = {"a.txt": FILES["a.txt"], "a.docx": "x", "empty.txt": "", "bad.csv": "a,b\n1,2\n",
             "bad.txt": "A\n\t B\n"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(JobError, match=words):
        made(**options).load(tmp_path)


# The Hub's client reads its endpoint when it is imported, hence a process of its own.
_ASK = """
import json, sys
from pathlib import Path
from textsynth.errors import InputError
from textsynth.inputs.taxonomy import Taxonomy
for line in sys.stdin:
    try:
        items = Taxonomy.model_validate({"from": json.loads(line)}).load(Path("."))
        print(json.dumps([[row["text"] for row in items.rows], items.sources[0].sha256]))
    except InputError as error:
        print(json.dumps(str(error)))
"""


def test_a_dataset_of_the_hub_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "larkmere" / "topics"
    (folder / "data").mkdir(parents=True)
    columns = {"level1": ["Bank"] * 3, "level2": ["Deposits", "Deposits", "Cards"],
               "level3": ["Savings", "Terms", None]}  # fmt: skip
    pq.write_table(pa.table(columns), folder / "data" / "train-00000-of-00001.parquet")
    other = tmp_path / "hub" / "larkmere" / "texts" / "data"
    other.mkdir(parents=True)
    pq.write_table(pa.table({"text": ["a"]}), other / "train-00000-of-00001.parquet")
    with HubReads(tmp_path / "hub") as hub:
        asked = [{"hub": "larkmere/topics"}, {"hub": "larkmere/topics", "rows": 1},
                 {"hub": "larkmere/nothing"}, {"hub": "larkmere/texts"},
                 {"hub": "larkmere/topics", "split": "test"}]  # fmt: skip
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "cache"),
               "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-c", _ASK], input="\n".join(map(json.dumps, asked)), env=env,
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
    whole, one, missing, texts_, split = map(json.loads, ran.stdout.splitlines())
    assert whole[0] == TEXTS
    assert one[0] == ["Bank > Deposits > Savings"]
    assert len(whole[1]) == 64
    assert whole[1] != one[1]
    assert f"no dataset 'larkmere/nothing' at {hub.url}" in missing
    assert "'larkmere/texts' has no columns that say a tree of topics. It has: text" in texts_
    assert "has no split 'test'" in split


_JOB = """name: topics
method: qa
count: 6
provider: {openai: {base_url: "http://127.0.0.1:9/v1", model: m}}
inputs:
  documents: faq.jsonl
  taxonomy: {from: topics.txt, only: [Deposits, Cards]}
"""


def test_a_job_draws_its_topics(tmp_path: Path) -> None:
    for name in ("topics.txt", "faq.jsonl"):
        shutil.copy(DATA / name, tmp_path)
    (tmp_path / "job.yaml").write_text(_JOB)
    ready = prepare(load_job(tmp_path))
    assert ready.rows["topic"] == 4
    drawn = Counter(ready.plan.brief(i).fields["topic"]["name"] for i in range(12))
    assert set(drawn.values()) == {3}
    assert any(source.path == "topics.txt" and source.rows == 4 for source in ready.sources)


def test_a_fault_in_the_job_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        _JOB.replace("from: topics.txt, only", "topics: [A, a], only")
    )
    with pytest.raises(JobError, match=r"job.yaml, line 7.*names 'a' a second time"):
        load_job(tmp_path)


def test_the_card_tells_how_far_the_topics_were_covered(tmp_path: Path) -> None:
    part = made(topics=NESTED)
    savings, _, cards = part.load(tmp_path).rows

    def row(topic: Row) -> Sample:
        return Sample(id="i", index=0, brief="b", method="qa", language="en", messages=(),
                      seeds={"topic": topic["id"]})  # fmt: skip

    kept = [row(savings), row(savings), row(cards)]
    (table,) = part.closing(Closing(tmp_path, tmp_path, kept, []))
    assert table.columns == ("branch", "topics", "covered", "share", "rows")
    assert table.rows == (
        ("Deposits", 2, 1, "50 %", 2), ("Cards", 1, 1, "100 %", 1), ("all", 3, 2, "67 %", 3)
    )  # fmt: skip
    assert not part.closing(Closing(tmp_path, tmp_path, [], []))
    many = made(topics=[f"topic {n}" for n in range(1000)])
    kept = [row(topic) for topic in many.load(tmp_path).rows[:600]]
    (table,) = many.closing(Closing(tmp_path, tmp_path, kept, []))
    assert len(table.rows) == 41
    assert table.rows[0] == ("topic 600", 1, 0, "0 %", 0)
    assert table.rows[-2:] == (
        ("(961 more)", 961, 600, "62 %", 600),
        ("all", 1000, 600, "60 %", 600),
    )
    assert isinstance(part.load(tmp_path), Items)
