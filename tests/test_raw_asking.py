"""Raw completion through the door: its prompts, its keys, its faults, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.servers.chat import ChatServer, Faults
from tests.test_llm import Door, brief
from textsynth.asking import Ask
from textsynth.errors import PromptError
from textsynth.llm import Llm
from textsynth.methods import Method
from textsynth.prompts import PromptBook
from textsynth.records import Message

RAW: dict[str, Any] = {"completions": True, "template": "chatml"}
PROMPTS = {
    "same": "--- system\nIn {{ language_name }}.\n--- raw user\n",
    "chat": "--- system\nIn {{ language_name }}.\n",
    "text": "--- raw\n  Q: {{ topic }}?\nA:\n",
    "next": "--- history\n--- raw user\n",
}


class Tale(Method):
    """Asks raw prompts, and one that is not."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(PROMPTS, ())


class RawDoor(Door):
    """A door whose prompts are the raw ones."""

    def __init__(self, home: Path, url: str) -> None:
        super().__init__(home, url)
        for step, text in PROMPTS.items():
            (home / "prompts" / "tale" / f"{step}.en.jinja").write_text(text, "utf8")

    def ask(self, llm: Llm) -> Ask:
        """`ask` for a brief, by a method that declares the raw prompts."""
        llm.method = Tale()
        llm._by_step = dict.fromkeys(PROMPTS, llm._main)
        return llm.ask_for(brief())[0]


@pytest.fixture
def seen(server: ChatServer) -> list[dict[str, Any]]:
    """The requests that the server was sent, in order."""
    found: list[dict[str, Any]] = []

    def script(request: dict[str, Any]) -> str:
        found.append(request)
        return f"reply {len(found)} "

    server.script = script
    return found


def test_the_same_messages_raw_and_as_chat_are_two_requests_and_each_is_kept(
    tmp_path: Path, server: ChatServer, seen: list[dict[str, Any]]
) -> None:
    door = RawDoor(tmp_path, server.url)

    async def work(llm: Llm) -> list[str]:
        ask = door.ask(llm)
        return [(await ask(step)).text for step in ("same", "chat", "same")]

    assert door.run(work, RAW) == ["reply 1", "reply 2", "reply 1"]
    assert ["prompt" in request for request in seen] == [True, False]
    assert door.run(work, RAW) == ["reply 1", "reply 2", "reply 1"]
    assert len(seen) == 2


def test_another_chat_template_gets_replies_of_its_own(
    tmp_path: Path, server: ChatServer, seen: list[dict[str, Any]]
) -> None:
    door = RawDoor(tmp_path, server.url)
    own = tmp_path / "t.jinja"

    async def work(llm: Llm) -> str:
        return (await door.ask(llm)("same")).text

    def reply(template: str) -> Any:
        return door.run(work, {"completions": True, "template": template})

    own.write_text("{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}", "utf8")
    assert [reply(t) for t in ("chatml", "llama3", "qwen")] == ["reply 1", "reply 2", "reply 1"]
    assert [reply(str(own)), reply(str(own))] == ["reply 3", "reply 3"]
    own.write_text(own.read_text("utf8").replace("</>", "<//>"), "utf8")
    assert reply(str(own)) == "reply 4"
    assert "<//>" in seen[3]["prompt"]
    assert len(seen) == 4


def test_a_raw_text_goes_out_and_comes_back_with_its_white_space(
    tmp_path: Path, server: ChatServer, seen: list[dict[str, Any]]
) -> None:
    door = RawDoor(tmp_path, server.url)

    async def work(llm: Llm) -> str:
        return (await door.ask(llm)("text")).text

    assert door.run(work, RAW) == "reply 1 "
    assert seen[0]["prompt"] == "  Q: Tea?\nA:"


def test_nothing_at_all_may_stand_before_the_users_turn_and_history_does(
    tmp_path: Path, server: ChatServer, seen: list[dict[str, Any]]
) -> None:
    door = RawDoor(tmp_path, server.url)
    said: list[Message] = [
        {"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Yes?"},
    ]  # fmt: skip

    async def work(llm: Llm) -> None:
        ask = door.ask(llm)
        await ask("next")
        await ask("next", history=said)

    door.run(work, RAW)
    open_user = "<|im_start|>user\n"
    assert seen[0]["prompt"] == open_user
    turns = "<|im_start|>user\nHi.<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n"
    assert seen[1]["prompt"] == turns + open_user


def test_faults_are_tried_again_and_tokens_counted_as_for_chat(
    tmp_path: Path, server: ChatServer, seen: list[dict[str, Any]]
) -> None:
    server.faults = Faults(rate_500=0.5, seed=2)
    door = RawDoor(tmp_path, server.url)

    async def work(llm: Llm) -> tuple[int, int, int, int]:
        ask = door.ask(llm)
        for take in range(6):
            await ask("same", take=take)
        tally = llm.tally
        return tally.asked, tally.retried, tally.tokens_in, tally.tokens_out

    asked, retried, sent, made = door.run(work, RAW)
    assert asked == 6
    assert retried > 0
    assert sent > 0
    assert made > 0


def test_a_raw_prompt_has_no_form(tmp_path: Path, server: ChatServer) -> None:
    door = RawDoor(tmp_path, server.url)

    async def work(llm: Llm) -> None:
        await door.ask(llm)("same", form=int)

    with pytest.raises(PromptError, match="'same' is a raw prompt"):
        door.run(work, RAW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("--- raw user\n--- user\nHi.\n", "goes on after `--- raw user`"),
        ("--- system\nS\n--- raw user\nHi.\n", "goes on after `--- raw user`"),
        ("--- raw\nQ:\n--- user\nHi.\n", "other messages beside `--- raw`"),
        ("--- raw\nQ:\n--- raw user\n", "goes on after"),
        ("--- options\nn: 1\n", "has no message"),
    ],
)
def test_raw_prompts_that_cannot_be(tmp_path: Path, text: str, words: str) -> None:
    folder = tmp_path / "prompts" / "tale"
    folder.mkdir(parents=True)
    (folder / "odd.en.jinja").write_text(text, "utf8")
    with pytest.raises(PromptError, match=words):
        PromptBook(tmp_path, "tale", "en", "English").load("odd")


def test_options_may_stand_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "prompts" / "tale"
    folder.mkdir(parents=True)
    (folder / "odd.en.jinja").write_text("--- raw user\n--- options\nn: 1\n", "utf8")
    prompt = PromptBook(tmp_path, "tale", "en", "English").load("odd")
    assert (prompt.raw, prompt.render({}), dict(prompt.options)) == ("user", [], {"n": 1})
