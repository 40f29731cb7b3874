"""Every English prompt names the job's language where that is another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from textsynth.methods import ALWAYS, SHELF
from textsynth.prompts import PromptBook, StandIn

HOME = Path(__file__).parents[2]
JUDGES = {
    "converse/verify", "entities/verify", "evolve/compare", "evolve/rate", "knowledge/verify",
    "preference/compare", "preference/score", "qa/answerable", "qa/quote", "qa/verify",
    "rewrite/verify", "self_instruct/kind",
}  # fmt: skip
"""Steps that write nothing for a row: they copy words of a text, or judge it for the machine."""

STEPS = sorted(
    f"{method}/{step.rpartition('/')[2]}"
    for method in SHELF.names()
    for step in SHELF.load(method).steps
    if (HOME / "prompts" / method / f"{step}.en.jinja").is_file()
)


class _Any(StandIn):
    """A stand-in that also takes part in filters and comparisons of texts."""

    def __add__(self, other: Any) -> Any:
        return f"…{other}"

    def get(self, *_: Any) -> Any:
        return self

    def items(self) -> list[tuple[str, str]]:
        return [("…", "…")]

    def values(self) -> list[str]:
        return ["…"]


def shown(step: str) -> str:
    """All sections of a prompt in a Swahili job, with stand-ins for what it is handed."""
    method = SHELF.load(step.partition("/")[0])
    book = PromptBook(HOME, method.part, "sw", "Swahili")
    prompt = book.load(step.partition("/")[2])
    names = set(prompt.undefined(book.env))
    known = {**dict.fromkeys(names, _Any(1)), **dict.fromkeys(ALWAYS), **book.common}
    said = []
    for section in prompt.sections:
        if section.template is None:
            continue
        try:
            said.append(section.template.render(known))
        except Exception:  # noqa: BLE001 - a stand-in may be too unlike the real thing: the source tells, too
            tree: nodes.Template = jinja2.Environment().parse(section.source)
            said += [
                "Swahili" for name in tree.find_all(nodes.Name) if name.name == "language_name"
            ]
    return "\n".join(said)


@pytest.mark.parametrize("step", STEPS)
def test_a_prompt_says_in_which_language_to_write(step: str) -> None:
    assert ("Swahili" in shown(step)) == (step not in JUDGES)


def test_the_judges_are_still_there() -> None:
    assert set(STEPS) >= JUDGES
