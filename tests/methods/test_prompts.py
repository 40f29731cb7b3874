"""The shipped prompts: each renders in English and Korean, and example jobs are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.methods.samples import book, brief
from textsynth.jobfile import load_job
from textsynth.methods import ALWAYS, Method
from textsynth.methods.classify import Classify
from textsynth.methods.dialogue import Dialogue
from textsynth.methods.qa import Qa
from textsynth.methods.support import Support

ROOT = Path(__file__).parents[2]
METHODS: list[Method] = [Support(), Qa(), Dialogue(), Classify()]
FIELDS: dict[str, Any] = {
    "company": "Larkmere Bank", "number": 2, "need": "What does it cost?", "pick": 7,
    "said": "Thank you.", "question": "What does it cost?", "subject": "", "left": 3,
    "me": {"description": "A nurse."}, "other": {"description": "A farmer."}, "plain": False,
    "kind": "a message to a bank", "about": "money was stolen", "text": "Where is my card?",
    "lookalike": {"label": "card", "about": "", "text": "My card is gone."},
    "choices": [{"label": "fraud", "about": "money was stolen"}, {"label": "card", "about": ""}],
}  # fmt: skip
NEVER = dict.fromkeys(ALWAYS)
STEPS = [
    (method, step, code) for method in METHODS for step in method.steps for code in ("en", "ko")
]


@pytest.mark.parametrize(
    ("method", "step", "code"), STEPS, ids=[f"{m.part}-{s}-{c}" for m, s, c in STEPS]
)
@pytest.mark.parametrize("outcome", ["resolved", "escalated", "abandoned", "a bet"])
def test_every_prompt_renders(method: Method, step: str, code: str, outcome: str) -> None:
    made = brief(outcome=outcome)
    own = {name: FIELDS[name] for name in method.steps[step]}
    prompts = book(method, code)
    prompt = prompts.load(step)
    assert prompt.path.name == f"{step}.{code}.jinja"
    history = [{"role": "user", "content": "HISTORY"}]
    sent = prompt.render({**NEVER, **prompts.common, **made.facets, **made.fields, **own}, history)  # type: ignore[arg-type]
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
        made = brief()
        own = {name: FIELDS[name] for name in names}
        sent = prompts.load(step).render(
            {**NEVER, **prompts.common, **made.facets, **made.fields, **own}
        )
        assert "German" in " ".join(message["content"] for message in sent), step


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_every_prompt_opens_with_its_purpose(method: Method) -> None:
    for path in (ROOT / "prompts" / method.part).glob("*.jinja"):
        assert path.read_text(encoding="utf8").startswith("{# "), path.name


@pytest.mark.parametrize("name", ["support", "qa", "dialogue", "classify"])
def test_the_example_job_can_be_prepared(name: str) -> None:
    text = (ROOT / "prompts" / name / "example.yaml").read_text(encoding="utf8")
    assert text.startswith("# ")
    job = load_job(ROOT / "prompts" / name / "example.yaml")
    assert job.method.part == name
    assert job.count == 4
