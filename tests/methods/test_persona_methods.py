"""Methods that make personas: one flat form, useless replies asked again, two languages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.methods.samples import CHUNK, FARMER, KOREAN_CHUNK, NURSE, book
from textsynth.errors import ReplyError
from textsynth.forms import Form
from textsynth.jobfile import load_job
from textsynth.methods import Method
from textsynth.methods._people import Person, fault
from textsynth.methods.persona_grow import PersonaGrow
from textsynth.methods.persona_infer import PersonaInfer
from textsynth.records import Brief, Draft, Message, Reply

ROOT = Path(__file__).parents[2]
METHODS: list[Method] = [PersonaInfer(), PersonaGrow()]
CARD = {
    "occupation": "night-shift nurse",
    "age_band": "35-44",
    "description": "Works nights on a ward in Leeds and banks at four in the morning. She fears "
    "that a card lost on a Friday leaves her without money until her next day off.",
    "expertise": "wards very well, banking little",
    "background": "Trained in Cork, two children.",
    "tone": "brisk, tired",
    "language_style": "short lines, no greeting",
}


def brief(facets: Mapping[str, str], chunk: str = CHUNK) -> Brief:
    fields = {"chunk": {"id": "c", "text": chunk, "source": "faq.csv"}, "persona": NURSE}
    return Brief(0, "b0", fields, dict(facets))


def ask_of(method: Method, made: Brief, replies: Sequence[dict[str, Any]]) -> tuple[Any, list[int]]:
    """An `ask` that reads each reply by the form, and the takes that were asked."""
    takes: list[int] = []
    prompts = book(method)
    left = list(replies)

    async def ask(step: str, *, take: int = 0, form: Any = None, **fields: Any) -> Reply:
        takes.append(take)
        absent = dict.fromkeys((*method.may_use, "scenario", "style"))
        assert prompts.load(step).render({**absent, **prompts.common, **made.facets, **made.fields})
        text = json.dumps(left.pop(0) if len(left) > 1 else left[0])
        return Reply(text, "script", data=Form.of(form).read(text))

    return ask, takes


def write(method: Method, facets: Mapping[str, str], *replies: dict[str, Any]) -> Draft:
    made = brief(facets)
    return asyncio.run(method.write(made, ask_of(method, made, replies)[0]))


def test_a_person_becomes_columns_and_one_message() -> None:
    draft = write(PersonaInfer(), {"interest": "needs it", "gender": "female"}, CARD)
    assert draft.messages == [{"role": "assistant", "content": CARD["description"]}]
    assert draft.columns == {**CARD, "relation": "needs it", "gender": "female"}
    grown = write(PersonaGrow(), {"relation": "rival", "gender": "male"}, CARD)
    assert grown.columns["relation"] == "rival"


def test_an_age_that_the_job_settles_goes_over_that_of_the_reply() -> None:
    facets = {"interest": "reads it", "gender": "male", "age_band": "75+"}
    assert write(PersonaInfer(), facets, CARD).columns["age_band"] == "75+"


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Someone who needs a replacement card and waits for it.", "anybody"),
        ("An accountant is responsible for the books of a firm.", "anybody"),
        ("A clerk who learns from this text that cards take five days.", "the task"),
        ("Writes texts like this one for a bank in the north.", "the task"),
        ("I have been a writer in Leeds for seven years now.", "told by the person"),
        ("As an AI language model I cannot invent a person.", "refused"),
        ("Sells goat's cheese at a harbour market on Sundays.", "the example"),
        ("주어진 글에 나오는 가상의 고객으로 카드를 기다립니다. 재발급이 급합니다.", "the task"),
    ],
)
def test_a_useless_person_is_asked_for_again_and_then_given_up(
    description: str, words: str
) -> None:
    bad = {**CARD, "description": description}
    assert words in fault(Person(**bad))
    facets = {"interest": "needs it", "gender": "female"}
    assert write(PersonaInfer(), facets, bad, CARD).columns["description"] == CARD["description"]
    made = brief(facets)
    ask, takes = ask_of(PersonaInfer(), made, [bad])
    with pytest.raises(ReplyError, match=words):
        asyncio.run(PersonaInfer().write(made, ask))
    assert takes == [0, 1, 2]


def test_a_good_person_has_no_fault() -> None:
    assert fault(Person(**CARD)) == ""


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_value_of_a_facet_is_put_into_words(method: Method, code: str) -> None:
    prompts = book(method, code)
    facet = next(iter(method.facets))
    said: set[str] = set()
    for value in (*method.facets[facet], "owes it money"):
        chunk = KOREAN_CHUNK if code == "ko" else CHUNK
        made = brief({facet: value, "gender": "male"}, chunk)
        known = {"age_band": "65-74", "scenario": "a strike", "style": "In haste."}
        sent: list[Message] = prompts.load("person").render(
            {**prompts.common, **known, **made.facets, **made.fields}
        )
        last = sent[-1]["content"]
        assert value in last or value != "owes it money"
        assert {"65-74", "a strike", "In haste."} <= {w for w in known.values() if w in last}
        assert "None" not in last
        said.add(last)
    assert len(said) == len(method.facets[facet]) + 1


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_an_example_in_the_prompt_fits_the_form(method: Method) -> None:
    for code in ("en", "ko"):
        prompts = book(method, code)
        facets = {name: values[0] for name, values in method.facets.items()}
        made = brief(facets)
        absent = dict.fromkeys(("age_band", "scenario", "style"))
        sent = prompts.load("person").render(
            {**absent, **prompts.common, **made.facets, **made.fields}
        )
        (shown,) = [m["content"] for m in sent if m["role"] == "assistant"]
        person = Form.of(Person).read(shown)
        assert fault(person) == "the description is that of the example"
        assert list(json.loads(shown)) == list(Person.model_fields)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.part)
def test_an_english_prompt_names_another_language(method: Method) -> None:
    prompts = book(method, "de")
    facets = {name: values[0] for name, values in method.facets.items()}
    absent = dict.fromkeys(("age_band", "scenario", "style"))
    made = brief(facets)
    sent = prompts.load("person").render({**absent, **prompts.common, **facets, **made.fields})
    assert "German" in sent[-1]["content"]


def test_a_persona_without_attributes_is_shown_by_its_description() -> None:
    prompts = book(PersonaGrow())
    absent = dict.fromkeys(("age_band", "scenario", "style", "gender"))
    facets = {"relation": "colleague", "gender": "male"}
    for person in (FARMER, {**FARMER, "attributes": {}}):
        sent = prompts.load("person").render(
            {**absent, **prompts.common, **facets, "persona": person}
        )
        assert "A farmer who likes podcasts." in sent[-1]["content"]
        assert "Occupation" not in sent[-1]["content"]


@pytest.mark.parametrize("name", ["persona_infer", "persona_grow"])
def test_the_example_job_can_be_read(name: str) -> None:
    text = (ROOT / "prompts" / name / "example.yaml").read_text("utf8")
    assert text.startswith("# ")
    job = load_job(ROOT / "prompts" / name / "example.yaml")
    assert (job.method.part, job.count) == (name, 4)
