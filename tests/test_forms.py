"""Form: schemas made strict, replies read however they are written, and nothing made up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, RootModel

from tests.form_samples import SCHEMA, Answer, Dated, Node, Note, Place, Sheet, fault
from tests.servers.strict_schemas import strict_error
from textsynth.forms import Form
from textsynth.prompts import PromptBook

ROOT = Path(__file__).parents[1]


def test_a_model_gives_a_closed_schema_complete_in_itself() -> None:
    form = Form.of(Sheet)
    assert (form.name, form.strict) == ("sheet", True)
    answer = form.schema["$defs"]["Answer"]
    for part in (form.schema, answer):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    assert answer["description"] == "One answer and how good it is."
    assert answer["properties"]["score"] == {"type": "integer", "minimum": 1, "maximum": 5}


def test_a_form_is_made_once_and_known_by_the_same_id_in_every_process() -> None:
    assert Form.of(Sheet) is Form.of(Sheet)
    assert Form.of(Form.of(Sheet)) is Form.of(Sheet)
    assert Form.of(dict(SCHEMA)) is Form.of(SCHEMA)
    code = f"from textsynth.forms import Form; print(Form.of({SCHEMA!r}).id)"
    ran = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
        for _ in range(2)
    ]
    assert {run.stdout.decode().strip() for run in ran} == {Form.of(SCHEMA).id}


def test_forms_that_differ_have_ids_that_differ() -> None:
    loose = {"a": {"type": "string", "default": ""}, "b": {"type": "string", "default": ""}}
    turned = dict(reversed(loose.items()))
    kinds: list[Any] = [Sheet, Answer, list[Answer], list[Note], SCHEMA]
    kinds += [{"type": "object", "properties": order} for order in (loose, turned)]
    kinds += [{"title": "Other", "type": "object", "properties": loose}]
    assert len({Form.of(kind).id for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (type("QuizAnswer", (BaseModel,), {}), "quiz_answer"),
        (type("답변", (BaseModel,), {}), "reply"),
        (type("A" * 80, (BaseModel,), {}), "a" * 64),
        (list[Answer], "reply"),
        (SCHEMA, "town_list"),
        ({"type": "object", "properties": {}}, "reply"),
    ],
    ids=["model", "korean", "long", "list", "titled", "untitled"],
)
def test_names_are_such_as_endpoints_take(kind: Any, name: str) -> None:
    assert Form.of(kind).name == name


@pytest.mark.parametrize(
    ("kind", "strict"),
    [
        (Sheet, True),
        (Node, True),
        (list[Answer], True),
        (Note, False),
        (Dated, False),
        (dict[str, int], False),
        (list, False),
        (set[str], False),
        ({"type": "object"}, False),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "uri"}}}, False),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "date"}}}, True),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=x)"}}}, False),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "^x+$"}}}, True),
        ({"type": "object", "properties": {"a": {"enum": ["x", "y"]}}}, True),
        ({"type": "object", "properties": {"a": {"enum": ["x", 1]}}}, False),
        ({"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}, False),
        ({"type": "array", "items": {"type": "string", "default": "x"}}, False),
        ({"type": "object", "properties": {"a": {}}}, False),
        ({"type": "object", "properties": {}, "additionalProperties": True}, False),
        ({"allOf": [{"required": ["a"]}, {"type": "object"}], "type": "object"}, False),
        (SCHEMA, True),
    ],
)  # fmt: skip
def test_strict_where_strict_mode_would_take_it(kind: Any, strict: bool) -> None:
    form = Form.of(kind)
    assert form.strict is strict
    assert not strict or strict_error(form.schema) is None


def test_a_property_with_a_default_may_be_left_out() -> None:
    form = Form.of(Note)
    assert form.schema["required"] == ["text"]
    assert form.schema["additionalProperties"] is False
    assert form.read('{"text": "x"}') == Note(text="x")


def test_a_default_that_the_schema_does_not_tell_is_a_default() -> None:
    class Made(BaseModel):
        tags: list[str] = Field(default_factory=list)

    class Counted(BaseModel):
        count: int | None = 5

    for kind in (Made, Counted):
        assert not Form.of(kind).strict
        assert Form.of(kind).schema["required"] == []
        assert Form.of(kind).read("{}") == kind()


def test_null_stands_for_a_property_that_may_be_left_out() -> None:
    kind = type("Maybe", (Note,), {"__annotations__": {"tags": int | None}, "tags": None})
    form = Form.of(kind)
    assert form.strict
    assert form.schema["required"] == ["text", "tags"]
    assert "default" not in form.schema["properties"]["tags"]
    assert form.read('{"text": "x"}') == form.read('{"text": "x", "tags": null}')


def test_a_schema_without_required_means_all_its_properties_but_reads_without_them() -> None:
    form = Form.of(SCHEMA)
    assert form.schema["definitions"]["town"]["required"] == ["name", "people"]
    assert form.schema["required"] == ["towns", "note"]
    assert form.read('{"towns": [{"name": "Ulm"}]}') == {"towns": [{"name": "Ulm"}]}


def test_parts_that_describe_one_object_together_are_left_open() -> None:
    parts = {
        "type": "object",
        "allOf": [
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ],
    }
    form = Form.of(parts)
    assert form.schema == parts
    assert form.read('{"a": "x", "b": "y"}') == {"a": "x", "b": "y"}
    assert fault(parts, '{"a": "x"}') == "b: is missing"


def test_a_reference_stands_alone_and_a_union_is_any_of() -> None:
    class Cat(BaseModel):
        kind: Literal["cat"]

    class Dog(BaseModel):
        kind: Literal["dog"]

    class Owner(BaseModel):
        pet: Annotated[Cat | Dog, Field(discriminator="kind")]
        best: Cat = Field(description="the best of all")

    form = Form.of(Owner)
    pet, best = form.schema["properties"].values()
    assert pet == {"anyOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]}
    assert best == {"anyOf": [{"$ref": "#/$defs/Cat"}], "description": "the best of all"}
    assert form.strict


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (list[Answer], '[{"text": "a", "score": 1}]', [Answer(text="a", score=1)]),
        (Literal["yes", "no"], '"yes"', "yes"),
        (int | None, "null", None),
        (list[int], "[1, 2]", [1, 2]),
        (RootModel[list[int]], "[1]", RootModel[list[int]]([1])),
        ({"type": "array", "items": {"type": "string"}}, '["a"]', ["a"]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "3", 3),
    ],
)
def test_other_roots_are_put_under_value_and_taken_out_again(
    kind: Any, text: str, value: Any
) -> None:
    form = Form.of(kind)
    assert form.schema["type"] == "object"
    assert form.schema["required"] == ["value"]
    assert form.read(f'{{"value": {text}}}') == value
    assert form.read(text) == value


def test_a_model_that_holds_itself() -> None:
    form = Form.of(Node)
    assert form.schema["type"] == "object"
    assert form.read('{"name": "a", "under": [{"name": "b", "under": []}]}').under[0].name == "b"
    said = fault(Node, '{"name": "a", "under": [{"name": "b", "under": [{"under": []}]}]}')
    assert said == "under[0].under[0].name: is missing"
    root = {"type": "array", "items": {"$ref": "#"}}
    assert Form.of(root).read("[[], [[]]]") == [[], [[]]]
    assert Form.of(root).schema["properties"]["value"]["items"] == {"$ref": "#/properties/value"}


@pytest.mark.parametrize("kind", [5, object(), "Answer"], ids=type)
def test_what_is_no_form_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="is no form"):
        Form.of(kind)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"colour": "teal"}, "no JSON schema"),
        ({"$ref": "https://example.org/a.json"}, "leads nowhere"),
        ({"type": "array", "items": {"$ref": "#/$defs/x"}}, "leads nowhere"),
        ({"$ref": "#"}, "leads nowhere"),
        ({"type": "string", "pattern": "("}, "broken"),
        ({"type": "object", "properties": ["a"]}, "broken"),
    ],
    ids=["no-schema", "outside", "dangling", "circle", "pattern", "properties"],
)
def test_a_broken_schema_is_refused_when_it_is_given(schema: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Form.of(schema)


@pytest.mark.parametrize(
    "kind",
    [
        Sheet, Note, Node, list[Answer], Literal["a", "b"], dict[str, int], Place, int | None, bool,
        {"type": "number", "exclusiveMaximum": 0}, {"type": "integer", "minimum": 7},
        {"type": "array", "minItems": 2, "items": {"type": "boolean"}},
        {"type": "object", "properties": {"a": {"type": "string", "examples": ["Ulm"]}}},
        tuple[int, str],
    ],
    ids=str,
)  # fmt: skip
def test_the_example_of_a_form_is_a_reply_that_it_takes(kind: Any) -> None:
    form = Form.of(kind)
    form.read(json.dumps(form.example()))
    assert len(json.dumps(form.example())) < 200


def test_the_example_shows_every_property() -> None:
    assert Form.of(Sheet).example() == {"answers": [{"text": "...", "score": 1}], "mood": "glad"}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("step", ["form", "again"])
def test_the_prompts_render_as_one_message_of_the_user(step: str, language: str) -> None:
    prompt = PromptBook(ROOT, "structured", language, "").load(step)
    assert prompt.path.name == f"{step}.{language}.jinja"
    own = {"problem": "score: 7 is more than 5"}
    if step == "form":
        own = {"schema": '{"type": "object"}', "example": '{"a": 1}'}
    (message,) = prompt.render(own)
    assert message["role"] == "user"
    assert all(value in message["content"] for value in own.values())
    assert "JSON" in message["content"]
    assert not message["content"].startswith("#")


def test_reading_forms_loads_nothing_heavy_before_it_is_needed() -> None:
    heavy = ("openai", "datasets", "numpy", "typer", "rich", "json_repair", "jsonschema")
    code = (
        "import sys, textsynth.forms as f; f.Form.of(dict[str, int]).read('{\"a\": 1}'); "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert ran.stdout.decode().strip() == "[]"
