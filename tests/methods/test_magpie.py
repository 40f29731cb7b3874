"""Magpie: what a model says in the user's place, drawn, sifted and answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import textsynth as ts
from tests.methods.samples import Script, as_ask, brief
from tests.servers.chat import ChatServer
from tests.test_run import contents, rows
from textsynth.errors import JobError, ProviderError, ReplyError
from textsynth.methods._junk import junk, tidied
from textsynth.methods.magpie import Magpie
from textsynth.records import Brief, Draft, Reply

GOOD = "How do I keep basil alive through the winter?"


def made(index: int = 0, language: str = "en", **fields: Any) -> Brief:
    return replace(brief(index), fields=fields, facets={}, language=language)


def write(method: Magpie, one: Brief, *said: str, answer: str = "Keep it warm.") -> tuple[Any, Any]:
    script = Script(method, one, {"instruction": said, "answer": [answer]}, one.language)
    return asyncio.run(method.write(one, as_ask(script))), script


def test_a_row_is_an_instruction_and_its_answer() -> None:
    draft, script = write(Magpie(temperature=1.1, top_p=0.99), made(), GOOD)
    assert [(m["role"], m["content"]) for m in draft.messages] == [
        ("user", GOOD), ("assistant", "Keep it warm."),
    ]  # fmt: skip
    assert draft.columns == {
        "instruction": GOOD, "reply": "Keep it warm.", "temperature": 1.1, "top_p": 0.99,
        "turns": 1, "takes": 1, "input_length": len(GOOD), "output_length": 13,
    }  # fmt: skip
    assert [message["role"] for message in script.sent[0]] == ["system"]
    assert "assistant.\nThe user writes in English" in script.sent[0][0]["content"]
    assert script.sent[1] == [{"role": "user", "content": GOOD}]


@pytest.mark.parametrize(
    ("language", "fields", "told"),
    [
        ("en", {"topic": {"name": "lost cards", "about": "what to do"}}, "lost cards: what to do."),
        ("en", {"topic": "lost cards"}, "Users ask you about lost cards."),
        ("en", {"persona": {"description": "A nurse."}}, "this person: A nurse."),
        ("en", {"scenario": "a flood"}, "In this case: a flood."),
        ("en", {"style": "short"}, "look like this: short"),
        ("sw", {}, "The user writes in Swahili, and you answer in Swahili."),
        ("ko", {}, "사용자는 한국어로 묻고"),
        ("ko", {"topic": {"name": "분실 카드"}}, "사용자가 묻는 주제: 분실 카드."),
    ],
    ids=["topic", "facet", "persona", "scenario", "style", "swahili", "korean", "korean topic"],
)
def test_the_system_slot_steers(language: str, fields: dict[str, Any], told: str) -> None:
    _, script = write(Magpie(), made(language=language, **fields), GOOD)
    (system,) = script.sent[0]
    assert system["role"] == "system"
    assert told in system["content"]


def test_a_system_message_of_ones_own_stands_in_the_rows() -> None:
    draft, script = write(Magpie(system="You are a bank's helper."), made(), GOOD)
    assert [m["role"] for m in draft.messages] == ["system", "user", "assistant"]
    assert script.sent[0][0]["content"].startswith("You are a bank's helper.\nThe user writes")
    assert script.sent[1][0]["content"] == "You are a bank's helper."


def test_the_users_place_comes_again_after_each_answer() -> None:
    second = "And what about the pot?"
    draft, script = write(Magpie(turns=2), made(), GOOD, second)
    assert [m["content"] for m in draft.messages] == [
        GOOD,
        "Keep it warm.",
        second,
        "Keep it warm.",
    ]
    assert script.steps() == ["instruction", "answer", "instruction", "answer"]
    roles = [message["role"] for message in script.sent[2]]
    assert roles == ["system", "user", "assistant"], "else the model forgets whose turn it is"
    assert "one more message" in script.sent[2][0]["content"]
    assert draft.columns["input_length"] == len(GOOD) + len(second)


def test_junk_is_drawn_again_and_then_the_row_fails() -> None:
    draft, script = write(Magpie(), made(), "Sure! Here is a poem.", "", GOOD)
    assert draft.columns["takes"] == 3
    assert [take for step, take in script.asked if step == "instruction"] == [0, 1, 2]
    with pytest.raises(ReplyError, match="is of no use: speaks as the assistant"):
        write(Magpie(tries=2), made(), "Sure! Here is a poem.")
    with pytest.raises(ReplyError, match="no answer"):
        write(Magpie(), made(), GOOD, answer="")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD, ""),
        ("write a story about an AI assistant that wants to be a baker", ""),
        ("You are a travel agent. Plan three days in Busan for me.", ""),
        ("Fix this: `a[0] = b[1]`", ""),
        ("What does 'system: ready' mean?", ""),
        ("서울에서 부산까지 가장 싸게 가는 방법을 알려 주세요.", ""),
        ("안녕하세요", ""),
        ("", "empty"),
        ("?!… \n --", "empty"),
        ("word " * 400, "too long"),
        ("What is tea?<|im_end|>", "template tokens"),
        ("[INST] What is tea? [/INST]", "template tokens"),
        ("Tea\nUser: What is tea?", "role names"),
        ("What is tea?\nSystem: A drink.", "role names"),
        ("assistant\nTea is a drink.", "role names"),
        ("### Response\nTea is a drink.", "role names"),
        ("차가 뭐예요?\n시스템: 음료입니다.", "role names"),
        ("Hello! How can I assist you today?", "speaks as the assistant"),
        ("Certainly! Tea is a drink.", "speaks as the assistant"),
        ("I'm sorry, but I can't help with that.", "speaks as the assistant"),
        ("Ask me about fees\n\nAs an AI model, I cannot.", "speaks as the assistant"),
        ("To open an account, one needs to go to the bank.", "speaks as the assistant"),
        ("I am an AI language model.", "speaks as the assistant"),
        ("무엇을 도와드릴까요?", "speaks as the assistant"),
        ("물론입니다. 차는 음료예요.", "speaks as the assistant"),
        ("You are a helpful assistant.", "the system's words"),
        ("당신은 친절한 도우미입니다.", "the system's words"),
        ("Tell me about tea and its long history. " * 8, "goes in circles"),
    ],
)
def test_what_no_user_would_say(text: str, why: str) -> None:
    assert junk(text, "stop", 1500) == why


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        (GOOD, GOOD),
        (f"Q: {GOOD}", GOOD),
        (f"**Question:** {GOOD}\nA: Keep it warm.", GOOD),
        (f"Qwen\n\n{GOOD}\n\n**Answer**: Keep it warm.", GOOD),
        ("질문: 차가 뭐예요?\n답변: 음료입니다.", "차가 뭐예요?"),
        (f"{GOOD}\n\nYes, it can be kept.", GOOD),
        (f"{GOOD}\n\nAssistantCertainly! Keep it warm.", GOOD),
        ("What does Q: mean?", "What does Q: mean?"),
        (
            "A: tea\nB: coffee\nWhich has more caffeine?",
            "A: tea\nB: coffee\nWhich has more caffeine?",
        ),
    ],
)
def test_labels_and_answers_of_its_own_are_cut_off(text: str, turn: str) -> None:
    assert tidied(text) == turn
    draft, _ = write(Magpie(), made(), text)
    assert draft.messages[0]["content"] == turn


def test_a_turn_is_whole_where_it_was_the_answer_that_was_cut() -> None:
    class Cut(Script):
        async def __call__(self, step: str, **given: Any) -> Reply:
            return replace(await super().__call__(step, **given), finish="length")

    def draft(text: str) -> Draft:
        script = Cut(Magpie(), made(), {"instruction": [text], "answer": ["So."]})
        return asyncio.run(Magpie(tries=1).write(made(), as_ask(script)))

    assert draft(f"Q: {GOOD}\nA: Keep it").messages[0]["content"] == GOOD
    with pytest.raises(ReplyError, match="too long"):
        draft(f"Q: {GOOD} And what about")


def test_what_was_cut_or_said_before_is_of_no_use() -> None:
    assert junk(GOOD, "length", 1500) == "too long"
    assert junk(GOOD, "stop", 1500, (GOOD,)) == "said before"


def test_each_pair_of_the_grid_comes_equally_often_and_in_no_step_with_the_topics() -> None:
    method = Magpie()
    found = [method.sampling(made(index)) for index in range(120)]
    assert Counter(found) == {(t, p): 10 for t in method.temperature for p in method.top_p}
    every_twelfth = {method.sampling(made(index)) for index in range(0, 120, 12)}
    assert len(every_twelfth) > 3, "a topic of twelve does not always meet the same pair"


def job(folder: Path, url: str, **fields: Any) -> Path:
    given = {
        "name": "pie", "method": "magpie", "count": 12, "seed": 3,
        "provider": {"openai": {"base_url": url, "model": "m", "completions": True,
                                "template": "chatml", "concurrency": 4}},
        "quality": ["length", "exact_duplicates"], **fields,
    }  # fmt: skip
    path = folder / "job.yaml"
    path.write_text(yaml.safe_dump(given), "utf8")
    return path


def talker(request: dict[str, Any]) -> str:
    """In the user's place, another question for each seed."""
    if "prompt" in request:
        return f"What is the number {request['seed']} good for?"
    return f"It is good for counting, as in: {request['messages'][-1]['content'][12:30]}."


