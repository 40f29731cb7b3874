"""Messages: the TRL conversational format, line for line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.writers.samples import ENGLISH, KOREAN, SUMMARY, lines, sample
from textsynth.errors import JobError
from textsynth.records import Sample
from textsynth.writers import SHELF
from textsynth.writers.messages import Messages

ENGLISH_TURNS = [
    {"role": "system", "content": "You help customers."},
    {"role": "user", "content": 'My card\'s "gone".'},
    {"role": "assistant", "content": "I block it."},
    {"role": "user", "content": "Thanks!"},
]


def test_messages_are_written_one_conversation_a_line(tmp_path: Path) -> None:
    assert Messages().write([ENGLISH, KOREAN], tmp_path / "new", SUMMARY) == [
        tmp_path / "new" / "messages.jsonl"
    ]
    assert (tmp_path / "new" / "messages.jsonl").read_bytes().decode() == (
        '{"messages": [{"role": "system", "content": "You help customers."}, '
        '{"role": "user", "content": "My card\'s \\"gone\\"."}, '
        '{"role": "assistant", "content": "I block it."}, '
        '{"role": "user", "content": "Thanks!"}]}\n'
        '{"messages": [{"role": "user", "content": "카드를 잃어버렸어요."}, {"role": "assistant", '
        '"content": "바로 정지해 드릴게요.\\n성함이 어떻게 되세요? 🙂"}]}\n'
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["messages.jsonl"]


def test_system_turns_are_left_out_when_not_wanted() -> None:
    assert list(Messages(system=False).rows(ENGLISH)) == [{"messages": ENGLISH_TURNS[1:]}]


def test_a_sample_without_turns_gives_no_row() -> None:
    assert list(Messages(system=False).rows(sample("s: Alone."))) == []


def test_columns_come_from_every_part_of_a_sample_and_are_null_where_missing(
    tmp_path: Path,
) -> None:
    names = ["id", "language", "method", "mood", "outcome", "steps", "chunk", "persona"]
    Messages(columns=names).write([ENGLISH, KOREAN], tmp_path, SUMMARY)
    first, second = lines(tmp_path / "messages.jsonl")
    assert list(first) == ["messages", *names]
    assert [first[n] for n in names] == [
        "e1", "en", "support", "angry", "resolved", ["block", "send"], "c1", "p1"
    ]  # fmt: skip
    assert [second[n] for n in names] == [
        "k1", "ko", "support", "걱정", "escalated", None, "c2", None
    ]  # fmt: skip


def test_a_column_that_no_sample_has_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text("old\n")
    with pytest.raises(JobError, match=r"Did you mean 'mood'\?"):
        Messages(columns=["moods"]).write([ENGLISH], tmp_path, SUMMARY)
    assert (tmp_path / "messages.jsonl").read_text() == "old\n"


def test_columns_are_not_checked_when_there_is_no_sample(tmp_path: Path) -> None:
    Messages(columns=["mood"]).write([], tmp_path, SUMMARY)
    assert (tmp_path / "messages.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("half \ud83d", "half \ufffd", id="lone-surrogate"),
        pytest.param("\ud83d\ude42", "🙂", id="surrogate-pair"),
        pytest.param("a\u2028b\x85c\r\n---", "a\u2028b\x85c\r\n---", id="odd-line-ends"),
    ],
)
def test_any_text_that_a_model_gives_can_be_stored(tmp_path: Path, text: str, stored: str) -> None:
    odd: Sample = sample("", messages=({"role": "user", "content": text},))
    Messages().write([odd], tmp_path, SUMMARY)
    assert lines(tmp_path / "messages.jsonl") == [
        {"messages": [{"role": "user", "content": stored}]}
    ]


@pytest.mark.parametrize("name", ["dataset", "messages", "prompt_completion", "sharegpt"])
def test_the_shelf_finds_the_writer_by_name_and_every_option_is_documented(name: str) -> None:
    writer = SHELF.load(name)
    assert writer.part == name
    assert all(option.description for option in writer.model_fields.values())
    assert not [known for known in SHELF.names() if known.startswith("_")]
