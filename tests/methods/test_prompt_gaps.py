"""Every shipped prompt with its optional parts there and not there: no gap, no doubled mark."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from tests.methods.samples import FARMER, book, brief
from tests.methods.test_prompts import FIELDS
from textsynth.methods import SHELF, Method
from textsynth.records import Message

MORE: dict[str, Any] = {
    "manner": "Rewrite this text in plain words", "types": {"DAY": "a day"}, "what": "",
    "second": "French", "fault": "it stays general", "good": "It costs £12.", "score": 3,
    "within": "Banking", "listed": ["Loans: lending", "Cards"], "known": ["Debit cards"],
    "system": "You are a bank's helper.", "turn": 2,
    "concept": "yeast", "follow": "asks why",
    "talk": [{"who": "user", "text": "Where is it?"}], "asked": None,
    "kind_of_piece": "a poem", "things": ["a key", "a ferry"], "limits": ["has exactly 4 lines"],
    "names": ["Bea", "Ivo"],
    "low": 10, "high": 20, "operation": "depth", "parent": None, "child": None,
    "sessions": 8, "concepts": 5, "length": "short",
    "chosen": [{"number": 2, "name": "Fees", "concepts": ["a flat fee", "a rate"]}],
}  # fmt: skip
COURSE: dict[str, Any] = {
    "topic": {"id": "t", "name": "Cards", "text": "Bank > Cards", "about": ""},
    "subject": {
        "id": "s", "name": "Card fees", "level": "", "topic": "", "subtopics": [],
        "sessions": [{"name": "Fees", "concepts": ["a flat fee"]}],
    },
}  # fmt: skip
METHODS: list[Method] = [
    SHELF.load(name).model_validate({"types": {"DAY": "a day"}} if name == "entities" else {})
    for name in SHELF.names()
    if not name.startswith("persona_")
]
STEPS = [(m, step, code) for m in METHODS for step in m.steps for code in ("en", "ko")]
FAULTS = re.compile(
    r"\n{3}|[^\n.]  +\S|(?<!\.)\.\.(?!\.)| [.,;](?!\.)|[:,;] *[.,;]|\( *\)|\bNone\b|\?\."
)


@pytest.mark.parametrize(
    ("method", "step", "code"), STEPS, ids=[f"{m.part}-{s}-{c}" for m, s, c in STEPS]
)
def test_no_prompt_shows_where_something_is_left_out(method: Method, step: str, code: str) -> None:
    prompts = book(method, code)
    made = brief()
    cases = itertools.product((0, 1, 2), ("chat", "email", "phone"), range(9))
    for full, channel, pick in cases:
        own = {name: {**FIELDS, **MORE}[name] for name in method.steps[step]}
        if "wanted" in own and method.part == "entities":
            own["wanted"] = [{"type": "DAY", "about": "a day", "value": ""}] * min(full, 1)
        if method.part == "converse":
            own |= {n: {"id": "s", "text": "Why?"} for n in ("said", "asked") if n in own}
        if "names" in own and not full and code == "en":
            own["names"] = []
        if "pick" in own:
            own["pick"] = pick
        fields = {
            name: value
            for name, value in {**made.fields, **COURSE}.items()
            if name in method.needs or (full and name in method.may_use)
        }
        if full == 2 and "persona" in fields:
            fields["persona"] = FARMER  # who has no tone
        for name in ("parent", "child"):
            if name in own:
                said = [{"role": "user", "text": "Hello."}] * min(full, 1)
                own[name] = {"id": "s", "text": "Why?", "turns": said, "system": ""}
        fields["other"] = {"id": "o", "text": "Another text."} if full else None
        style = "Length: 3 to 9 words." if full else None
        common = {**dict.fromkeys(method.may_use), "scenario": "it rains" if full else None}
        facets = {name: values[-1] for name, values in method.facets.items()}
        known = {**common, "style": style, **facets, **made.facets, **prompts.common}
        if "channel" in facets:
            known["channel"] = channel
        history: list[Message] = []
        for message in prompts.load(step).render({**known, **fields, **own}, history):
            found = FAULTS.search(message["content"].replace(" ...", " x").replace("...", "x"))
            assert not found, message["content"]
