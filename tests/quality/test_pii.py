"""Pii: masks, invented values and dropped rows; nothing personal in what is told of them."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text
from tests.test_run import rows
from textsynth.privacy import find
from textsynth.quality.pii import Pii
from textsynth.records import Closing, Message, Sample, Setting, ToolCall, Verdict
from textsynth.screening import Screening

ENGLISH = chat(
    "Hello, my name is Theodora Blix. Mail t.blix@harrowmail.co.uk or ring 020 7183 8750.",
    "Thank you Theodora. Is T.Blix@harrowmail.co.uk still right, Ms Blix?",
    columns={"customer": "Theodora Blix", "minutes": 7},
)
KOREAN = chat(
    "제 이름은 김민수입니다. 번호는 010-2345-6789예요.",
    "김민수 고객님, 민수가 남긴 번호 010-2345-6789로 연락드리겠습니다.",
)


def looked(
    sample: Sample, setting: Setting | None = None, **options: Any
) -> tuple[Sample, Verdict]:
    screening = Screening([Pii.model_validate(options)], setting or Setting(seed=3))
    made, verdicts, _ = screening.decide(screening.look(sample))
    return made, verdicts[0]


def said(sample: Sample) -> str:
    return "\n".join(m["content"] for m in sample.messages)


def test_mask_puts_the_same_english_label_everywhere() -> None:
    made, word = looked(ENGLISH)
    assert said(made) == (
        "Hello, my name is [NAME]. Mail [EMAIL] or ring [PHONE].\n"
        "Thank you [NAME]. Is [EMAIL] still right, Ms [NAME]?"
    )
    assert made.columns == {"customer": "[NAME]", "minutes": 7}
    assert word.keep
    assert word.details["kinds"] == {"email": 2, "name": 4, "phone": 1}
    korean, _ = looked(KOREAN)
    assert said(korean).startswith("제 이름은 [NAME]입니다. 번호는 [PHONE]예요.")
    assert made.id != ENGLISH.id


@pytest.mark.parametrize("do", ["mask", "surrogate"])
@pytest.mark.parametrize("sample", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_places_are_those_of_the_row_as_it_stands(sample: Sample, do: str) -> None:
    made, word = looked(sample, do=do)
    assert word.details["places"]
    for place in word.details["places"]:
        kind, _, path = place["where"].partition(".")
        number = path.partition(".")[0]
        text = made.messages[int(number)]["content"] if kind == "messages" else made.columns[path]
        shown = text[place["start"] : place["end"]]
        assert shown == f"[{place['kind'].upper()}]" if do == "mask" else shown
        assert not {"Theodora", "Blix", "민수"} & {shown}
    assert "blix" not in json.dumps(word.to_json()).lower()


def test_a_surrogate_is_the_same_in_every_row_and_parts_of_names_agree() -> None:
    made, _ = looked(ENGLISH, do="surrogate")
    first = made.columns["customer"].split()
    assert f"Thank you {first[0]}." in said(made)
    assert f"Ms {first[1]}?" in said(made)
    assert len({line for line in said(made).lower().split() if "@example" in line}) == 1
    other, _ = looked(
        chat("Dear Theodora Blix,\nhello", "My name is Theodora Blix."), do="surrogate"
    )
    assert said(other) == f"Dear {' '.join(first)},\nhello\nMy name is {' '.join(first)}."
    seeded, _ = looked(ENGLISH, Setting(seed=4), do="surrogate")
    assert seeded.columns != made.columns


def test_particles_follow_the_invented_name() -> None:
    made, _ = looked(KOREAN, do="surrogate")
    whole = said(made).split("이름은 ")[1].split("입니다")[0]
    given = whole[1:]
    ends = (ord(given[-1]) - 0xAC00) % 28 != 0
    assert f"{given}{'이' if ends else '가'} 남긴" in said(made)
    assert "민수" not in said(made)


def test_order_of_the_rows_changes_nothing() -> None:
    mend = Pii(do="surrogate").mend(Setting(seed=3))
    samples = [
        chat(f"My name is {name}.", "Fine.")
        for name in ("Theodora Blix", "Omar Haddad", "Priya Nair", "Liam O'Neill", "Wei Chen")
    ]
    forward = [said(mend(one)[0]) for one in samples]
    again = Pii(do="surrogate").mend(Setting(seed=3))
    assert [said(again(one)[0]) for one in reversed(samples)] == forward[::-1]


def test_drop_leaves_no_value_on_disk() -> None:
    made, word = looked(ENGLISH, do="drop")
    assert (word.keep, word.reason, word.score) == (False, "personal_data", 7.0)
    assert "[NAME REMOVED]" in said(made)
    assert "Blix" not in json.dumps(made.to_json())
    clean = chat("Hello there.", "Good day, what is it?")
    assert looked(clean, do="drop") == (clean, Verdict(True, "", None, "pii"))


def test_kinds_and_allowed_values() -> None:
    made, word = looked(ENGLISH, kinds="email")
    assert word.details["kinds"] == {"email": 2}
    made, word = looked(ENGLISH, allow=["*@harrowmail.co.uk", "+44 20 7183 8750"])
    assert word.details["kinds"] == {"name": 4}
    assert "t.blix@harrowmail.co.uk" in said(made)
    with pytest.raises(ValueError, match="is no kind"):
        Pii.model_validate({"kinds": ["mail"]})


def test_what_is_known_to_be_nobodys_stays() -> None:
    text = "Mail help@example.com, ring 555-0123 or +44 7700 900123, pay by 4242 4242 4242 4242."
    sample = chat(text, "Done.")
    assert find(text)
    assert looked(sample) == (sample, Verdict(True, "", None, "pii"))
    stand_ins = frozenset({("name", "theodora blix"), ("name", "theodora"), ("name", "blix")})
    made, word = looked(ENGLISH, Setting(stand_ins=stand_ins))
    assert "name" not in word.details["kinds"]
    people = {"persona": [{"id": "p", "name": "Theodora Blix", "description": "A baker."}]}
    made, word = looked(ENGLISH, Setting(rows=people))
    assert "Ms Blix" in said(made)
    assert "[EMAIL]" in said(made)


def test_arguments_of_calls_stay_json_and_only_values_change() -> None:
    given = {"to": "t.blix@harrowmail.co.uk", "name": "Theodora Blix", "count": 3}
    arguments = json.dumps(given)
    call = ToolCall(id="c", type="function", function={"name": "send", "arguments": arguments})
    sample = chat("My name is Theodora Blix.", "")
    message = Message(role="assistant", content="", tool_calls=[call])
    sample = replace(sample, messages=(sample.messages[0], message))
    made, _ = looked(sample)
    shown = made.messages[1]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(shown)["to"] == "[EMAIL]"
    assert json.loads(shown)["name"] == "[NAME]"
    assert json.loads(shown)["count"] == 3
    call = ToolCall(id="c", type="function", function={"name": "send", "arguments": '{"n":  1}'})
    message = Message(role="assistant", content="", tool_calls=[call])
    made, _ = looked(replace(sample, messages=(sample.messages[0], message)))
    assert made.messages[1]["tool_calls"][0]["function"]["arguments"] == '{"n":  1}'
    broken = '{"to": "t.blix@harrowmail.co.uk"'
    call = ToolCall(id="c", type="function", function={"name": "send", "arguments": broken})
    message = Message(role="assistant", content="", tool_calls=[call])
    made, _ = looked(replace(sample, messages=(message,)))
    assert "[EMAIL]" in made.messages[0]["tool_calls"][0]["function"]["arguments"]


def test_a_value_asked_for_in_one_turn_and_given_in_the_next_is_found() -> None:
    made, word = looked(chat("Hi.", "What is your account number?", "12345678"))
    assert word.details["kinds"] == {"bank_account": 1}
    assert made.messages[2]["content"] == "[BANK_ACCOUNT]"


def test_the_table_counts_kinds_and_rows() -> None:
    part = Pii()
    screening = Screening([part], Setting())
    screened = []
    for one in (ENGLISH, KOREAN, chat("Hello.", "Hello.")):
        sample, verdicts, _ = screening.decide(screening.look(one))
        screened.append((sample, tuple(verdicts)))
    home = Setting().home
    (table,) = part.closing(Closing(home, home, [], [], screened=screened))
    assert table.rows == (("email", 2, 1), ("name", 7, 2), ("phone", 3, 2))
    assert part.alone
    assert pickle.loads(pickle.dumps(part)) == part


def test_a_run_hands_on_no_value(project: Project, server: ChatServer) -> None:
    def script(request: dict[str, Any]) -> str:
        return f"{asking_text(request)} Ask Theodora Blix, t.blix@harrowmail.co.uk?"

    server.script = script
    job = project(
        server.url, count=4, quality=["length", {"pii": "surrogate"}], export=["messages"]
    )
    result = ts.run(job)
    kept = rows(result.path, "kept")
    assert len(kept) == 4
    for name in ("rows/kept.jsonl", "exports/messages.jsonl", "README.md"):
        assert "harrowmail" not in (result.path / name).read_text("utf8")
    assert all("@example." in json.dumps(row["messages"]) for row in kept)
    (table,) = (t for t in result.summary.tables if t.title == "Personal data in rows")
    assert {row[0]: row[2] for row in table.rows}["email"] == 4
