"""Self-Instruct: tasks that grow from seeds, each with an answer or a reason to drop it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.instructing_script import writer
from tests.methods.samples import Script
from tests.servers.chat import ChatServer
from tests.test_run import contents, rows
from textsynth.errors import JobError, ReplyError, ShortError
from textsynth.methods import Around
from textsynth.methods._tasks import given, labels_of, listed, plain
from textsynth.methods.self_instruct import SelfInstruct
from textsynth.records import Brief, Draft, Message, Sample

ROOT = Path(__file__).parents[2]
THINGS = "rain locks yeast tides mould sails glue echoes rust dew moths kilns"
SEEDS = [
    {"id": f"s{n}", "instruction": f"Explain {thing} to a child.", "output": "It is so."}
    for n, thing in enumerate(THINGS.split())
]
RIVERS, BIRDS = "Name three rivers that flow north.", "Say whether the bird can fly or not."


def around(**rows: Any) -> Around:
    return Around({}, {"examples": SEEDS, **rows}, lambda texts, labels: pytest.fail("not asked"))


def kept(*tasks: str) -> list[Sample]:
    message: Message = {"role": "user", "content": "x"}
    return [
        Sample(f"k{n}", n, "b", "m", "en", (message,), {"instruction": task})
        for n, task in enumerate(tasks)
    ]


def brief(index: int = 0, language: str = "en", **facets: str) -> Brief:
    fields = {"examples": SEEDS[:3]}
    return Brief(index, f"b{index}", fields, facets, language=language)


def run(
    method: SelfInstruct, index: int = 0, language: str = "en", **replies: list[str]
) -> tuple[Draft, Script]:
    usual = {
        "instruction": [RIVERS], "kind": ["text"], "labels": ["yes, no"],
        "labelled": ["A penguin."],
        "input": ["none"], "output": ["The Nile, the Ob and the Lena."],
    }  # fmt: skip
    script = Script(method, brief(index, language), {**usual, **replies}, language)
    return asyncio.run(method.write(script.brief, script)), script


def shown(script: Script, number: int = 0) -> list[str]:
    """The tasks that the nth request for tasks showed."""
    said = "\n".join(message["content"] for message in script.sent[number])
    return re.findall(r"(?m)^(?:-|\d+\.) (.*)", said)


def test_a_task_that_needs_no_input() -> None:
    draft, script = run(SelfInstruct().ready(around()))
    assert script.steps() == ["instruction", "kind", "input", "output"]
    assert [m["content"] for m in draft.messages] == [RIVERS, "The Nile, the Ob and the Lena."]
    assert draft.columns == {
        "instruction": RIVERS, "input": "", "output": "The Nile, the Ob and the Lena.",
        "is_classification": False, "label": None, "shown": draft.columns["shown"],
    }  # fmt: skip


def test_a_task_with_an_input_is_answered_with_it() -> None:
    words = "pear, fig, plum"
    draft, script = run(SelfInstruct().ready(around()), input=[f"Input: {words}"])
    assert draft.columns["input"] == words
    assert draft.messages[0]["content"] == f"{RIVERS}\n\n{words}"
    assert script.sent[-1][-1]["content"] == f"{RIVERS}\n\n{words}"


def test_a_choice_gets_its_answer_first_and_each_label_its_share() -> None:
    method, found = SelfInstruct().ready(around()), Counter[str]()
    replies = {"instruction": [BIRDS], "kind": ["Label."], "labels": ["fly, walk"]}
    script = Script(method, brief(), {**replies, "labelled": ["A penguin."]})
    for index in range(60):
        script.brief, script.asked = brief(index), []
        draft = asyncio.run(method.write(script.brief, script))
        assert script.steps() == ["instruction", "kind", "labels", "labelled"]
        assert draft.columns["label"] == draft.columns["output"] == draft.messages[1]["content"]
        assert draft.columns["is_classification"] is True
        assert draft.columns["input"] == "A penguin."
        assert f"right answer: {draft.columns['label']}" in script.sent[-1][-1]["content"]
        found[draft.columns["label"]] += 1
    assert set(found) == {"fly", "walk"}
    assert min(found.values()) >= 20


def test_a_choice_whose_labels_cannot_be_read_is_done_as_any_other_task() -> None:
    said = ["It depends on the bird, on its weight and on how long its wings are, I would say."]
    draft, script = run(SelfInstruct().ready(around()), kind=["label"], labels=said)
    assert script.steps() == ["instruction", "kind", "labels", "input", "output"]
    assert draft.columns["is_classification"] is False


def test_the_first_sound_and_new_task_of_the_list_is_taken() -> None:
    listing = f"9. Explain rust to a child.\n10. Draw a map of the rivers.\n11. {RIVERS}\n12. x"
    draft, _ = run(SelfInstruct().ready(around()), instruction=[listing])
    assert draft.columns["instruction"] == RIVERS


def test_a_second_reply_is_asked_for_after_other_tasks() -> None:
    method = SelfInstruct().ready(around())
    draft, script = run(method, instruction=["Explain rust to a child.", RIVERS])
    assert script.asked[:2] == [("instruction", 0), ("instruction", 1)]
    assert shown(script, 0) != shown(script, 1)
    assert draft.columns["instruction"] == RIVERS
    assert draft.columns["shown"] == [
        next(row["id"] for row in SEEDS if row["instruction"] == text) for text in shown(script, 1)
    ]


def test_where_no_task_is_new_the_row_has_no_answer_and_costs_no_more_requests() -> None:
    draft, script = run(
        SelfInstruct(tries=3).ready(around()), instruction=["Explain dew to a child."]
    )
    assert script.steps() == ["instruction"] * 3
    assert (draft.columns["instruction"], draft.columns["output"]) == (
        "Explain dew to a child.",
        "",
    )


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({"instruction": [""]}, "listed no task"),
        ({"instruction": ["1. How can I help you today?"]}, "listed no task"),
        ({"instruction": ["I'm sorry, but I can't assist with that."]}, "listed no task"),
        ({"output": ["As an AI language model I cannot."]}, "did not do the task"),
        ({"kind": ["label"], "labelled": [" "]}, "no input for the label"),
        ({"kind": ["label"], "labels": ["yes, no"], "labelled": ["Yes. No."]}, "gives its"),
    ],
    ids=["empty", "offer", "refusal", "no answer", "no input", "a label"],
)
def test_useless_replies_fail_the_row(replies: dict[str, Any], words: str) -> None:
    with pytest.raises(ReplyError, match=words):
        run(SelfInstruct().ready(around()), **replies)


def test_eight_seeds_are_shown_and_later_six_and_two_that_were_kept() -> None:
    method = SelfInstruct().ready(around())
    mine = {row["instruction"] for row in SEEDS}
    first = shown(run(method)[1])
    assert len(set(first)) == 8
    assert set(first) <= mine
    one = shown(run(method.learned(kept("Sort the words.")))[1])
    assert len(one) == 8
    assert len(set(one) - mine) == 1
    tasks = [f"Sort the words of list {n}." for n in range(9)]
    grown = method.learned(kept(*tasks[:5])).learned(kept(*tasks[5:]))
    drawn = [shown(run(grown, index)[1]) for index in range(24)]
    assert all(len(set(texts) - mine) == 2 and len(texts) == 8 for texts in drawn)
    assert {text for texts in drawn for text in texts} == mine | set(tasks)
    assert [shown(run(grown, index)[1]) for index in range(3)] == drawn[:3]
    assert len({tuple(i for i, t in enumerate(texts) if t in tasks) for texts in drawn}) > 5
    # A generation that is still under way when the next one is known shows what it showed before.
    assert shown(run(method)[1]) == first


def test_the_last_of_the_tasks_shown_are_shown_as_a_reply_in_the_form_that_is_asked_for() -> None:
    script = run(SelfInstruct(tasks=3).ready(around()))[1]
    roles = [message["role"] for message in script.sent[0]]
    assert roles == ["system", "user", "assistant", "user"]
    assert re.fullmatch(r"(?:\d\. Explain \w+ to a child\.\n?){3}", script.sent[0][2]["content"])
    script = run(SelfInstruct(human=1, generated=0).ready(around()))[1]
    assert [message["role"] for message in script.sent[0]] == ["system", "user"]
    assert len(shown(script)) == 1


def test_a_task_like_one_of_an_earlier_generation_is_not_new() -> None:
    method = SelfInstruct(tries=1).ready(around())
    later = method.learned(kept(RIVERS))
    assert run(later)[0].columns["output"] == ""
    # The generation before did not know it, also after the next one began.
    assert run(method)[0].columns["output"] != ""


def test_it_ends_after_generations_that_bring_nothing() -> None:
    method = SelfInstruct(idle=2, batch=30).ready(around())
    assert method.generation() == 30
    assert method.learned([]).ends() == ""
    assert method.learned([]).learned([]).ends() == (
        "the last 2 generations of 30 briefs brought no new task"
    )
    assert method.learned([]).learned(kept(RIVERS)).learned([]).ends() == ""


def test_prompts_are_told_of_topic_persona_and_facets() -> None:
    method = SelfInstruct(tasks=1).ready(around())
    made = Brief(
        0, "b", {
            "examples": SEEDS[:3], "persona": {"id": "p", "description": "A nurse on nights."},
            "topic": {"id": "t", "name": "Bread", "text": "Food > Bread", "about": "baking it"},
        }, {"level": "hard", "like": "3-9 words"},
    )  # fmt: skip
    replies = {"instruction": [RIVERS], "kind": ["text"], "input": ["none"], "output": ["So."]}
    script = Script(method, made, replies)
    asyncio.run(method.write(made, script))
    asked = script.sent[0][-1]["content"]
    assert "It belongs to this field: Food > Bread (baking it)." in asked
    assert "This person gives it: A nurse on nights." in asked
    assert "Level: hard." in asked
    assert "3-9 words" not in asked
    assert "Write one more task," in asked


def test_a_job_needs_seed_tasks(tmp_path: Path) -> None:
    job = {"name": "x", "method": "self_instruct", "count": 3}
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
    with pytest.raises(
        JobError, match=r"(?s)needs examples.*one JSON row a line with `instruction`"
    ):
        ts.check(tmp_path, endpoint=False)
    (tmp_path / "faq.csv").write_text("question,answer\na,b\nc,d\ne,f\n", "utf8")
    job["inputs"] = {"examples": "faq.csv"}
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
    with pytest.raises(JobError, match=r"(?s)needs three seed tasks.*answer, id, question"):
        ts.check(tmp_path, endpoint=False)


def test_its_filters_come_first_unless_the_job_names_them(tmp_path: Path) -> None:
    job: dict[str, Any] = {
        "name": "x", "method": "self_instruct", "count": 3, "quality": ["length"],
    }  # fmt: skip
    path = tmp_path / "job.yaml"
    path.write_text(yaml.safe_dump(job), "utf8")
    assert [part.part for part in ts.load_job(path).quality] == [
        "rouge_l", "instruction", "length",
    ]  # fmt: skip
    path.write_text(yaml.safe_dump({**job, "quality": ["length", {"rouge_l": 0.5}]}), "utf8")
    assert [part.part for part in ts.load_job(path).quality] == [
        "instruction", "length", "rouge_l",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("9. Sort the words.\n10. **Name a river.**", ["Sort the words.", "Name a river."]),
        ("Sort the words.\n10. Name a river.", ["Sort the words.", "Name a river."]),
        ("Here are 2 more tasks:\n\n9) Sort the words.", ["Sort the words."]),
        ('Task 9: "Sort the words."', ["Sort the words."]),
        ("- Sort the words.\n- Sort the words.", ["Sort the words."]),
        ("9. Sort the words. Input: fig, pear", ["Sort the words."]),
        ("Sort the words.\nfig, pear", ["Sort the words."]),
        ("과제 9: 낱말을 늘어놓으세요.\n과제 10: 강 이름을 쓰세요. 입력: 강",
         ["낱말을 늘어놓으세요.", "강 이름을 쓰세요."]),
        ("", []),
    ],
)  # fmt: skip
def test_lists_of_tasks_are_read(reply: str, found: list[str]) -> None:
    assert listed(reply) == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("good, bad, mixed.", ["good", "bad", "mixed"]),
        ("Labels: yes, no", ["yes", "no"]),
        ("1. Yes\n2. No", ["Yes", "No"]),
        ("spam or not spam", ["spam", "not spam"]),
        ("yes, Yes, no", ["yes", "no"]),
        ("긍정, 부정", ["긍정", "부정"]),
        ("yes", []),
        ("It depends on many things, of which I name only the heaviest ones here.", []),
    ],
)
def test_labels_are_read(reply: str, found: list[str]) -> None:
    assert labels_of(reply) == found


def test_what_a_task_is_given_is_read() -> None:
    assert given("none") == given("None.") == given("없음") == given("Input: none") == ""
    assert given("No input needed for this one") == ""
    assert given("Nonetheless we sailed.") == "Nonetheless we sailed."
    assert given('Input: "The ferry leaves at dawn."') == "The ferry leaves at dawn."
    assert plain("Output: 4") == "4"


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[tuple[ChatServer, Path]]:
    """A server and a job of 40 rows in batches of 16."""
    with ChatServer(script=writer(400)) as server:
        server.latency, server.jitter = 0.002, 1.0
        endpoint = {
            "base_url": server.url, "model": "m", "concurrency": 8, "options": {"max_tokens": None},
        }  # fmt: skip
        job = {
            "name": "pool", "method": {"self_instruct": {"batch": 16}}, "count": 40, "seed": 3,
            "provider": {"openai": endpoint}, "quality": ["length"], "export": ["messages"],
            "inputs": {"examples": str(ROOT / "examples/seed-tasks/en.jsonl")},
        }  # fmt: skip
        (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), "utf8")
        yield server, tmp_path / "job.yaml"


def test_a_run_grows_the_same_pool_whatever_the_concurrency(
    pool: tuple[ChatServer, Path],
) -> None:
    server, job = pool
    runs = [ts.run(job, out=job.parent / f"o{n}", concurrency=n).path for n in (2, 64)]
    first = contents(runs[0])
    assert contents(runs[1]) == first
    assert server.requests > 150
    assert ts.run(job, out=runs[1]).asked == 0
    ids = {row["id"]: row["index"] for row in rows(runs[0], "kept")}
    for row in rows(runs[0], "kept"):
        grown = [ids[name] for name in row["columns"]["shown"] if name in ids]
        assert len(grown) == (0 if row["index"] < 16 else 2)
        assert all(index < row["index"] // 16 * 16 for index in grown)


def test_a_model_with_few_tasks_runs_dry_and_the_curve_shows_it(
    pool: tuple[ChatServer, Path],
) -> None:
    server, job = pool
    server.script = writer(60)
    with pytest.raises(ShortError, match="brought no new task"):
        ts.run(job, out=job.parent / "out", count=200)
    found = ts.status(job.parent / "out")
    curve = next(t for t in found["tables"] if t["title"] == "Novelty of the instructions")
    new = [row[1] for row in curve["rows"]]
    assert new[0] > 2 * new[5]
    assert new[-1] == 0
    assert found["reasons"]["rouge_l: like_an_earlier_one"] > 20
    for row in rows(job.parent / "out", "dropped"):
        assert any(v["reason"] for v in row["verdicts"])
    kinds = next(t for t in found["tables"] if t["title"] == "Tasks")
    assert {row[0] for row in kinds["rows"]} == {"input first", "label first", "no input"}


def test_exports_and_the_dataset_hold_the_task(pool: tuple[ChatServer, Path]) -> None:
    _, job = pool
    result = ts.run(job, count=12)
    lines = (result.path / "exports" / "messages.jsonl").read_text("utf8").splitlines()
    first = json.loads(lines[0])["messages"]
    columns = rows(result.path, "kept")[0]["columns"]
    asked = "\n\n".join(filter(None, (columns["instruction"], columns["input"])))
    assert [m["content"] for m in first] == [asked, columns["output"]]
    assert ts.explain("0", result.path)["tables"]
