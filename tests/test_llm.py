"""The door to the model: asked once, saved before use, tried again after faults, told in words."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.servers.chat import ChatServer, Faults
from textsynth.asking import Ask
from textsynth.errors import PromptError, ProviderError, RequestError, TransientError
from textsynth.job import Job
from textsynth.journal import Journal
from textsynth.llm import Llm
from textsynth.methods import Method
from textsynth.prompts import PromptBook
from textsynth.providers.openai import Openai
from textsynth.records import Brief, Message, Reply
from textsynth.turns import Drained

Work = Callable[[Llm], Awaitable[Any]]


class Tale(Method):
    """Two prompts: one takes nothing, one a word."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"plain": (), "wordy": ("word",)}
    may_use: ClassVar[tuple[str, ...]] = ("persona",)


class Door:
    """Opens an Llm on the journal in a folder, as often as it is called."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        prompts = {
            "plain": "--- options\nmax_tokens: 50\n--- user\n{{ topic }}{{ persona or '!' }}\n",
            "wordy": "--- system\nIn {{ language_name }}.\n--- history\n--- user\n{{ word }}\n",
        }
        for step, text in prompts.items():
            file = home / "prompts" / "tale" / f"{step}.en.jinja"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf8")

    @contextlib.asynccontextmanager
    async def open(
        self,
        options: dict[str, Any],
        on_fault: Callable[[str], None] = lambda words: None,
        **settings: Any,
    ) -> AsyncIterator[Llm]:
        provider = Openai.model_validate({"model": "m", "base_url": self.url} | options)
        job = Job(name="tale", method=Tale(), count=1, provider=provider, **settings)
        book = PromptBook(self.home, "tale", "en", "English")
        with contextlib.closing(Journal(self.home / "replies.sqlite")) as journal:
            llm = Llm(job, book, journal, on_fault=on_fault)
            try:
                yield llm
            finally:
                await llm.aclose()
                await journal.settle()

    def run(self, work: Work, options: dict[str, Any] | None = None, **settings: Any) -> Any:
        """What `work` returns, given a fresh Llm."""

        async def main() -> Any:
            async with self.open(options or {}, **settings) as llm:
                return await asyncio.wait_for(work(llm), 30)

        return asyncio.run(main())


@pytest.fixture
def door(tmp_path: Path, server: ChatServer) -> Door:
    return Door(tmp_path, server.url)


def brief(number: int = 0, topic: str = "Tea") -> Brief:
    return Brief(number, f"b{number}", {"topic": topic}, {"mood": "calm"})


def asks(llm: Llm, number: int = 0) -> Ask:
    return llm.ask_for(brief(number))[0]


async def plain(llm: Llm) -> Reply:
    return await asks(llm)("plain")


def test_the_prompt_is_rendered_with_brief_facets_and_fields(
    door: Door, server: ChatServer
) -> None:
    seen: list[dict[str, Any]] = []

    def script(request: dict[str, Any]) -> str:
        seen.append(request)
        return "  Yes. \n"

    async def work(llm: Llm) -> list[Any]:
        ask, used = llm.ask_for(brief())
        first = await ask("plain")
        said: list[Message] = [{"role": "user", "content": "H"}]
        await ask("wordy", word="Hi", history=said, options={"top_p": 0.5})
        return [first.text, [(ref.step, ref.model) for ref in used.values()]]

    server.script = script
    assert door.run(work) == ["Yes.", [("plain", "m"), ("wordy", "m")]]
    messages = [[(m["role"], m["content"]) for m in request.pop("messages")] for request in seen]
    assert messages == [
        [("user", "Tea!")],
        [("system", "In English."), ("user", "H"), ("user", "Hi")],
    ]
    assert seen == [{"model": "m", "max_tokens": 50}, {"model": "m", "top_p": 0.5}]


def test_a_second_run_on_the_same_journal_asks_nothing(door: Door, server: ChatServer) -> None:
    async def work(llm: Llm) -> list[Any]:
        replies = await asyncio.gather(*(asks(llm, n)("plain") for n in range(10)))
        return [replies, llm.tally.asked, llm.tally.replayed]

    first, second = door.run(work), door.run(work)
    assert server.requests == 10
    assert first[0] == second[0]
    assert (first[1:], second[1:]) == ([10, 0], [0, 10])
    server.stop()
    assert door.run(work)[0] == first[0]


def test_a_reply_is_in_the_journal_before_the_method_has_it(door: Door) -> None:
    async def work(llm: Llm) -> None:
        ask, used = llm.ask_for(brief())
        reply = await ask("plain")
        with contextlib.closing(Journal(door.home / "replies.sqlite")) as other:
            (entry,) = other.of_brief(0)
        assert (entry.key, entry.reply, entry.options) == (used[0].key, reply, {"max_tokens": 50})
        assert entry.messages == [{"role": "user", "content": "Tea!"}]

    door.run(work)


def test_take_options_and_brief_each_ask_anew(door: Door, server: ChatServer) -> None:
    async def work(llm: Llm) -> int:
        ask, used = llm.ask_for(brief())
        for _ in range(2):
            await ask("plain")
            await ask("plain", take=1)
            await ask("plain", options={"temperature": 1})
            await asks(llm, 1)("plain")
        return len({ref.key for ref in used.values()})

    assert door.run(work) == 3
    assert server.requests == 4


def test_the_same_thing_asked_twice_at_once_is_sent_once(door: Door, server: ChatServer) -> None:
    async def work(llm: Llm) -> int:
        ask = asks(llm)
        return len(set(await asyncio.gather(*(ask("plain") for _ in range(5)))))

    server.latency = 0.1
    assert door.run(work) == 1
    assert server.requests == 1


def test_a_failure_reaches_everyone_who_asked_for_the_same_thing(
    door: Door, server: ChatServer
) -> None:
    async def work(llm: Llm) -> list[Any]:
        ask = asks(llm)
        return await asyncio.gather(*(ask("plain") for _ in range(3)), return_exceptions=True)

    server.latency, server.faults = 0.1, Faults(context_length=2)
    assert [type(error) for error in door.run(work)] == [RequestError] * 3
    assert server.requests == 1


@pytest.mark.parametrize(
    ("step", "fields"),
    [("plain", {"word": "x"}), ("wordy", {}), ("wordy", {"word": "x", "more": 1}), ("tell", {})],
    ids=["undeclared", "missing", "one-too-many", "step"],
)
def test_what_a_method_does_not_declare_is_refused(
    door: Door, server: ChatServer, step: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(PromptError, match=f"asks '{step}' with"):
        door.run(lambda llm: asks(llm)(step, **fields))
    assert server.requests == 0


@pytest.mark.parametrize("fault", ["429", "500", "reset", "truncated", "invalid_json"])
def test_a_passing_fault_is_tried_again_and_mended(
    door: Door, server: ChatServer, fault: str
) -> None:
    faults: list[str] = []

    def heal(words: str) -> None:
        faults.append(words)
        server.faults = Faults()

    async def work(llm: Llm) -> list[Any]:
        return [(await plain(llm)).text != "", llm.tally.retried, llm.journal.counts()["sent"]]

    server.configure({"faults": {f"rate_{fault}": 1.0, "retry_after": 0.05}})
    assert door.run(work, on_fault=heal) == [True, 1, 1]
    assert server.requests == 2
    assert [words.split(":")[0] for words in faults] == ["trying again"]


def test_a_request_that_hangs_is_given_up_and_tried_again(door: Door, server: ChatServer) -> None:
    def heal(words: str) -> None:
        server.faults = Faults()

    server.faults = Faults(rate_hang=1.0, hang_seconds=5)
    assert door.run(plain, {"timeout": 0.3}, on_fault=heal).text
    assert server.requests == 2


def test_retry_after_is_waited_for(door: Door, server: ChatServer) -> None:
    at: list[float] = []

    def heal(words: str) -> None:
        at.append(time.monotonic())
        server.faults = Faults()

    server.faults = Faults(rate_429=1.0, retry_after=1.2)
    assert door.run(plain, on_fault=heal).text
    assert 1.2 <= time.monotonic() - at[0] < 4


@pytest.mark.parametrize("retries", [0, 2])
def test_retries_run_out(door: Door, server: ChatServer, retries: int) -> None:
    server.faults = Faults(fail_all=429, retry_after=0.02)
    with pytest.raises(TransientError, match=r"429: .*injected"):
        door.run(plain, retries=retries)
    assert server.requests == retries + 1


def test_a_wrong_key_stops_at_once_and_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-wrong-topsecret")
    with ChatServer(api_key="right") as server:
        door = Door(tmp_path, server.url)
        with pytest.raises(ProviderError, match=r"refuses the key \(401\)") as caught:
            door.run(plain, {"api_key_env": "MY_KEY"})
        assert server.requests <= 1
        assert "set the variable named by api_key_env" in str(caught.value).lower()
        assert "topsecret" not in str(caught.value)
        monkeypatch.setenv("MY_KEY", "right")
        assert door.run(plain, {"api_key_env": "MY_KEY"}).text


def test_an_unknown_model_stops_at_once(tmp_path: Path) -> None:
    with ChatServer(models=["other"]) as server:
        with pytest.raises(ProviderError, match=r"know the model 'm' \(404\)"):
            Door(tmp_path, server.url).run(plain)
        assert server.requests == 1


def test_a_prompt_that_is_too_long_fails_alone(door: Door, server: ChatServer) -> None:
    async def work(llm: Llm) -> list[Any]:
        long = llm.ask_for(brief(1, "x" * 100))[0]
        return [*await asyncio.gather(plain(llm), long("plain"), return_exceptions=True)]

    server.faults = Faults(context_length=50)
    good, error = door.run(work)
    assert (type(good), type(error)) == (Reply, RequestError)
    assert "maximum context length" in str(error)
    assert server.requests == 2


def test_draining_lets_nothing_out_and_saves_what_is_under_way(
    door: Door, server: ChatServer
) -> None:
    async def work(llm: Llm) -> list[Any]:
        tasks = [asyncio.create_task(asks(llm, n)("plain")) for n in range(5)]
        while server.requests < 2:  # noqa: ASYNC110 - the server runs in another thread
            await asyncio.sleep(0.01)
        llm.drain()
        late = asks(llm, 9)("plain")
        return await asyncio.gather(*tasks, late, return_exceptions=True)

    server.latency = 0.8
    found = door.run(work, concurrency=2)
    assert [type(result) for result in found] == [Reply] * 2 + [Drained] * 4
    assert server.requests == 2

    async def again(llm: Llm) -> list[Any]:
        llm.drain()
        return await asyncio.gather(*(asks(llm, n)("plain") for n in range(2)))

    assert door.run(again) == found[:2]


@pytest.mark.parametrize("job", [None, 7], ids=["of-the-provider", "of-the-job"])
def test_as_many_requests_as_allowed_and_no_more(
    door: Door, server: ChatServer, job: int | None
) -> None:
    async def work(llm: Llm) -> None:
        await asyncio.gather(*(asks(llm, n)("plain") for n in range(30)))

    server.latency = 0.05
    door.run(work, {"concurrency": 4}, concurrency=job)
    assert server.peak_in_flight == (job or 4)
