"""The card: right figures, and no text from outside can break its YAML or its Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml

from textsynth.records import Source, Summary, Table
from textsynth.writers._card import card, escape
from textsynth.writers._columns import Column, Scan

COLUMNS = Scan().table(lineage=True)
FULL = Summary(
    name="은행 상담 🙂",
    method="qa",
    language="ko",
    asked=1_500,
    briefs=2_000,
    kept=1_400,
    dropped=500,
    failed=100,
    reasons={"length: too_short": 200, "near_duplicates: like an earlier row": 300, "failed: x": 1},
    funnel=(("briefs", 2_000), ("written", 1_900), ("kept", 1_400)),
    facets={"mood": {"걱정": 350, "angry": 1_050}},
    models={"small/Qwen2.5-Coder-0.5B": 10, "big": 4_000},
    tokens_in=1_234_567,
    tokens_out=89_000,
    sources=(
        Source("docs/안내.pdf", "documents", 12, "ab" * 32, "CC0-1.0"),
        Source("people.jsonl", "personas", 30, "cd" * 32),
        Source("torn.pdf", "documents", problem="not a PDF | at all"),
    ),
    short=("mood=angry: 50 of 100",),
    job_text="name: bank\ncount: 1500\n",
    version="0.1.0",
)


def front(text: str) -> Any:
    lines = text.splitlines()
    assert lines[0] == "---"
    return yaml.safe_load("\n".join(lines[1 : lines.index("---", 1)]))


def body(text: str) -> list[str]:
    lines = text.splitlines()
    return lines[lines.index("---", 1) + 1 :]


def table(text: str, head: str) -> list[str]:
    lines = body(text)
    start = lines.index(head)
    return lines[start : lines.index("", start)]


def test_the_front_matter_says_what_the_hub_asks_for() -> None:
    assert front(card(FULL, COLUMNS, splits={"train": 1_400}, licence="cc-by-4.0")) == {
        "license": "cc-by-4.0",
        "language": ["ko"],
        "pretty_name": "은행 상담 🙂",
        "tags": ["synthetic", "textsynth"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "size_categories": ["1K<n<10K"],
        "task_categories": ["question-answering"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": "train", "path": "data/train-*.parquet"}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        pytest.param(
            "| Model | Requests |",
            ["| --- | ---: |", "| big | 4,000 |", "| small/Qwen2.5-Coder-0.5B | 10 |"],
            id="models",
        ),
        pytest.param(
            "| Source | Kind | Rows | Licence | SHA-256 |",
            [
                "| --- | --- | ---: | --- | --- |",
                f"| docs/안내.pdf | documents | 12 | CC0-1.0 | {'ab' * 32} |",
                f"| people.jsonl | personas | 30 | not stated | {'cd' * 32} |",
            ],
            id="sources",
        ),
        pytest.param(
            "| Stage | Rows left |",
            ["| --- | ---: |", "| briefs | 2,000 |", "| written | 1,900 |", "| kept | 1,400 |"],
            id="funnel",
        ),
        pytest.param(
            "| Reason | Rows |",
            [
                "| --- | ---: |",
                "| near_duplicates: like an earlier row | 300 |",
                "| length: too_short | 200 |",
                "| failed: x | 1 |",
            ],
            id="reasons",
        ),
        pytest.param(
            "| mood | Rows | Share |",
            ["| --- | ---: | --- |", "| angry | 1,050 | 75.0 % |", "| 걱정 | 350 | 25.0 % |"],
            id="shares",
        ),
    ],
)
def test_tables(head: str, rows: list[str]) -> None:
    assert table(card(FULL, COLUMNS, splits={"train": 1_400}), head) == [head, *rows]


def test_the_way_of_the_rows_at_a_glance() -> None:
    summary = replace(
        FULL, name="은행 상담", sources=(*FULL.sources, Source("q`\n```x.csv", "csv", 3)),
        funnel=(*FULL.funnel[:2], ("length", 1_900), ("near_duplicates", 1_400), ("kept", 1_400)),
    )  # fmt: skip
    lines = body(card(summary, COLUMNS, splits={"train": 1_260, "test": 140}))
    start = lines.index("## At a glance")
    assert lines[start + 2 : start + 17] == [
        "```text",
        "from    docs/안내.pdf: 12 rows (documents)",
        "        people.jsonl: 30 rows (personas)",
        "        q' '''x.csv: 3 rows (csv)",
        "          ↓",
        "write   qa in Korean: 2,000 briefs, 1,900 rows",
        "          ↓",
        "filter  near_duplicates: 1,900 → 1,400",
        "        nothing to drop: length",
        "          ↓",
        "keep    1,400 rows",
        "          ↓",
        "split   train: 1,260 rows",
        "        test: 140 rows",
        "```",
    ]
    at = lines.index("| Split | Rows | Share |")
    assert lines[at + 2 : at + 4] == ["| train | 1,260 | 90.0 % |", "| test | 140 | 10.0 % |"]


@pytest.mark.parametrize(
    ("columns", "splits", "line", "there"),
    [
        (["messages"], ["train"], 'split="train")  # or', True),
        (["messages"], ["test", "train"], '    train_dataset=data["train"].select', True),
        (["messages"], ["test", "train"], '    eval_dataset=data["test"].select', True),
        (["prompt", "chosen", "rejected"], ["train"], "trainer = DPOTrainer(", True),
        (["instruction", "output"], ["train"], "trainer.train()", False),
        (["instruction", "output"], ["test"], 'split="test")', True),
    ],
)
def test_how_to_use_it(columns: list[str], splits: list[str], line: str, there: bool) -> None:
    made = [Column(name, "string", str, "") for name in columns]
    text = card(FULL, made, splits=dict.fromkeys(splits, 5))
    assert (line in text) is there
    for block in text.split("```python\n")[1:]:
        compile(block.split("```")[0], "card", "exec")


def test_splits_as_they_were_dealt_stand_once() -> None:
    dealt = Table("Splits", ("split", "rows", "groups"), (("train", 9, 4), ("test", 1, 1)))
    text = card(replace(FULL, tables=(dealt,)), COLUMNS, splits={"train": 9, "test": 1})
    assert text.count("| train | 9 |") == 1
    assert "## Splits\n\n| split | rows | groups |\n" in text


def test_licences_redaction_and_proof_are_told() -> None:
    marks = Table("Redacted seeds", ("kind", "found", "rows"), (("email", 12, 9), ("phone", 3, 3)))
    summary = replace(
        FULL, purpose="commercial", tables=(marks,), models={"gpt-5": 3, "나의_모델|x": 1}
    )
    text = card(summary, COLUMNS, splits={"train": 1_400}, licence="mit")
    assert table(text, "| What | Part | Licence or terms | What is known of them |")[2:] == [
        "| gpt-5 | model | OpenAI terms of use or services agreement | limits the use of outputs "
        "for models that compete with it; has a list of uses that are not allowed |",
        "| 나의_모델\\|x | model | not stated | not known here: look them up |",
        "| docs/안내.pdf | source | CC0-1.0 | no limits known here |",
        "| people.jsonl | source | not stated | not known here: look it up |",
    ]
    assert "- **Mind:** no licence is stated for people.jsonl; \\`licence:\\` beside" in text
    assert "is no legal advice" in text
    assert "were replaced by stand-ins: email (12), phone (3)." in text
    assert "in `source`, `chunk`, `persona`, `models`. Whoever has the run" in text
    assert "redaction was off, or it found none" in card(FULL, COLUMNS, splits={"train": 1})


@pytest.mark.parametrize(
    "line",
    [
        "# 은행 상담 🙂",
        "The people in it are played from descriptions in people.jsonl.",
        "- torn.pdf: not a PDF \\| at all",
        "- mood=angry: 50 of 100",
        "```yaml",
        "count: 1500",
    ],
)
def test_lines_that_people_look_for(line: str) -> None:
    assert line in body(card(FULL, COLUMNS, splits={"train": 1_400}))


@pytest.mark.parametrize(
    ("models", "warned"),
    [
        pytest.param({"small/Qwen2.5-Coder-0.5B": 1}, True, id="qwen-coder"),
        pytest.param({"SmolLM2-360M": 1, "gpt-5": 1}, True, id="smollm2"),
        pytest.param({"gpt-5": 1}, False, id="large"),
    ],
)
def test_rows_of_the_small_model_are_called_untrustworthy(
    models: dict[str, int], warned: bool
) -> None:
    text = card(replace(FULL, models=models), COLUMNS, splits={"train": 1})
    assert ("cannot be trusted on facts" in text) is warned


@pytest.mark.parametrize(
    ("rows", "size"),
    [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**9, "100M<n<1B")],
)
def test_sizes(rows: int, size: str) -> None:
    assert front(card(FULL, COLUMNS, splits={"train": rows}))["size_categories"] == [size]


def test_what_the_parts_found_is_escaped_once() -> None:
    found = Table("Cells * that lack", ("a|b", "rows", "off"), (("x_1|y", 1200, "+2.0 rows"),))
    shown = card(replace(FULL, tables=(found,)), COLUMNS, splits={"train": 1400})
    assert "**Cells \\* that lack**\n\n| a\\|b | rows | off |\n| --- | ---: | --- |\n" in shown
    assert "\n| x_1\\|y | 1,200 | \\+2.0 rows |\n" in shown


def test_a_run_without_anything_still_has_a_card() -> None:
    bare = Summary(name="", method="", language="", asked=0)
    text = card(bare, [], splits={})
    assert front(text)["pretty_name"] == "Synthetic dataset"
    assert not {"license", "language"} & front(text).keys()
    assert "No licence has been chosen" in text
    assert [line for line in body(text) if line.startswith("## ")] == [
        "## How it was made",
        "## Known limits",
        "## How to use it",
    ]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", "a\\|b"),
        ("line\nend\r\n\u2028x\x00y", "line end x y"),
        ("<b>&amp;</b>", "\\<b\\>\\&amp;\\</b\\>"),
        ("[x](y) `c` *i* ~s~ $m$ #h \\", "\\[x\\](y) \\`c\\` \\*i\\* \\~s\\~ \\$m\\$ \\#h \\\\"),
        ("too_short _i_", "too_short \\_i\\_"),
        ("---", "\\---"),
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("1.5 a", "1.5 a"),
        ("한국어 🙂", "한국어 🙂"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


NASTY = [
    "---",
    "a\n---\nb",
    "q\"uo'te: {x}",
    "p|pe | `c` </details>",
    "🙂 [x](y)\u2028---",
    "\ud83d",
]


def cells(lines: Sequence[str]) -> set[int]:
    return {line.replace("\\|", "").count("|") for line in lines}


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_breaks_the_yaml_or_a_table(text: str) -> None:
    summary = Summary(
        name=text,
        method=text,
        language="en",
        asked=1,
        reasons={text: 1},
        funnel=((text, 1),),
        facets={text: {text: 3, "plain": 1}},
        models={text: 1},
        sources=(Source(text, text, 1, "", text), Source(text, "documents", problem=text)),
        short=(text,),
        job_text=f"name: {text}\n```\n````\n</details>\n",
    )
    made = card(summary, COLUMNS, splits={"train": 4})
    assert front(made)["pretty_name"] == " ".join(text.split())
    assert front(made)["configs"][0]["config_name"] == "default"
    tables = [line for line in body(made) if line.startswith("|")]
    shape = sum(line.startswith("| ---") for line in tables)
    assert shape == 7
    assert cells(table(made, f"| {escape(text)} | Rows | Share |")) == {4}
    assert cells(table(made, "| Reason | Rows |")) == {3}
    lines = body(made)
    opened = lines.index("`````yaml")
    assert lines[-3:] == ["`````", "", "</details>"]
    assert "`````" not in lines[opened + 1 : -3]
