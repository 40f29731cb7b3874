"""Replies for an evolution: mostly good rewrites, and in fixed shares each fault of a model."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.scripts import Reply, prompt_texts, request_digest

ORDERS = {
    "one more condition": "constraints",
    "goes deeper": "deepen",
    "one particular case": "concretise",
    "takes several steps": "reasoning",
    "must work on": "complicate",
    "asked less often": "breadth",
    "clearly easier": "easier",
}
"""What only the prompt of an operation says → the operation."""

READERS = ("a new neighbour", "a tired nurse", "my old uncle", "a class of ten", "the night shift")
THINGS = ("kettle", "tarpaulin", "ledger", "pigeon loft", "clarinet", "greenhouse", "canal boat")
PLACES = ("Dover", "Graz", "Busan", "Oulu", "Ghent", "Porto", "Galway", "Kyoto")
TAILS = {
    "constraints": "Stay under {n} words, leave the {thing} out and write for {reader}.",
    "deepen": "Say also why a {thing} in {place} would be an exception to that.",
    "concretise": "It is for {reader} in {place}, who has {n} minutes and one {thing}.",
    "reasoning": "Then work out what changes when {reader} needs {n} of them today in {place}.",
}
TABLE = "\n\n| {thing} | price |\n| --- | --- |\n| {place} | {n} |\n| Lille | 31 |"
EASY = ("Describe lighthouses.", "Explain greenhouses.", "Describe tarpaulins.")
GERMAN = "Warum soll das so sein, und welche Gründe sprechen dagegen, wenn man alle Fälle bedenkt?"
ANSWERED = "This {thing} belongs to {reader}, and most people in {place} agree on that."
FAULTS: dict[str, int] = {
    "empty": 2, "cut_off": 2, "scaffolding": 4, "language_changed": 2, "answers_itself": 5,
    "unchanged": 5, "not_longer": 4, "much_longer": 4, "not_compared": 2, "no_gain": 8,
    "sorry_reply": 5, "empty_reply": 2,
}  # fmt: skip
"""Rule → how many in a hundred rewrites it is there for."""
SIGNS = {
    "not_compared": "\u00b6",
    "no_gain": "\u00a7",
    "sorry_reply": "\u2020",
    "empty_reply": "\u2021",
}
"""What ends an instruction whose reader or answerer is to be at fault."""


class Evolver:
    """Replies to any prompt of `evolve`; which fault one has hangs on the prompt alone.

    `planted`: each rewrite → the rule that is to eliminate it, "" for a good one.
    """

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def __call__(self, request: dict[str, Any]) -> Reply:
        """The reply to one request."""
        last, key = prompt_texts(request)[-1], request_digest(request)
        if "First request:" in last:
            if "How hard is each" in last:
                return json.dumps({"first": 3, "second": 3 + key[0] % 4})
            if SIGNS["not_compared"] in last:
                return "Hard to tell."
            word = "no" if SIGNS["no_gain"] in last else "yes"
            return json.dumps({"reason": "Set beside each other.", "verdict": word})
        operation = next((name for words, name in ORDERS.items() if words in last), "")
        if operation:
            fault, text = rewritten(operation, last.partition("\n\nRequest: ")[2], key)
            self.planted[text] = fault
            cut = fault == "cut_off"
            return {"content": text, "finish_reason": "length" if cut else "stop"}
        if SIGNS["sorry_reply"] in last:
            return "I'm sorry, but I cannot help with that."
        if SIGNS["empty_reply"] in last:
            return "Yes, it is."
        return f"It depends on the {THINGS[key[0] % 7]}; so begin with the oldest one."


def rewritten(operation: str, parent: str, key: bytes) -> tuple[str, str]:
    """(fault, text): what a model makes of an instruction; of a hundred some forty have a fault."""
    said = {
        "n": 20 + key[0] % 70, "thing": THINGS[key[1] % 7], "place": PLACES[key[2] % 8],
        "reader": READERS[key[3] % 5],
    }  # fmt: skip
    if operation == "easier":
        good = EASY[key[1] % 3]
    elif operation == "breadth":
        good = "How would {reader} mend a {thing} in {place}?".format(**said)
    elif operation == "complicate":
        good = f"{parent} Go by this list." + TABLE.format(**said)
    else:
        good = f"{parent} {TAILS[operation].format(**said)}"
    fault = _fault(operation, int.from_bytes(key[4:8], "big") % 100)
    if fault == "not_longer" and len(parent.split()) < 4:
        fault = ""  # there is hardly a shorter one
    texts = {
        "empty": "...",
        "cut_off": good[:-4].rstrip(),
        "scaffolding": f"#Rewritten Prompt#: {good}",
        "language_changed": GERMAN,
        "answers_itself": ANSWERED.format(**said),
        "unchanged": f"{parent}!" if operation == "easier" else f"Please, {parent}",
        "not_longer": "Compare {place}, Lyon, Split.".format(**said),
        "not_shorter": f"{parent} And is that so in {said['place']} as well?",
        "much_longer": good + " Also say how it was a hundred years before that." * 6,
        # Those of a reader and an answerer: the instruction tells them to.
        **{name: f"{good} {sign}" for name, sign in SIGNS.items()},
    }  # fmt: skip
    return fault, texts.get(fault, good)


def _fault(operation: str, place: int) -> str:
    """Which fault the rewrite at this place of a hundred has, if the operation can have it."""
    for name, share in FAULTS.items():
        place -= share
        if place < 0:
            size = name in ("not_longer", "much_longer")
            if operation == "easier" and size:
                return "not_shorter"
            free = {"breadth": "not_longer", "complicate": "much_longer"}
            return "" if free.get(operation) == name else name
    return ""
