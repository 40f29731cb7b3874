"""The journal: a reply is on disk when `put` returns, and is never lost, doubled or changed."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textsynth.errors import RunError
from textsynth.journal import Entry, Journal
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


def test_a_half_emoji_is_saved_or_told_and_takes_no_other_reply_with_it(journal: Journal) -> None:
    async def main() -> list[BaseException | None]:
        puts = [put(journal, 1, "before"), put(journal, 2, "\ud83d"), put(journal, 3, "after")]
        return await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 3)

    results = asyncio.run(main())
    assert journal.get(key(1)) == reply("before")
    assert journal.get(key(3)) == reply("after")
    assert journal.get(key(2)) is not None or isinstance(results[1], RunError)


def test_a_reply_is_on_disk_when_put_returns(journal: Journal) -> None:
    async def main() -> list[int]:
        seen = []
        for number in range(5):
            await put(journal, number)
            with contextlib.closing(sqlite3.connect(journal.path)) as other:
                seen += other.execute("SELECT count(*) FROM replies").fetchone()
        return seen

    assert asyncio.run(main()) == [1, 2, 3, 4, 5]


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


def test_a_reply_that_cannot_be_saved_is_told(journal: Journal) -> None:
    broken = Reply("text", "model-a", "stop", None, 0)  # type: ignore[arg-type]
    with contextlib.suppress(RunError):
        asyncio.run(asyncio.wait_for(journal.put(key(1), 0, "s", "p", (ASKED, {}), broken), 3))
        assert journal.get(key(1)) is not None


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


def test_a_request_that_left_twice_is_reported(journal: Journal) -> None:
    async def main() -> None:
        for number in (1, 2, 3, 2):
            journal.sent(key(number))
        await put(journal, 1)
        await journal.settle()

    asyncio.run(main())
    assert journal.counts() == {
        "replies": 1, "sent": 4, "sent_again": 1, "tokens_in": 3, "tokens_out": 6
    }  # fmt: skip
    assert list(journal.sent_more_than_once()) == [(key(2), 2)]


def test_what_was_noted_last_is_written_on_closing(tmp_path: Path) -> None:
    async def main() -> None:
        journal = Journal(tmp_path / "j.sqlite")
        journal.sent(key(1))
        journal.close()

    asyncio.run(main())
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as again:
        assert again.counts()["sent"] == 1


_WRITER = """
import asyncio, sys
from pathlib import Path
from tests.test_journal import key, put
from textsynth.journal import Journal

async def one(journal, number):
    journal.sent(key(number))
    await put(journal, number, f"reply {number}")
    print(number, flush=True)

async def main():
    journal = Journal(Path(sys.argv[1]))
    for start in range(0, 10**6, 16):
        await asyncio.gather(*(one(journal, start + n) for n in range(16)))

asyncio.run(main())
"""


def test_every_reply_that_was_handed_over_outlives_kill_9(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "j.sqlite")]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(40)]
        time.sleep(0.2)
        process.kill()
        said += process.stdout.readlines()
    numbers = [int(line) for line in said if line.endswith("\n")]
    assert len(numbers) > 40
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        assert [journal.get(key(n)) for n in numbers] == [reply(f"reply {n}") for n in numbers]
        assert journal.counts()["sent"] >= len(numbers)
        assert 0 <= journal.counts()["replies"] - len(numbers) <= 16
        asyncio.run(put(journal, -1))


def test_a_file_that_is_no_journal_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "j.sqlite").write_bytes(b"this is not a database, but long enough to be read " * 99)
    with pytest.raises(RunError, match=r"journal .*j\.sqlite cannot be opened: .*not a database"):
        Journal(tmp_path / "j.sqlite")
    with pytest.raises(RunError, match="cannot be opened"):
        Journal(tmp_path / "missing" / "j.sqlite")


def test_a_damaged_journal_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with contextlib.closing(Journal(path)) as journal:
        asyncio.run(put(journal, 1, "x" * 100_000))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with (
        pytest.raises(RunError, match=r"j\.sqlite"),
        contextlib.closing(Journal(path)) as journal,
    ):
        journal.get(key(1))
