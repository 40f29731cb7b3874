"""Text: for language modelling, plain or as a chat template has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.writers.samples import ENGLISH, SUMMARY, lines, sample
from textsynth.errors import JobError
from textsynth.writers.text import Text

CHATML = (
    "{% for m in messages %}{% if loop.index0 == 0 and m.role == 'assistant' %}"
    "{{ raise_exception('a user must begin') }}{% endif %}"
    "<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{{ eos_token }}"
)


@pytest.mark.parametrize(
    ("script", "text"),
    [
        pytest.param("u: 1 | a: 2", "customer: 1\n\nagent: 2", id="speakers"),
        pytest.param("u: alone", "alone", id="one-turn"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_turns_under_their_speakers(script: str, text: str | None) -> None:
    given = sample(script, speakers={"user": "customer", "assistant": "agent"})
    assert list(Text().rows(given)) == ([{"text": text}] if text else [])


def test_a_column_and_one_that_is_not_there(tmp_path: Path) -> None:
    given = sample("u: 1", columns={"summary": "short"})
    (target,) = Text(column="summary").write([given], tmp_path, SUMMARY)
    assert lines(target) == [{"text": "short"}]
    with pytest.raises(JobError, match="No sample has 'sumary'") as raised:
        Text(column="sumary").write([given], tmp_path, SUMMARY)
    assert "summary" in str(raised.value)


def test_a_chat_template_of_a_tokenizer(tmp_path: Path) -> None:
    config = {"chat_template": CHATML, "eos_token": {"content": "</s>"}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), "utf8")
    (row,) = Text(template=tmp_path).rows(ENGLISH)
    assert row["text"].startswith("<|im_start|>system\nYou help customers.<|im_end|>\n")
    assert row["text"].endswith("<|im_end|>\n</s>")


def test_a_template_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "chat.jinja"
    path.write_text(CHATML, "utf8")
    with pytest.raises(JobError, match="a user must begin"):
        list(Text(template=path).rows(sample("a: 0 | u: 1")))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        pytest.param("none.jinja", None, "cannot be read", id="missing"),
        pytest.param("tokenizer_config.json", "{}", "has no chat template", id="no-template"),
        pytest.param("bad.jinja", "{% if %}", "is not valid", id="broken"),
        pytest.param("x.json", "{", "is no JSON", id="no-json"),
    ],
)
def test_templates_that_cannot_be_used(
    tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf8")
    with pytest.raises(JobError, match=words):
        list(Text(template=tmp_path / name).rows(ENGLISH))
