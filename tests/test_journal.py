"""The journal: a reply is on disk when `put` returns, and is never lost, doubled or changed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textsynth.journal import AHEAD, BLOCK, GATHER, LARGE, Entry, Journal, StepUse
from textsynth.records import Message, Reply, digest

ASKED: list[Message] = [{"role": "user", "content": "안녕? 🙂"}]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with contextlib.closing(Journal(tmp_path / "replies.sqlite")) as opened:
        yield opened


def key(number: int) -> str:
    return digest("key", number)


def reply(text: str, tokens: int = 3) -> Reply:
    return Reply(text, "model-a", "length", tokens, 2 * tokens)


async def put(journal: Journal, number: int, text: str = "Hello", brief: int = 0) -> None:
    request: tuple[list[Message], dict[str, Any]] = (ASKED, {"temperature": 0.5})
    await journal.put(key(number), brief, "turn", "hash", request, reply(text))


async def put_all(journal: Journal, numbers: range) -> None:
    await asyncio.gather(*(put(journal, number, f"reply {number}") for number in numbers))


@pytest.mark.parametrize(
    "text",
    ["Hello", "", "안녕하세요", "👩‍👩‍👧 🙂", 'quotes " \\ \n\t\r', "a\x00b", "x" * 2_000_000],
    ids=["ascii", "empty", "korean", "emoji", "escapes", "nul", "two-megabytes"],
)
def test_a_reply_comes_back_as_it_was(journal: Journal, text: str) -> None:
    assert journal.get(key(1)) is None
    asyncio.run(put(journal, 1, text))
    assert journal.get(key(1)) == reply(text)
    assert journal.of_brief(0) == [
        Entry(key(1), 0, "turn", "hash", ASKED, {"temperature": 0.5}, reply(text))
    ]


@pytest.mark.parametrize(
    "content",
    ["", "x", 'quotes " \\ \n\x00', "안녕 👩‍👩‍👧", "half \ud83d of one", "안" * LARGE, "x" * LARGE],
    ids=["empty", "short", "escapes", "korean", "half-emoji", "large-korean", "large"],
)
def test_a_request_comes_back_as_it_was(journal: Journal, content: str) -> None:
    asked: list[Message] = [
        {"role": "system", "content": content}, {"role": "user", "content": "Go on."}
    ]  # fmt: skip
    options = {"temperature": 0.1, "stop": [content[:9]], "seed": 2**53, "top_p": None, "x": {}}
    asyncio.run(journal.put(key(1), 0, "turn", "hash", (asked, options), reply("yes")))
    (entry,) = journal.entries([key(2), key(1)])
    assert (entry.messages, entry.options) == (asked, options)


def test_a_large_request_takes_less_room_than_it_has_characters(journal: Journal) -> None:
    asked: list[Message] = [{"role": "user", "content": "as good as its compression " * 9999}]
    asyncio.run(journal.put(key(1), 0, "turn", "hash", (asked, {}), reply("yes")))
    with contextlib.closing(sqlite3.connect(journal.path)) as other:
        assert other.execute("SELECT length(request) FROM replies").fetchone()[0] < 9999


def test_a_reply_is_on_disk_when_put_returns(journal: Journal) -> None:
    async def main() -> list[int]:
        seen = []
        for number in range(5):
            await put(journal, number)
            with contextlib.closing(sqlite3.connect(journal.path)) as other:
                seen += other.execute("SELECT count(*) FROM replies").fetchone()
        return seen

    assert asyncio.run(main()) == [1, 2, 3, 4, 5]
    # 2 is FULL: the disk has it too, not only the system, which a loss of power would show.
    assert journal._writer._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def commits(journal: Journal) -> int:
    """Commits in the write-ahead log: frames whose header gives the file's size after a commit."""
    log = journal.path.with_name(journal.path.name + "-wal").read_bytes()
    (page,) = struct.unpack(">I", log[8:12])
    sizes = [struct.unpack(">I", log[at + 4 : at + 8])[0] for at in range(32, len(log), 24 + page)]
    return sum(size > 0 for size in sizes)


