"""The shipped prompts: each renders in English and Korean, and example jobs are whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.methods.samples import book, brief
from textsynth.jobfile import load_job
from textsynth.methods import ALWAYS, Method
from textsynth.methods.classify import Classify
from textsynth.methods.dialogue import Dialogue
from textsynth.methods.qa import Qa
from textsynth.methods.self_instruct import SelfInstruct
from textsynth.methods.summarize import Summarize
from textsynth.methods.support import Support
from textsynth.prompts import PromptBook
from textsynth.records import Brief, Message

ROOT = Path(__file__).parents[2]
METHODS: list[Method] = [Support(), Qa(), Dialogue(), Classify(), Summarize(), SelfInstruct()]
COPIES = {"answerable", "quote", "verify", "kind"}
"""Steps that copy from a text or judge it: the language of their replies is the text's."""
FIELDS: dict[str, Any] = {
    "company": "Larkmere Bank", "number": 2, "need": "What does it cost?", "pick": 7,
    "said": "Thank you.", "question": "What does it cost?", "subject": "", "left": 3,
    "wanted": "no", "word": "No", "yes": "Yes", "no": "No", "purpose": "a notice", "problem": "",
    "first": "What does it cost?", "second": "How long does it take?",
    "answer": "It costs £12.", "passage": "It costs £12.", "quotes": ["It costs £12."],
    "passages": ["It costs £12."],
    "me": {"description": "A nurse."}, "other": {"description": "A farmer."}, "plain": False,
    "kind": "a message to a bank", "about": "money was stolen", "text": "Where is my card?",
    "lookalike": {"label": "card", "about": "", "text": "My card is gone."},
    "choices": [{"label": "fraud", "about": "money was stolen"}, {"label": "card", "about": ""}],
    "policy": "", "found": "", "rule": "Only adults.", "instead": "", "request": "May I?",
    "tools": ["look(id): Looks."], "tool": "look(id): Looks.", "arguments": "{}",
    "line": "Hi there.", "labels": ["resolved", "refused"],
    "shown": [{"id": "s", "instruction": "Name a river."}], "many": 3, "facets": {"level": "hard"},
    "task": "Name a river.", "given": "",
    "lines": [{"who": "customer", "text": "Hi."}],
}  # fmt: skip
NEVER = dict.fromkeys(ALWAYS)
STEPS = [
    (method, step, code) for method in METHODS for step in method.steps for code in ("en", "ko")
]


def known(
    method: Method, prompts: PromptBook, made: Brief, own: Mapping[str, Any]
) -> dict[str, Any]:
    """All that a prompt of the method may use."""
    absent = dict.fromkeys((*ALWAYS, *method.may_use))
    facets = {name: values[0] for name, values in method.facets.items()}
    return {**absent, **prompts.common, **facets, **made.facets, **made.fields, **own}


@pytest.mark.parametrize(
    ("method", "step", "code"), STEPS, ids=[f"{m.part}-{s}-{c}" for m, s, c in STEPS]
)
@pytest.mark.parametrize("outcome", ["resolved", "escalated", "abandoned", "refused", "a bet"])
def test_every_prompt_renders(method: Method, step: str, code: str, outcome: str) -> None:
    made = brief(outcome=outcome)
    own = {name: FIELDS[name] for name in method.steps[step]}
    prompts = book(method, code)
    prompt = prompts.load(step)
    assert prompt.path.name == f"{step}.{code}.jinja"
    history: list[Message] = [{"role": "user", "content": "HISTORY"}]
    sent = prompt.render(known(method, prompts, made, own), history)
    assert sent
    assert all(message["content"].strip() for message in sent)
    assert "None" not in " ".join(message["content"] for message in sent)
    assert prompt.options["max_tokens"] >= 40


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_there_is_a_prompt_for_each_step_and_no_other(method: Method) -> None:
    found = {path.name for path in (ROOT / "prompts" / method.part).glob("*.jinja")}
    assert found == {f"{step}.{code}.jinja" for step in method.steps for code in ("en", "ko")}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_an_english_prompt_names_another_language(method: Method) -> None:
    prompts = book(method, "de")
    for step, names in method.steps.items():
        if step in COPIES:
            continue
        made = brief()
        own = {name: FIELDS[name] for name in names}
        sent = prompts.load(step).render(known(method, prompts, made, own))
        assert "German" in " ".join(message["content"] for message in sent), step


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_every_prompt_opens_with_its_purpose(method: Method) -> None:
    for path in (ROOT / "prompts" / method.part).glob("*.jinja"):
        assert path.read_text(encoding="utf8").startswith("{# "), path.name


@pytest.mark.parametrize(
    "name", ["support", "qa", "dialogue", "classify", "summarize", "self_instruct"]
)
def test_the_example_job_can_be_prepared(name: str) -> None:
    text = (ROOT / "prompts" / name / "example.yaml").read_text(encoding="utf8")
    assert text.startswith("# ")
    job = load_job(ROOT / "prompts" / name / "example.yaml")
    assert job.method.part == name
    assert job.count == 4
