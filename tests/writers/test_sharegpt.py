"""Sharegpt: LLaMA-Factory skips a row whose turns do not alternate, so every row must."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.writers.samples import ENGLISH, KOREAN, PAIR, SUMMARY, lines, sample
from textsynth.errors import TextsynthError
from textsynth.records import Summary
from textsynth.writers.sharegpt import Sharegpt

ENTRY = {
    "file_name": "sharegpt.jsonl",
    "formatting": "sharegpt",
    "columns": {"messages": "conversations", "system": "system"},
}


def talk(*values: str) -> list[dict[str, str]]:
    return [{"from": ("human", "gpt")[n % 2], "value": value} for n, value in enumerate(values)]


def test_rows_and_entry_are_written(tmp_path: Path) -> None:
    files = Sharegpt().write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    assert files == [tmp_path / "sharegpt.jsonl", tmp_path / "dataset_info.json"]
    assert lines(files[0]) == [
        {
            "conversations": [
                {"from": "human", "value": 'My card\'s "gone".'},
                {"from": "gpt", "value": "I block it."},
            ],
            "system": "You help customers.",
        },
        {
            "conversations": [
                {"from": "human", "value": "카드를 잃어버렸어요."},
                {
                    "from": "gpt",
                    "value": "바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂",
                },
            ],
            "system": "",
        },
    ]
    assert json.loads(files[1].read_bytes()) == {"bank-support_sharegpt": ENTRY}


@pytest.mark.parametrize(
    ("script", "conversation", "system"),
    [
        pytest.param("u: 1 | a: 2 | u: 3 | a: 4", talk("1", "2", "3", "4"), "", id="alternating"),
        pytest.param("u: 1 | u: 2 | a: 3 | a: 4", talk("1\n\n2", "3\n\n4"), "", id="joined"),
        pytest.param("u: 1 | a: 2 | u: 3 | u: 4", talk("1", "2"), "", id="human-last"),
        pytest.param("s: 0 | u: 1 | s: 2 | a: 3", talk("1", "3"), "0\n\n2", id="two-systems"),
        pytest.param("u: 1 | s: 0 | u: 2 | a: 3", talk("1\n\n2", "3"), "0", id="system-between"),
        pytest.param("s: 0 | a: 1 | u: 2 | a: 3", talk("2", "3"), "0\n\ngpt: 1", id="gpt-opens"),
        pytest.param("a: 1 | u: 2 | a: 3 | u: 4", talk("2", "3"), "gpt: 1", id="gpt-to-human"),
    ],
)
def test_conversations_alternate_and_end_with_gpt(
    script: str, conversation: list[dict[str, str]], system: str
) -> None:
    assert list(Sharegpt().rows(sample(script))) == [
        {"conversations": conversation, "system": system}
    ]


@pytest.mark.parametrize("script", ["", "u: 1", "a: 1", "s: 0 | a: 1 | u: 2"])
def test_a_sample_without_an_answer_gives_no_row(script: str) -> None:
    assert list(Sharegpt().rows(sample(script))) == []


def test_an_opening_keeps_what_the_assistant_says_first() -> None:
    assert list(Sharegpt(opening="안녕하세요").rows(sample("a: 1 | u: 2 | a: 3 | u: 4"))) == [
        {"conversations": talk("안녕하세요", "1", "2", "3"), "system": ""}
    ]


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param("은행 상담", "은행-상담_sharegpt", id="korean"),
        pytest.param("a, b\n---|🙂", "a-b----|🙂_sharegpt", id="commas-and-line-ends"),
        pytest.param(" ", "textsynth_sharegpt", id="blank"),
    ],
)
def test_the_entry_is_ascii_and_its_name_has_no_comma(
    tmp_path: Path, name: str, entry: str
) -> None:
    summary = Summary(name=name, method="support", language="ko", asked=1)
    _, info = Sharegpt().write([KOREAN], tmp_path, summary)
    assert json.loads(info.read_bytes().decode("ascii")) == {entry: ENTRY}


def test_other_entries_stay_and_one_of_an_earlier_name_goes(tmp_path: Path) -> None:
    info = tmp_path / "dataset_info.json"
    other = {"hf_hub_url": "someone/else"}
    info.write_text(json.dumps({"old_sharegpt": ENTRY, "other": other, "odd": 3}))
    Sharegpt().write([ENGLISH], tmp_path, SUMMARY)
    first = info.read_bytes()
    assert json.loads(first) == {"other": other, "odd": 3, "bank-support_sharegpt": ENTRY}
    Sharegpt().write([ENGLISH], tmp_path, SUMMARY)
    assert info.read_bytes() == first


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"], ids=["cut-off", "list", "not-utf8"])
def test_a_broken_dataset_info_is_left_alone(tmp_path: Path, content: Any) -> None:
    info = tmp_path / "dataset_info.json"
    info.write_bytes(content.encode("utf8", "surrogateescape"))
    with pytest.raises(TextsynthError, match="Mend it or delete it"):
        Sharegpt().write([ENGLISH], tmp_path, SUMMARY)
    assert list(tmp_path.iterdir()) == [info]


def test_pairs_are_a_conversation_with_two_answers(tmp_path: Path) -> None:
    target, info = Sharegpt().write([PAIR, sample("u: 1 | a: 2")], tmp_path, SUMMARY)
    assert lines(target) == [
        {
            "conversations": [{"from": "human", "value": "Where is my card?"}],
            "system": "You help customers.",
            "chosen": {"from": "gpt", "value": "It left on Monday."},
            "rejected": {"from": "gpt", "value": "Somewhere."},
        }
    ]
    (entry,) = json.loads(info.read_text("utf8")).values()
    assert entry["ranking"] is True
    assert entry["columns"]["rejected"] == "rejected"


def test_tools_stand_in_every_row_of_a_job_that_has_any(tmp_path: Path) -> None:
    rows = [sample("u: Hi | a: Yes."), sample("u: Hi | a: Yes.", 1, columns={"tools": "[]"})]
    file, _ = Sharegpt().write(rows, tmp_path, SUMMARY)
    assert [json.loads(line)["tools"] for line in file.read_text("utf8").splitlines()] == ["[]"] * 2