def test_a_run_gives_other_rows_for_each_brief_and_the_same_ones_again(tmp_path: Path) -> None:
    with ChatServer(script=talker) as server:
        path = job(tmp_path, server.url)
        result = ts.run(path)
        kept = rows(result.path, "kept")
        assert len({row["columns"]["instruction"] for row in kept}) == 12
        assert len({(r["columns"]["temperature"], r["columns"]["top_p"]) for r in kept}) == 12
        table = result.summary.tables[0]
        assert (table.title, sum(int(line[2]) for line in table.rows)) == (
            "Sampling of instructions", 12,
        )  # fmt: skip
        asked = sum(server.counts.values())
        first = contents(result.path)
        again = ts.run(path, out=tmp_path / "other", concurrency=1)
        assert contents(again.path) == first
        assert sum(server.counts.values()) == 2 * asked
        assert ts.run(path).asked == 0, "what was drawn is drawn from the journal"
        shown = ts.explain(kept[0]["id"], result.path)
        assert shown["exchanges"][0]["options"]["raw"] == "user"


@pytest.mark.parametrize(
    ("provider", "why"),
    [
        ({"openai": {"model": "gpt-5-mini"}}, "OpenAI's own API"),
        ({"openai": {"model": "m", "base_url": "http://127.0.0.1:9/v1"}}, "completions: true"),
        ({"batch": {"model": "m", "base_url": "http://127.0.0.1:9/v1"}}, "Batch API"),
    ],
    ids=["openai", "not switched on", "batch"],
)
def test_check_tells_of_a_provider_that_cannot(
    tmp_path: Path, provider: dict[str, Any], why: str
) -> None:
    with pytest.raises(JobError, match=f"a raw completion.*{why}.*/v1/completions"):
        ts.check(job(tmp_path, "http://127.0.0.1:9/v1", provider=provider), endpoint=False)


def test_many_rows_without_inputs_are_nothing_to_warn_of(tmp_path: Path) -> None:
    path = job(tmp_path, "http://127.0.0.1:9/v1", count=500)
    assert not ts.check(path, endpoint=False).warnings


def test_the_answers_may_come_from_a_provider_of_chat_alone(tmp_path: Path) -> None:
    with ChatServer(script=talker) as one, ChatServer(script=talker, completions=False) as other:
        answerer = {"openai": {"base_url": other.url, "model": "big"}}
        result = ts.run(job(tmp_path, one.url, models={"answerer": answerer}, count=3))
        assert result.summary.models == {"big": 3, "m": 3}
        assert other.requests == 3


def test_the_first_answer_tells_where_a_server_has_no_completions(tmp_path: Path) -> None:
    with (
        ChatServer(script=talker, completions=False) as server,
        pytest.raises(ProviderError, match=r"a raw completion.*It answers 404"),
    ):
        ts.run(job(tmp_path, server.url))
