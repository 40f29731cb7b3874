"""Commands of trees, as functions and on the command line; the editor; what is not written."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.errors import InputError, JobError
from textsynth.taxonomies import Change, Merge, Merged, Shown

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests/data"
Editor = Callable[[str], None]


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with topics.txt and topics.ko.yaml."""
    for name in ("topics.txt", "topics.ko.yaml"):
        shutil.copy(DATA / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "topics.txt"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Makes a script the person's editor: Python over `path` and `text`."""

    def use(code: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(
            "import sys\nfrom pathlib import Path\npath = Path(sys.argv[1])\n"
            f"text = path.read_text('utf8')\n{code}\n",
            "utf8",
        )
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")

    return use


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["taxonomy", *words])
    return done.exit_code, done.output


def test_show_draws_a_tree(bank: Path) -> None:
    code, said = run("show", "topics.txt", "--counts", "--depth", "1")
    assert code == 0
    assert said.splitlines() == [
        "Retail banking [5]",
        "├── Deposits (x3) [2] (+2 below)",
        "├── Cards [2] (+2 below)",
        "└── Fees: all of them [1]",
    ]
    _, said = run("show", "topics.txt", "--branch", "cards", "--about")
    assert said.splitlines() == [
        "Cards: plastic and virtual", "├── Debit cards", "└── Credit cards (x2)"
    ]  # fmt: skip
    _, said = run("show", "topics.txt", "--branch", "Cards", "--counts", "--json")
    found = json.loads(said)
    assert (found["name"], found["leaves"], found["language"]) == ("Cards", 2, "en")
    assert found["children"][1] == {
        "name": "Credit cards", "about": "", "weight": 2.0, "leaves": 1, "children": []
    }  # fmt: skip


def test_show_without_a_file_lists_the_trees_there_are(bank: Path) -> None:
    (bank.parent / "taxonomies").mkdir()
    shutil.copy(DATA / "topics.ko.yaml", "taxonomies/bank.ko.yaml")
    code, said = run("show", "--json")
    listed = {one["name"]: one for one in json.loads(said)}
    assert code == 0
    assert listed["bank.ko"] == {
        "name": "bank.ko", "path": "taxonomies/bank.ko.yaml", "language": "ko", "topics": 8,
        "leaves": 5, "depth": 2,
    }  # fmt: skip
    assert "bank.ko" in run("show")[1]
    assert run("show", "bank", "--language", "ko")[1].startswith("소매 금융\n├── 예금 (x2)\n")


def test_a_fault_is_one_paragraph_with_exit_code_2(bank: Path) -> None:
    bank.write_text("A\n  B\n\tC\n")
    code, said = run("show", "topics.txt")
    assert code == 2
    assert said.splitlines() == [
        "error: Line 3 of 'topics.txt' is indented with tabs. Line 2 with spaces. Indent all lines "
        "with spaces, or all with tabs."
    ]
    assert json.loads(run("stats", "topics.txt", "--json")[1])["error"]["exit_code"] == 2
    assert "which is not there" in run("show", "nope")[1]
    assert run("show", "a\0b")[0] == 2


def test_stats(bank: Path) -> None:
    code, said = run("stats", "topics.txt", "--json")
    found = json.loads(said)
    assert code == 0
    assert (found["nodes"], found["leaves"], found["depth"]) == (8, 5, 2)
    bank.write_text("A\n  Cards\n    Fees\n  Card\n  B\n    Fees\n    C\n    D\n    E\n    F\n")
    _, said = run("stats", "topics.txt")
    assert "Fees: A > Cards > Fees; A > B > Fees" in said
    assert "'Cards' and 'Card' under A" in said
    assert "large" in said


def test_edits_by_options(bank: Path) -> None:
    code, said = run(
        "edit", "topics.txt", "-o", "new.yaml", "--rename", "Deposits=Money kept",
        "--about", "Cards=all kinds", "--add", "Cards=Gift cards (x2): for presents",
        "--add", "=Loans", "--move", "Fixed terms=Cards",
    )  # fmt: skip
    assert code == 0, said
    assert "'Retail banking > Deposits' is now 'Money kept'" in said
    assert "8 topics before, 10 now, in new.yaml" in said
    assert Path("new.yaml").read_text("utf8") == (
        "# Topics of the bank Larkmere.\n"
        "language: en\n"
        "Retail banking:\n"
        "  about: what a bank does for people\n"
        "  Money kept:\n"
        "    weight: 3\n"
        "    Savings accounts: they pay interest\n"
        "  Cards:\n"
        "    about: all kinds\n"
        "    Debit cards:\n"
        "    Credit cards:\n"
        "      weight: 2\n"
        "    Gift cards:\n"
        "      about: for presents\n"
        "      weight: 2\n"
        "    Fixed terms:\n"
        "  'Fees: all of them':\n"
        "  Loans:\n"
    )
    assert bank.read_text("utf8") == (DATA / "topics.txt").read_text("utf8")


def test_one_bad_edit_of_several_changes_nothing(bank: Path) -> None:
    before = bank.read_bytes()
    with pytest.raises(JobError, match="no topic 'Nothing'"):
        ts.taxonomies.edit(bank, rename=["Deposits=Kept", "Nothing=Something"])
    assert bank.read_bytes() == before


def test_the_editor_gets_the_text_and_its_comments_stay(bank: Path, editor: Editor) -> None:
    bank.write_text(bank.read_text("utf8").replace("  Deposits", "  # what is kept\n  Deposits"))
    editor("path.write_text(text.replace('Debit cards', 'Bank cards'), 'utf8')")
    found = ts.taxonomies.edit(bank)
    assert found == Change(str(bank), 8, 8, ["edited by hand"])
    text = bank.read_text("utf8")
    assert "    - Bank cards\n" in text
    assert "  # what is kept\n" in text
    assert [p.name for p in bank.parent.glob("*.edited.txt")] == []


def test_yaml_is_edited_as_indented_text_and_written_as_yaml(bank: Path, editor: Editor) -> None:
    added = "path.write_text(text + '  보험: 위험에 대비\\n', 'utf8')"
    editor(f"assert '  예금 (x2): 돈을' in text\n{added}")
    ts.taxonomies.edit("topics.ko.yaml")
    assert Path("topics.ko.yaml").read_text("utf8").endswith("  대출:\n  보험: 위험에 대비\n")
    assert ts.taxonomies.read("topics.ko.yaml").licence == "CC0-1.0"


def test_text_that_cannot_be_read_is_kept_and_gone_on_with(bank: Path, editor: Editor) -> None:
    before = bank.read_bytes()
    editor("path.write_text(text + '  Cards\\n', 'utf8')")
    with pytest.raises(InputError) as told:
        ts.taxonomies.edit(bank)
    words = str(told.value)
    assert "Line 11 of 'topics.txt.edited.txt' names 'Cards' a second time" in words
    assert "'topics.txt' is as it was" in words
    assert bank.read_bytes() == before
    draft = bank.with_name("topics.txt.edited.txt")
    assert draft.read_text("utf8").endswith("  Cards\n")
    editor("assert text.endswith('  Cards\\n')\npath.write_text(text[:-8] + '  Loans\\n', 'utf8')")
    ts.taxonomies.edit(bank)
    assert bank.read_text("utf8").endswith("  Loans\n")
    assert not draft.exists()


def test_an_editor_that_fails_or_changes_nothing(
    bank: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bank.read_bytes()
    editor("pass")
    assert ts.taxonomies.edit(bank) == Change("", 8, 8, ["nothing was changed"])
    editor("sys.exit(3)")
    with pytest.raises(JobError, match="The editor ended with 3"):
        ts.taxonomies.edit(bank)
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    with pytest.raises(JobError, match="The editor cannot be started"):
        ts.taxonomies.edit(bank)
    monkeypatch.delenv("EDITOR")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(JobError, match="EDITOR is not set"):
        ts.taxonomies.edit(bank)
    assert bank.read_bytes() == before
    assert sorted(p.name for p in bank.parent.iterdir()) == [
        "editor.py", "topics.ko.yaml", "topics.txt"
    ]  # fmt: skip


def test_prune(bank: Path) -> None:
    code, said = run("prune", "topics.txt", "Deposits", "Cards > Debit cards")
    assert code == 0
    assert "4 topics went" in said
    assert bank.read_text("utf8") == (
        "# Topics of the bank Larkmere.\n# language: en\n"
        "Retail banking: what a bank does for people\n"
        "  Cards: plastic and virtual\n    Credit cards (x2)\n"
        '  "Fees: all of them"\n'
    )
    run("prune", "topics.ko.yaml", "카드", "--keep", "--max-children", "1", "-o", "one.json")
    assert json.loads(Path("one.json").read_text("utf8"))["children"] == [
        {"name": "카드", "children": [{"name": "체크 카드"}]}
    ]
    assert run("prune", "topics.txt")[0] == 2
    assert run("prune", "topics.txt", "--max-depth", "0")[0] == 2


def test_merge_tells_what_became_one(bank: Path) -> None:
    Path("other.yaml").write_text(
        "Retail Banking:\n  Deposit:\n    saving account:\n    ISAs:\n  Card: [Debit-cards]\n"
        "  Loans: [Mortgages, Mortgage]\n"
    )
    Path("list.txt").write_text("loans\nInsurance\n")
    code, said = run("merge", "topics.txt", "other.yaml", "list.txt", "-o", "all.txt")
    assert code == 0
    assert "'Deposit' is one with 'Deposits'  under Retail banking\n" in said
    assert "'Mortgage' is one with 'Mortgages'  under Retail banking > Loans\n" in said
    assert Path("all.txt").read_text("utf8") == (
        "# Topics of the bank Larkmere.\n# language: en\n"
        "Retail banking: what a bank does for people\n"
        "  Deposits (x3)\n    Savings accounts: they pay interest\n    Fixed terms\n    ISAs\n"
        "  Cards: plastic and virtual\n    Debit cards\n    Credit cards (x2)\n"
        '  "Fees: all of them"\n  Loans\n    Mortgages\n  Insurance\n'
    )
    found = ts.taxonomies.merge(["all.txt"], "again.txt")
    assert found == Merged("again.txt", 12, 12, [])


def test_equal_names_and_long_lists_are_not_told_one_by_one(bank: Path) -> None:
    _, said = run("merge", "topics.txt", "topics.txt", "-o", "same.txt")
    assert said == "16 topics of all, 8 merged, 8 in same.txt\n"
    Path("list.txt").write_text("".join(f"Loan {n} plan\nLoan {n} plans\n" for n in range(20)))
    said = run("merge", "list.txt", "-o", "few.txt")[1]
    assert said.count("is one with") == 12
    assert "… and 8 more: --json lists all" in said


def test_an_edit_without_a_change_writes_a_new_file(bank: Path, editor: Editor) -> None:
    editor("pass")
    Path("table.csv").write_text("level1,level2\nCards,Debit\n,Credit\n")
    assert ts.taxonomies.edit("table.csv", "tree.yaml").out == "tree.yaml"
    assert Path("tree.yaml").read_text("utf8") == "Cards:\n  Debit:\n  Credit:\n"
    assert ts.taxonomies.edit("topics.txt", "tree.yaml").out == ""
    assert Path("tree.yaml").read_text("utf8").startswith("Cards:")


def test_merge_of_different_roots_keeps_both(bank: Path) -> None:
    found = ts.taxonomies.merge([bank, "topics.ko.yaml"], "both.yaml")
    assert (found.before, found.after, found.merges) == (16, 16, [])
    tree = ts.taxonomies.read("both.yaml")
    assert [child.name for child in tree.root.children] == ["Retail banking", "소매 금융"]
    assert tree.language == ""


def test_merge_by_meaning_with_an_endpoint(bank: Path) -> None:
    Path("a.txt").write_text("Foreign exchange rates 1\nBanks\nForeign exchange rates 2\n")
    Path("b.txt").write_text("Foreign exchange fees 1\nBanks\n")
    assert ts.taxonomies.merge(["a.txt", "b.txt"], "c.txt").merges == [Merge("Banks", "Banks")]
    with ChatServer() as server:
        spec = {"base_url": server.url, "model": "alike"}
        found = ts.taxonomies.merge(["a.txt", "b.txt"], "c.txt", embedder=spec, meaning=0.5)
        assert Merge("Foreign exchange rates 1", "Foreign exchange fees 1") in found.merges
        assert Path("c.txt").read_text("utf8").splitlines() == [
            "Foreign exchange rates 1", "Banks", "Foreign exchange rates 2"
        ]  # fmt: skip
        found = ts.taxonomies.merge(["a.txt", "b.txt"], "c.txt", embedder=spec, meaning=0.99)
        assert found.merges == [Merge("Banks", "Banks")]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ts.taxonomies.prune("topics.txt", ["Cards"], "out.csv"), "cannot be written to"),
        (lambda: ts.taxonomies.prune("topics.txt", ["Cards"], "no/out.txt"), "in a folder that is"),
        (lambda: ts.taxonomies.edit("rows.csv", add=["=C"]), "a tree cannot be written to 'rows."),
        (lambda: ts.taxonomies.edit("hub:a/b", add=["=C"]), "'hub:a/b' cannot be written to"),
        (lambda: ts.taxonomies.merge([], "x.txt"), "no tree is named"),
        (lambda: ts.taxonomies.merge(["topics.txt"], "x.txt", meaning=2), "meaning is 2"),
        (
            lambda: ts.taxonomies.prune("topics.txt", ["Cards"], ROOT / "taxonomies/mine.yaml"),
            "comes with textsynth and is not written to",
        ),
    ],
    ids=["kind", "folder", "table", "hub", "none", "meaning", "brought"],
)
def test_what_cannot_be_written_is_told(bank: Path, call: Callable[[], Any], words: str) -> None:
    Path("rows.csv").write_text("level1,level2\nA,B\n")
    before = sorted(p.name for p in bank.parent.iterdir())
    with pytest.raises(JobError, match=f"(?i){words}"):
        call()
    assert sorted(p.name for p in bank.parent.iterdir()) == before


def test_python_gives_what_the_command_shows(bank: Path) -> None:
    found = ts.taxonomies.show(bank, depth=1, counts=True)
    assert isinstance(found, Shown)
    assert found.picture().startswith("Retail banking [5]\n├── Deposits (x3) [2]")
    assert ts.taxonomies.stats(bank).leaves == 5
    ts.taxonomies.write(found.tree, "copy.json")
    assert ts.taxonomies.read("copy.json") == found.tree
    Path("rows.csv").write_text("path\nA > B\nA > C\n")
    assert ts.taxonomies.read("hub:rows.csv").root.name == "A"
