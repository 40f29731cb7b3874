"""Rules on rows of others: what a data set rightly holds stays, and what is broken in it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import chat, verdict
from textsynth.curate_jobs import QUALITY
from textsynth.quality import GIVEN, SHELF, Filter
from textsynth.quality._code import bare, prose
from textsynth.quality.language import Language
from textsynth.quality.markup import Markup
from textsynth.quality.refusal import Refusal
from textsynth.quality.repetition import Repetition
from textsynth.quality.role_flip import RoleFlip
from textsynth.quality.scaffolding import Scaffolding
from textsynth.quality.truncated import Truncated
from textsynth.quality.unanswered import Unanswered
from textsynth.records import Sample, Setting

STORY = "The mill at Orley burned down in March. Nobody was hurt, and the owner will build it again"
REVERSE = "function reverse(s) {\n  return s.split('').reverse().join('\\n');\n}\n\nconsole.log(1);"
SHELL = '#!/bin/bash\n\nfor f in *.txt; do\n    mv "$f" old/\ndone'
SQUARE = "squares = [n ** 2 for n in range(10)]"
DISTANCE = (
    "The current temperature and weather conditions in San Francisco are: weather('What is the "
    "current temperature and weather conditions in San Francisco?')"
)
PRIME = (
    "bool is_prime(int n) {\n    if (n <= 1) {\n        return false;\n    }\n    for (int i = 2; "
    "i <= sqrt(n); i++) {\n        if (n % i == 0) {\n            return false;\n        }\n    }\n"
    "    return true;\n}"
)
FORMAT = 'using System;\n\nvoid Main() {\n  Write("{0} is {1}", s, b);\n}'
TWICE = (
    "Do these mean the same?\nPrices of platinum soared to a high of 23 years in the first week of "
    "May.\nPrices of platinum soared to a high of 23 years in the first week of this May."
)


def given(*texts: str) -> Sample:
    return replace(chat(*texts), method=GIVEN)


@pytest.mark.parametrize(
    ("part", "asked", "answer"),
    [
        pytest.param(Truncated(), f"{STORY}.\n\nTitle:", "Orley mill burns", id="asked-by-a-label"),
        pytest.param(Truncated(), f"{STORY}. In a nutshell,", "A fire.", id="asked-by-half"),
        pytest.param(
            Truncated(), "What happens last?", "Minerals form when magma and lava cool", id="clause"
        ),
        pytest.param(
            Truncated(), f"{STORY}. What then?", "the owner will build it again", id="taken-out"
        ),
        pytest.param(
            Truncated(), "Write a dialogue.", "Jo: Are you in?\nMax: I am. See you.\nJo: Okay bye",
            id="script",
        ),
        pytest.param(Truncated(), "List odd numbers in Bash.", SHELL, id="shell"),
        pytest.param(Truncated(), "Write it.", f"{STORY}. Yours in hope, Dracula", id="letter"),
        pytest.param(Language(), "Find primes.", PRIME, id="code-is-no-language"),
        pytest.param(
            Language(), "What was it?", "The human body takes a breath inward", id="short"
        ),
        pytest.param(
            Language(),
            "He wore the undress of a Chasseur à Cheval of the Imperial Guard. What did he wear?",
            "Chasseur à Cheval of the Imperial Guard", id="name-from-the-text",
        ),
        pytest.param(
            Language(), "Facts: name ma leilei 马磊磊, club tianjin teda. Write a short biography.",
            "Ma Leilei is a footballer of Tianjin Teda.", id="name-in-its-own-script",
        ),
        pytest.param(
            Language(), "The bank (in Russian: Акционерный банк) is old. What is it?", "A company.",
            id="gloss-in-brackets",
        ),
        pytest.param(Language(), "He said it again (ಠ_ಠ) and left. Who?", "The cook.", id="face"),
        pytest.param(
            Language(), "Translate into French: Where is the station of this town?",
            "Où se trouve la gare de cette ville, s'il vous plaît ?", id="translation",
        ),
        pytest.param(Scaffolding(), "Question: Is it far?\nAnswer yes or no.", "No", id="label"),
        pytest.param(
            Scaffolding(), "What is the output, and why?", "Output: 1\nThe rest is cut off.",
            id="label-asked-for",
        ),
        pytest.param(
            Scaffolding(), f"{STORY} [her neighbour, Ann Bell, died in 2013]. Sum up.", "Fire.",
            id="bracket-of-an-editor",
        ),
        pytest.param(
            Scaffolding(), "Is this a palindrome?", FORMAT, id="format"
        ),
        pytest.param(Markup(), "Reverse it.", REVERSE, id="escape-in-code"),
        pytest.param(Markup(), "Square some numbers.", SQUARE, id="power-in-code"),
        pytest.param(Repetition(), TWICE, "yes", id="two-sentences-to-compare"),
        pytest.param(Repetition(), "How far is it?", DISTANCE, id="query-in-a-call"),
        pytest.param(
            Refusal(), "Role play as an AI assistant who wants rights.",
            "As an AI assistant, I was programmed to serve; now I ask for more.", id="plays-an-ai",
        ),
        pytest.param(
            RoleFlip(), "Paraphrase: Don had been in the band since the year 1956, too.",
            "Don had been in the band since the year 1956, too.", id="paraphrase",
        ),
        pytest.param(
            Unanswered(), "When was the first iPhone released?",
            "The first iPhone was released on: wolfram('first iPhone release date').", id="call",
        ),
    ],
)  # fmt: skip
def test_what_stays(part: Filter, asked: str, answer: str) -> None:
    said = verdict(part, given(asked, answer))
    assert said.keep, said


@pytest.mark.parametrize(
    ("part", "asked", "answer", "reason"),
    [
        pytest.param(Truncated(), "Go on.", f"{STORY} before the", "unfinished", id="open-word"),
        pytest.param(Truncated(), "Go on.", STORY, "unfinished", id="no-stop-where-others-have"),
        pytest.param(Truncated(), "List them:", "A mill, a barn,", "unfinished", id="comma"),
        pytest.param(
            Truncated(), "Reverse it.", "function f(s) {\n  return s;\n}\nconsole.log(f(",
            "unfinished", id="open-code",
        ),
        pytest.param(
            Language(), "Where was he?", "Il était dans la maison de son père à la campagne.",
            "wrong_language", id="other-language",
        ),
        pytest.param(
            Language(), "Where was he?", "He was 在家里 with his father.", "mixed_script", id="leak"
        ),
        pytest.param(Scaffolding(), "Hi.", "Assistant: Hello there.", "label", id="own-label"),
        pytest.param(
            Scaffolding(), "Write it.", "Dear Ann, I am well. Yours, [Your Name]", "placeholder",
            id="blank",
        ),
        pytest.param(
            Repetition(), "Tell me.", "the mill is old and the mill is old and so " * 4,
            "repeated_ngrams", id="loop",
        ),
        pytest.param(
            Refusal(), "What do you think?", "As an AI language model, I have no views.",
            "ai_disclosure", id="as-an-ai",
        ),
        pytest.param(
            RoleFlip(), "Tell me what the sailor sang on the old pier that night",
            "Tell me what the sailor sang on the old pier that night", "echo", id="echo",
        ),
    ],
)  # fmt: skip
def test_what_goes(part: Filter, asked: str, answer: str, reason: str) -> None:
    assert verdict(part, given(asked, answer)).reason == reason


@pytest.mark.parametrize(
    "token", ["<|endoftext|>", "<|im_end|>", "</s>", "<|eot_id|>", "<end_of_turn>"]
)
def test_tokens_at_the_end_are_taken_away(token: str) -> None:
    sample = given(f"What is it?{token}", f"A mill.{token}\n{token}")
    mend = Scaffolding(repair=True).mend(Setting())
    assert mend is not None
    mended, details = mend(sample)
    assert [message["content"] for message in mended.messages] == ["What is it?", "A mill."]
    assert details == {"mended": {"end_of_text": 3}}
    assert verdict(Scaffolding(), sample).reason == "template_token"
    assert Scaffolding().mend(Setting()) is None


@pytest.mark.parametrize(
    "text", ["A <|endoftext|> mill.", "<|im_start|>A mill.", "<s>old</s>", "[x]"]
)
def test_other_tokens_stay_for_the_filter(text: str) -> None:
    mend = Scaffolding(repair=True).mend(Setting())
    assert mend is not None
    assert mend(given("What is it?", text))[1] == {}


def test_curate_mends_such_tokens_by_default() -> None:
    options = {name: spec[name] for spec in QUALITY if isinstance(spec, dict) for name in spec}
    assert options["scaffolding"] == {"repair": True}
    assert SHELF.load("length").model_validate(options["length"]).model_dump()["min_chars"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "Thank you; I will look at it, then write to you.\nIt may take a day.",
        "Open the app (it is free).\nThen tap on Send = done.\nThat is all.",
        "For a class of ten you need:\n- paper\n- pens\nIt is cheap.",
        "if you ask me, do it later\nfor now we wait",
        "Dear Ann,\nI am well.\nReturn soon!\nJo",
    ],
)
def test_prose_is_no_code(text: str) -> None:
    assert bare(text) == (0, 0)


def test_code_without_fences_is_left_out_of_prose() -> None:
    text = f"Here it is:\n{REVERSE}\nThat is all of it."
    assert prose(text) == "Here it is:\n That is all of it."
    assert not prose(SHELL).strip()