def test_replies_that_come_together_are_committed_together(journal: Journal) -> None:
    async def together() -> None:
        await asyncio.gather(*(put(journal, number) for number in range(400)))

    async def one_by_one() -> None:
        for number in range(400, 420):
            await put(journal, number)

    before = commits(journal)
    asyncio.run(together())
    assert 1 <= commits(journal) - before <= 20
    assert journal.counts()["replies"] == 400
    before = commits(journal)
    asyncio.run(one_by_one())
    assert commits(journal) - before == 20


def test_replies_that_come_one_after_the_other_are_committed_together(journal: Journal) -> None:
    async def main() -> float:
        puts, began = [], time.monotonic()
        for number in range(60):
            puts.append(asyncio.create_task(put(journal, number)))
            await asyncio.sleep(0.001)
        await asyncio.gather(*puts)
        return time.monotonic() - began

    before = commits(journal)
    seconds = asyncio.run(main())
    assert journal.counts()["replies"] == 60
    assert commits(journal) - before <= seconds / GATHER + 2


def test_it_can_be_opened_again_and_goes_on(tmp_path: Path) -> None:
    for number in range(3):
        with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
            asyncio.run(put(journal, number, f"reply {number}"))
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        found = [journal.get(key(number)) for number in range(4)]
    assert found == [reply("reply 0"), reply("reply 1"), reply("reply 2"), None]


def test_the_first_reply_under_a_key_stays(journal: Journal) -> None:
    async def main() -> None:
        await put(journal, 1, "first")
        await asyncio.gather(put(journal, 1, "second"), put(journal, 1, "third"))

    asyncio.run(main())
    assert journal.get(key(1)) == reply("first")
    assert journal.counts()["replies"] == 1


