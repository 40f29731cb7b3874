"""Axolotl: chat_template rows, pairs for DPO, and the settings that read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.writers.samples import ENGLISH, PAIR, SUMMARY, lines, sample
from textsynth.writers.axolotl import Axolotl


def settings(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf8"))


def test_conversations_and_their_settings(tmp_path: Path) -> None:
    target, config = Axolotl().write([ENGLISH, sample("u: 1")], tmp_path, SUMMARY)
    assert lines(target) == [{"messages": [dict(m) for m in ENGLISH.messages]}]
    assert settings(config) == {
        "datasets": [
            {
                "path": "axolotl.jsonl", "ds_type": "json", "field_messages": "messages",
                "type": "chat_template", "roles_to_train": ["assistant"],
            }
        ]
    }  # fmt: skip


def test_only_the_last_answer_is_learned(tmp_path: Path) -> None:
    given = sample("u: 1 | a: 2 | u: 3 | a: 4 | u: 5")
    target, config = Axolotl(learn="last").write([given], tmp_path, SUMMARY)
    (row,) = lines(target)
    assert [turn["train"] for turn in row["messages"]] == [False, False, False, True, False]
    assert settings(config)["datasets"][0]["message_field_training"] == "train"


def test_pairs_have_one_message_a_side(tmp_path: Path) -> None:
    target, config = Axolotl().write([PAIR], tmp_path, SUMMARY)
    assert lines(target) == [
        {
            "messages": [
                {"role": "system", "content": "You help customers."},
                {"role": "user", "content": "Where is my card?"},
            ],
            "chosen": {"role": "assistant", "content": "It left on Monday."},
            "rejected": {"role": "assistant", "content": "Somewhere."},
        }
    ]
    found = settings(config)
    assert (found["rl"], found["datasets"][0]["type"]) == ("dpo", "chat_template.default")


def test_pairs_can_be_written_as_chats(tmp_path: Path) -> None:
    target, _ = Axolotl(form="chat").write([PAIR], tmp_path, SUMMARY)
    assert [turn["role"] for turn in lines(target)[0]["messages"]] == [
        "system", "user", "assistant",
    ]  # fmt: skip
