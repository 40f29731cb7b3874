"""Reading structured replies: however they are written, with nothing made up, faults in words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from tests.form_samples import SCHEMA, Answer, Dated, Measure, Mood, Place, Sheet, fault
from textsynth.forms import Form, FormError

GOOD = Answer(text="안녕, it's", score=4)


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "안녕, it\'s", "score": 4}',
        '  \ufeff{"text": "안녕, it\'s", "score": "4"}\n',
        '```json\n{"text": "안녕, it\'s", "score": 4}\n```',
        'Sure! Here it is:\n```\n{"text": "안녕, it\'s", "score": 4}\n```\nAnything else?',
        '답은 {"text": "안녕, it\'s", "score": 4} 입니다.',
        'Use {braces} like { these. {"text": "안녕, it\'s", "score": 4}',
        '<think>Is it {"text": "no", "score": 1}? No.</think>{"text": "안녕, it\'s", "score": 4}',
        'It is {"text": "no", "score": 1}?</think>\n{"text": "안녕, it\'s", "score": 4}',
        '{"text": "안녕, it\'s", "score": 4,}',
        "{'text': '안녕, it\\'s', 'score': 4}",
        '{text: "안녕, it\'s", score: 4}',
        '{"text": "안녕, it\'s" "score": 4}',
        '{"text": "안녕, it\'s", // a greeting\n "score": 4 /* of 5 */}',
        '{"score": 4, "text": "안녕, it\'s"',
        '```json\n{"text": "안녕, it\'s", "score": 4, "more": [true, None\n```',
        '{"score": 9} and rather {"text": "안녕, it\'s", "score": 4}',
        '{"text": "안녕, it\'s", "score": 4} or {"text": "later", "score": 2}',
        '{"name": "answer", "arguments": {"text": "안녕, it\'s", "score": 4}}',
        '"{\\"text\\": \\"안녕, it\'s\\", \\"score\\": 4}"',
        '{"text": "\\uc548\\ub155, it\'s", "score": 4,}',
        '{"text": "안녕, it\'s", "score": 4, "score": 4}',
        '{"type": "object", "properties": {"text": "안녕, it\'s", "score": 4}, "required": []}',
    ],
    ids=[
        "plain", "bom-lax", "fence", "prose-fence", "korean-prose", "braces", "think", "half-think",
        "trailing-comma", "single-quotes", "bare-keys", "no-comma", "comments", "unclosed",
        "unclosed-fence", "second-fits", "first-of-two", "written-call", "text-in-text", "escapes",
        "same-twice", "filled-schema",
    ],
)  # fmt: skip
def test_a_reply_is_read_however_it_is_written(text: str) -> None:
    assert Form.of(Answer).read(text) == GOOD


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the reply is empty"),
        (" \n", "the reply is empty"),
        ("I cannot do that.", "there is no JSON in the reply, which begins"),
        ("See [1] and {note}.", "there is no JSON"),
        ('<think>{"text": "a", "score": 1}', "there is no JSON"),
        ("{}", "text: is missing; score: is missing"),
        ("{", "there is no JSON"),
        ('{"text": "a"', "score: is missing"),
        ('{"text": "a", "score": 4, "more": "b', "the reply ends before"),
        ('{"score": 4, "text": "cut off in the mid', "the reply ends before"),
        ('{"score": 4, "text": "they call it \'so\'', "the reply ends before"),
        ('{"text": "a", "score": 1', "the reply ends before"),
        ('{"text": "a", "score": 4\n\nI hope that helps.', "the reply ends before"),
        ('{"text": , "score": 4}', 'broken near "text"'),
        ('{"text": "", "score": }', 'broken near "score"'),
        ('{"text": "a", "score": 4, "text": "b"}', '"text" stands there twice'),
        ('{"text": "a", "score": 4, "text": "b",}', 'broken near "text"'),
        ("{'score': 4, 'text': 'it's so'}", 'broken near "text"'),
        ('{"type": "object", "properties": {"text": {"type": "string"}}}', "text: {"),
        ("4", "4 is no object"),
        ('["a", 4]', "is no object"),
        ('{"answer": {"text": "a", "score": 4}, "x": tru', "the reply ends before"),
    ],
    ids=[
        "empty", "blank", "prose", "marks", "only-thoughts", "nothing", "brace", "cut-field",
        "cut-text", "cut-last-text", "cut-quote", "cut-number", "cut-prose", "no-value",
        "no-last-value", "twice", "twice-mended", "quote", "schema", "number", "list", "cut-around",
    ],
)  # fmt: skip
def test_nothing_is_made_up(text: str, words: str) -> None:
    assert words in fault(Answer, text)


def test_quotes_and_line_breaks_that_should_have_been_escaped() -> None:
    read = Form.of(Answer).read
    assert read('{"text": "a 5" screen", "score": 4}') == Answer(text='a 5" screen', score=4)
    assert read('{"text": "she says "hi" to me", "score": 4}').text == 'she says "hi" to me'
    assert read('{"text": "one\ntwo", "score": 4}') == Answer(text="one\ntwo", score=4)


def test_of_several_values_that_do_not_fit_the_longest_is_told_of() -> None:
    long = '{"text": "a rather long answer", "score": 9}'
    for text in (f'{{"score": 0}} {long}', f'{long} {{"score": 0}}'):
        assert fault(Answer, text) == "score: 9 is more than 5"


def test_a_value_inside_a_broken_one_is_not_taken_for_it() -> None:
    inner = '{"text": "a", "score": 4}'
    assert Form.of(Answer).read(f"First {inner}") == Answer(text="a", score=4)
    assert "ends before" in fault(Answer, f'{{"all": [{inner}, {{"text": "b')


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_reply_that_was_stopped_does_not_count_though_it_looks_whole(finish: str) -> None:
    whole = '{"text": "a", "score": 4}'
    assert Form.of(Answer).read(whole, "stop") == Answer(text="a", score=4)
    assert "ends before" in fault(Answer, whole, finish)


def test_a_list_in_prose_is_no_answer_but_a_list_of_its_own_is() -> None:
    assert "no JSON" in fault(list[int], "As is known from [1] and [2].")
    assert Form.of(list[int]).read("The numbers are:\n[1, 2]") == [1, 2]
    assert Form.of(list[str]).read("They are ['a', 'b',]") == ["a", "b"]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Sheet, '{"answers": [{"text": "a", "score": 7}], "mood": "sad"}',
         "answers[0].score: 7 is more than 5"),
        (Sheet, '{"answers": [], "mood": "sad"}', "answers: has fewer than 1 items"),
        (Sheet, '{"answers": [{"text": 5, "score": "x"}], "mood": "mad"}',
         'answers[0].text: 5 is no string; answers[0].score: "x" is no integer; '
         "mood: \"mad\" is none of 'glad' or 'sad'"),
        (Answer, '{"text": "a", "score": 4.5}', "score: 4.5 is no integer"),
        (list[Answer], '[{"text": "a", "score": 0}]', "value[0].score: 0 is less than 1"),
        (list[Answer], '{"answers": []}', "value: is missing"),
        (dict[str, int], '{"a": "x"}', 'a: "x" is no integer'),
        (Place, '{"name": "Etna"}', "height: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(kind: Any, text: str, said: str) -> None:
    assert fault(kind, text) == said


@pytest.mark.parametrize(
    ("schema", "text", "said"),
    [
        (SCHEMA, '{"towns": [{"name": "ulm", "people": 0}]}',
         'towns[0].name: "ulm" does not match the pattern ^[A-Z]; '
         "towns[0].people: 0 is less than 1"),
        (SCHEMA, '{"towns": [{}, {}, {}]}', "towns: has more than 2 items"),
        (SCHEMA, '{"note": "x"}', "towns: is missing"),
        (SCHEMA, '{"towns": [], "note": 3}', "note: 3 is no string or null"),
        (SCHEMA, '{"towns": [{"people": true}]}', "towns[0].people: true is no integer"),
        ({"enum": ["a", 1]}, "true", 'value: true is none of "a", 1'),
        ({"const": 2}, "3", "value: 3 is not 2"),
        ({"type": "number", "multipleOf": 0.1}, "0.35", "value: 0.35 is no multiple of 0.1"),
        ({"type": "number", "exclusiveMinimum": 0}, "0", "value: 0 is not more than 0"),
        ({"type": "number", "exclusiveMaximum": 1}, "1", "value: 1 is not less than 1"),
        ({"type": "string", "maxLength": 2}, '"abc"', "value: has more than 2 characters"),
        ({"type": "array", "uniqueItems": True}, '["a", "a"]', "value: has the same item twice"),
        ({"type": "array", "prefixItems": [{"type": "string"}], "items": False}, '["a", "b"]',
         'value[1]: "b" is not allowed'),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False},
         '{"a": 1, "b": 2}', "b: is not wanted"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, '{"b": 2}',
         "b: 2 is no string"),
        ({"type": "object", "minProperties": 2}, '{"a": 1}', "has fewer than 2 properties"),
        ({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 3}]}, "2",
         "value: 2 is less than 3"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "2",
         "value: 2 fits none of the kinds allowed"),
        ({"oneOf": [{"type": "integer"}, {"minimum": 1}]}, "2",
         "value: 2 does not fit exactly one of the kinds allowed"),
        ({"type": "integer", "not": {"const": 4}}, "4", "value: 4 is not allowed"),
    ],
)  # fmt: skip
def test_a_plain_schema_is_held_against_the_value(schema: Any, text: str, said: str) -> None:
    assert fault(schema, text) == said


def test_a_plain_schema_lets_through_what_fits() -> None:
    text = '{"towns": [{"name": "Ulm", "people": 2.0, "old": true}], "note": null, "x": []}'
    assert Form.of(SCHEMA).read(text) == json.loads(text)
    assert Form.of({"type": "number", "multipleOf": 0.1}).read("0.3") == 0.3
    assert Form.of({"type": ["boolean", "integer"], "minimum": 1}).read("false") is False
    assert Form.of({"oneOf": [{"type": "integer"}, {"type": "string"}]}).read("3") == 3


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", '"nan"', '"1e999"'])
def test_numbers_that_no_file_can_hold_are_refused(number: str) -> None:
    assert "value: " in fault(Measure, f'{{"value": {number}}}')
    assert "places[0].height: " in fault(
        type("Map", (BaseModel,), {"__annotations__": {"places": list[Place]}}),
        f'{{"places": [{{"name": "Etna", "height": {number}}}]}}',
    )
    assert Form.of(Measure).read('{"value": 1e12}') == Measure(value=1e12)


def test_half_a_character_is_marked_and_a_whole_one_kept() -> None:
    read = Form.of(dict[str, str]).read
    assert read('{"a": "x\\ud83d"}') == {"a": "x\ufffd"}
    assert read('{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
    assert read('{"a": "\\ud83d\\ude00",}') == {"a": "😀"}
    assert Form.of({"type": "object"}).read('{"a": "x\\ud83d"}') == {"a": "x\ufffd"}


@pytest.mark.parametrize("kind", [dict[str, Any], {"type": "object"}, Answer], ids=repr)
@pytest.mark.parametrize("depth", [300, 5000])
@pytest.mark.parametrize("end", ["}", ",}"], ids=["right", "to-be-mended"])
def test_nesting_too_deep_is_told_in_words(kind: Any, depth: int, end: str) -> None:
    text = '{"text": ' * depth + "1" + end * depth
    try:
        Form.of(kind).read(text)
    except FormError as error:
        said = str(error)
        assert "nested too deeply" in said or "is no string" in said
    else:
        assert kind == {"type": "object"}
        assert depth == 300


def test_strict_models_take_what_json_has_for_their_types() -> None:
    read = Form.of(Dated).read('{"day": "2026-02-03", "pair": [1, 2], "mood": "sad"}')
    assert read == Dated(day=date(2026, 2, 3), pair=(1, 2), mood=Mood.SAD)
    said = fault(Dated, '{"day": "soon", "pair": [1, 2], "mood": "sad"}')
    assert said.startswith('day: "soon" is not a valid date')


def test_what_a_models_own_check_says_is_passed_on() -> None:
    class Even(BaseModel):
        number: int

        @field_validator("number")
        @classmethod
        def _even(cls, number: int) -> int:
            if number % 2:
                raise ValueError("must be even")
            return number

    assert Form.of(Even).read('{"number": 2}') == Even(number=2)
    assert fault(Even, '{"number": 3}') == "number: must be even"


def test_an_object_of_quite_other_properties_is_no_reply_though_all_may_be_left_out() -> None:
    kind = type("Loose", (BaseModel,), {"__annotations__": {"a": int | None}, "a": None})
    assert fault(kind, '{"type": "object"}') == ('{"type": "object"} has none of the properties a')
    assert Form.of(kind).read("{}") == kind()
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert "none of the properties a" in fault(schema, '{"b": 1}')


def test_messages_stay_short() -> None:
    rows = [{"text": "x" * 500, "score": 9}] * 50
    said = fault(Sheet, json.dumps({"answers": rows, "mood": "y" * 900}))
    assert said.startswith("answers[0].score: 9 is more than 5")
    assert "and 46 more" in said
    long = {"type": "string", "pattern": f"^(?:{'ab|' * 400}c)$"}
    assert fault(long, '"x"').endswith("…")
