"""`export --check`: rows as a tokenizer sees them, with a small tokenizer on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.cli import app
from textsynth.runfolder import read_rows

TEMPLATE = (
    "{% for m in messages %}{% if loop.first and m.role != 'user' %}"
    "{{ raise_exception('a user must begin') }}{% endif %}"
    "<{{ m.role }}> {{ m.content | trim }}\n{% endfor %}"
)


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """A tokenizer whose tokens are the pieces between spaces, with a chat template beside it."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    folder = tmp_path / "model"
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}), "utf8")
    return folder / "tokenizer.json"


def test_rows_are_counted_in_tokens(project: Project, server: ChatServer, tokenizer: Path) -> None:
    run = ts.run(project(server.url), count=5).path
    sizes = sorted(
        sum(len(m["content"].split()) + 1 for m in row["messages"])
        for row in read_rows(run / "rows" / "kept.jsonl")
    )
    found = ts.rendered(run, tokenizer, longest=sizes[-1])
    assert (found.rows, found.tokens, found.faults) == (5, sum(sizes), {})
    assert (found.quantiles["least"], found.quantiles["median"]) == (sizes[0], sizes[2])
    tight = ts.rendered(run, tokenizer, longest=sizes[-1] - 1)
    assert tight.faults == {"over_limit": sizes.count(sizes[-1])}


def test_rows_that_the_template_refuses(
    project: Project, server: ChatServer, tokenizer: Path
) -> None:
    run = ts.run(project(server.url), count=3).path
    file = run / "rows" / "kept.jsonl"
    first, second, third = read_rows(file)
    first["messages"] = first["messages"][1:]
    second["messages"].append(second["messages"][-1])
    lines = (json.dumps(row) + "\n" for row in (first, second, third))
    file.write_text("".join(lines), "utf8")
    found = ts.rendered(run, tokenizer)
    assert found.faults == {"refused": 1, "not_alternating": 2}
    assert found.examples["refused"] == [first["id"]]


def test_the_command(project: Project, server: ChatServer, tokenizer: Path) -> None:
    run = str(ts.run(project(server.url), count=3).path)
    said = CliRunner().invoke(app, ["export", run, "--check", str(tokenizer)])
    assert "every row fits in 2,048 tokens" in said.output
    both = CliRunner().invoke(
        app, ["export", run, "--check", str(tokenizer), "--as", "alpaca", "--json"]
    )
    found = json.loads(both.stdout)
    assert found["rendered"]["rows"] == 3
    assert found["files"][0].endswith("alpaca.jsonl")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(["export", "{run}"], "add --as messages", id="no-format"),
        pytest.param(["export", "{run}", "--check", "no.json"], "no tokenizer at", id="no-file"),
        pytest.param(
            ["export", "{run}", "--check", "{run}/run.json"], "is no tokenizer", id="other"
        ),
    ],
)
def test_faults_in_words(project: Project, server: ChatServer, words: list[str], told: str) -> None:
    run = str(ts.run(project(server.url), count=3).path)
    found = CliRunner().invoke(app, [word.replace("{run}", run) for word in words])
    assert found.exit_code == 2
    assert told.casefold() in found.output.casefold()
