"""Replies of a chat server to the prompts of `qa`, borne out by the FAQ of the test project."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.scripts import prompt_texts


def qa_replies(request: dict[str, Any]) -> str:
    """What a good model would say, from the prompt alone."""
    texts = prompt_texts(request)
    asked, system = texts[-1], texts[0]
    topics = re.findall(r"What about ([a-z ]+)\?", system)
    facts = re.findall(r"It takes \d+ days and costs \d+ pounds\.", system)
    topic: str = topics[0]
    fact: str = facts[0]
    if "Copy out the sentence" in asked:
        return fact
    if "copy the sentence that states it" in asked:
        return "NOT IN THE TEXT"
    if "the information that is missing" in asked:
        return f"Can I do {topic} on a Sunday? | the opening hours for {topic}"
    if "the answer with the reason" in asked:
        yes = "is Yes," in asked
        return f"Is it true of {topic} that it takes {'some' if yes else 99} days? | "
    if "Begin with" in system:
        word = "No" if "99" in asked else "Yes"
        return f"{word}, {fact[0].lower()}{fact[1:]}"
    if "of the second" in asked or "second text" in asked:
        return f"How does {topic} differ from {topics[-1]}? | "
    if len(facts) > 1 and "the two texts give" in asked:
        return f"For {topic}, {facts[0]} For {topics[-1]}, {facts[-1]}"
    if "like this" in asked:
        number = len(re.findall(r"one detail|how to do|a figure|what happens", asked))
        return f"What do I need to know about {topic}{', please' * number}?"
    return fact