def test_many_at_once_with_some_twice_are_each_there_once(journal: Journal) -> None:
    numbers = [*range(1237), *range(0, 1237, 5), *range(1230, 1301)]

    async def main() -> None:
        for number in numbers:
            journal.sent(key(number))
        await asyncio.gather(*(put(journal, n, f"{n}", brief=n // 4) for n in numbers))

    asyncio.run(main())
    assert [journal.get(key(n)) for n in range(1302)] == [*map(reply, map(str, range(1301))), None]
    assert journal.counts() == {
        "replies": 1301, "sent": len(numbers), "sent_again": len(numbers) - 1301,
        "tokens_in": 3 * 1301, "tokens_out": 6 * 1301,
    }  # fmt: skip
    assert len(list(journal.sent_more_than_once())) == len(range(0, 1230, 5)) + 7
    assert [entry.reply.text for entry in journal.of_brief(300)] == ["1200", "1201", "1202", "1203"]


def test_the_exchanges_of_a_brief_come_in_the_order_of_their_answers(journal: Journal) -> None:
    async def main() -> None:
        for number in (5, 1, 9, 2):
            await put(journal, number, f"reply {number}", brief=7)
            await put(journal, number + 100, "other", brief=8)
            await asyncio.sleep(0.002)

    asyncio.run(main())
    assert [entry.reply.text for entry in journal.of_brief(7)] == [
        "reply 5", "reply 1", "reply 9", "reply 2"
    ]  # fmt: skip
    assert len(journal.of_brief(8)) == 4
    assert journal.of_brief(9) == []


@pytest.mark.parametrize("order", ["written", "mixed", "random", "each twice"])
def test_every_reply_is_found_in_whatever_order_it_is_asked_for(
    journal: Journal, order: str
) -> None:
    count = 5 * BLOCK + 3
    asyncio.run(put_all(journal, range(count)))
    numbers = list(range(count))
    if order == "random":
        random.Random(3).shuffle(numbers)
    if order == "mixed":
        numbers = [n for first in range(40) for n in range(first, count, 40)]
    if order == "each twice":
        numbers = [n for n in numbers for _ in range(2)]
    found = [journal.get(key(n)) for n in numbers]
    assert found == [reply(f"reply {n}") for n in numbers]


def test_a_reply_is_found_though_its_block_was_read_before_it_came(journal: Journal) -> None:
    for start in range(0, 3 * BLOCK, 7):
        asyncio.run(put_all(journal, range(start, start + 7)))
        found = [journal.get(key(n)) for n in range(start + 8)]
        assert found == [*(reply(f"reply {n}") for n in range(start + 7)), None]


@pytest.mark.parametrize("step", [1, 16])
def test_reading_ahead_holds_little_text(journal: Journal, step: int) -> None:
    text = "x" * (AHEAD // 100)

    async def main() -> None:
        await asyncio.gather(*(put(journal, n, f"{n} {text}") for n in range(8 * BLOCK)))

    asyncio.run(main())
    for number in range(0, 8 * BLOCK, step):
        assert journal.get(key(number)) == reply(f"{number} {text}")
        held = sum(len(row[0]) for row in journal._ahead.values())
        assert held <= AHEAD + BLOCK * len(text) * 1.1


def test_the_use_of_each_step_is_summed(journal: Journal) -> None:
    async def answer(number: int, step: str, model: str, usd: float | None) -> None:
        got = Reply("text", model, "stop", 10 + number, 1, 5, usd)
        await journal.put(key(number), 0, step, "hash", (ASKED, {}), got, seconds=0.25)

    assert (journal.by_step(), journal.by_model()) == ([], [])
    assert journal.spent() == (0.0, 0, 0)
    asyncio.run(answer(0, "write", "m1", 0.5))
    asyncio.run(answer(1, "judge", "m2", 0.25))
    asyncio.run(answer(2, "write", "m1", 0.125))
    asyncio.run(answer(2, "write", "m1", 4.0))
    assert journal.by_step() == [
        StepUse("judge", "m2", 1, 11, 1, 0.25, 0.25), StepUse("write", "m1", 2, 22, 2, 0.625, 0.5)
    ]  # fmt: skip
    assert journal.spent() == (0.875, 36, 3)
    assert journal.cost() == 0.875
    asyncio.run(answer(3, "write", "m2", None))
    assert journal.by_step()[1:] == [
        StepUse("write", "m1", 2, 22, 2, 0.625, 0.5), StepUse("write", "m2", 1, 13, 1, None, 0.25)
    ]  # fmt: skip
    assert journal.by_model() == [("m1", 22, 2), ("m2", 24, 2)]
    assert journal.spent() == (None, 50, 4)
    assert journal.cost() is None
    again = journal.get(key(1))
    assert again is not None
    assert (again.cached, again.usd) == (5, 0.25)


def test_another_process_reads_while_this_one_writes(journal: Journal) -> None:
    async def main() -> list[int]:
        seen = []
        for start in range(0, 100, 10):
            await put_all(journal, range(start, start + 10))
            with contextlib.closing(Journal(journal.path)) as other:
                seen.append(other.counts()["replies"])
                assert other.get(key(start + 9)) == reply(f"reply {start + 9}")
        return seen

    assert asyncio.run(main()) == list(range(10, 101, 10))


def test_a_fact_is_kept_until_it_is_removed(tmp_path: Path) -> None:
    facts = {"batch:%": "x", "batch:1": {"id": "안녕", "n": [1, None, "\ud83d"]}, "form:a": False}
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        assert journal.noted("") == {}
        for name in reversed(facts):
            journal.note(name, "an earlier value")
            journal.note(name, facts[name])
        journal.note("batch:2", 2)
        journal.note("batch:2", None)
        journal.note("never there", None)
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        assert list(journal.noted("").items()) == list(facts.items())
        assert list(journal.noted("batch:")) == ["batch:%", "batch:1"]
        assert journal.noted("batch:%") == {"batch:%": "x"}
        assert journal.noted("atch") == {}


def test_a_fact_is_on_disk_when_note_returns_also_while_replies_come(journal: Journal) -> None:
    async def main() -> None:
        puts = []
        for number in range(200):
            puts.append(asyncio.create_task(put(journal, number)))
            await asyncio.sleep(0)
            if number % 20 == 0:
                journal.note("number", number)
                with contextlib.closing(sqlite3.connect(journal.path)) as other:
                    assert other.execute("SELECT value FROM facts").fetchall() == [(str(number),)]
        await asyncio.wait_for(asyncio.gather(*puts), 10)

    asyncio.run(main())
    assert journal.noted("num") == {"number": 180}
    assert journal.counts()["replies"] == 200
