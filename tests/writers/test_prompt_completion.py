"""PromptCompletion: what TRL takes the loss on, and what it only shows to the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.writers.samples import ENGLISH, KOREAN, SUMMARY, lines, sample, turns
from textsynth.writers.prompt_completion import PromptCompletion


def pair(prompt: str, completion: str) -> dict[str, Any]:
    return {"prompt": list(turns(prompt)), "completion": list(turns(completion))}


def test_rows_are_written_one_a_line(tmp_path: Path) -> None:
    (path,) = PromptCompletion().write([ENGLISH, sample("u: Hi"), KOREAN], tmp_path, SUMMARY)
    assert path.name == "prompt_completion.jsonl"
    assert lines(path) == [
        {
            "prompt": [
                {"role": "system", "content": "You help customers."},
                {"role": "user", "content": 'My card\'s "gone".'},
            ],
            "completion": [{"role": "assistant", "content": "I block it."}],
        },
        {
            "prompt": [{"role": "user", "content": "카드를 잃어버렸어요."}],
            "completion": [
                {
                    "role": "assistant",
                    "content": "바로 정지해 드릴게요.\n성함이 어떻게 되세요? 🙂",
                }
            ],
        },
    ]


@pytest.mark.parametrize(
    ("script", "last", "each"),
    [
        pytest.param("u: 1 | a: 2", [("u: 1", "a: 2")], [("u: 1", "a: 2")], id="one-turn"),
        pytest.param(
            "u: 1 | a: 2 | u: 3 | a: 4",
            [("u: 1 | a: 2 | u: 3", "a: 4")],
            [("u: 1", "a: 2"), ("u: 1 | a: 2 | u: 3", "a: 4")],
            id="two-turns",
        ),
        pytest.param(
            "u: 1 | a: 2 | a: 3 | u: 4",
            [("u: 1", "a: 2 | a: 3")],
            [("u: 1", "a: 2 | a: 3")],
            id="assistant-twice-and-user-at-the-end",
        ),
        pytest.param(
            "a: 0 | u: 1 | a: 2",
            [("a: 0 | u: 1", "a: 2")],
            [("a: 0 | u: 1", "a: 2")],
            id="assistant-opens",
        ),
        pytest.param("s: 0 | u: 1", [], [], id="no-assistant"),
        pytest.param("s: 0 | a: 1", [], [], id="no-user"),
        pytest.param("", [], [], id="nothing"),
    ],
)
def test_the_prompt_ends_with_the_user_and_the_completion_is_the_assistants(
    script: str, last: list[tuple[str, str]], each: list[tuple[str, str]]
) -> None:
    given = sample(script)
    assert list(PromptCompletion().rows(given)) == [pair(*p) for p in last]
    assert list(PromptCompletion(every_turn=True).rows(given)) == [pair(*p) for p in each]


@pytest.mark.parametrize(
    ("script", "prompt", "completion"),
    [
        pytest.param("u: Why?\nHow? | a: So.", "Why?\nHow?", "So.", id="single-user-turn"),
        pytest.param(
            "s: Be brief. | u: 왜요? | a: 그냥요.",
            "system: Be brief.\n\nuser: 왜요?\n\nassistant:",
            "그냥요.",
            id="with-system",
        ),
        pytest.param(
            "u: 1 | a: 2 | u: 3 | a: 4 | a: 5",
            "user: 1\n\nassistant: 2\n\nuser: 3\n\nassistant:",
            "4\n\n5",
            id="several-turns",
        ),
    ],
)
def test_plain_strings(script: str, prompt: str, completion: str) -> None:
    assert list(PromptCompletion(conversational=False).rows(sample(script))) == [
        {"prompt": prompt, "completion": completion}
    ]
