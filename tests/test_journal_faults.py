"""The journal when things go wrong: kill -9, a full disk, a bad row, a file that is another's."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_journal import ASKED, key, put, reply
from textsynth.errors import RunError
from textsynth.journal import Journal
from textsynth.records import Reply


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with contextlib.closing(Journal(tmp_path / "replies.sqlite")) as opened:
        yield opened


def test_a_half_emoji_is_saved_or_told_and_takes_no_other_reply_with_it(journal: Journal) -> None:
    async def main() -> list[BaseException | None]:
        puts = [put(journal, 1, "before"), put(journal, 2, "\ud83d"), put(journal, 3, "after")]
        return await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 3)

    results = asyncio.run(main())
    assert journal.get(key(1)) == reply("before")
    assert journal.get(key(3)) == reply("after")
    assert journal.get(key(2)) is not None or isinstance(results[1], RunError)


def test_a_row_that_cannot_be_saved_takes_no_other_with_it(journal: Journal) -> None:
    broken = Reply("text", "model-a", "stop", 2**80, 0)

    async def main() -> list[BaseException | None]:
        puts = [asyncio.create_task(put(journal, n)) for n in range(300) if n != 77]
        bad = journal.put(key(77), 0, "turn", "hash", (ASKED, {}), broken)
        puts.insert(77, asyncio.create_task(bad))
        for number in range(300):
            journal.sent(key(number))
        return await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 5)

    results = asyncio.run(main())
    assert [n for n, result in enumerate(results) if result is not None] == [77]
    assert isinstance(results[77], RunError)
    assert [n for n in range(300) if journal.get(key(n)) is None] == [77]
    assert journal.counts() == {
        "replies": 299, "sent": 300, "sent_again": 0, "tokens_in": 897, "tokens_out": 1794
    }  # fmt: skip


def test_a_full_disk_is_told_to_all_who_wait_and_the_journal_goes_on_when_there_is_room(
    journal: Journal,
) -> None:
    def room(pages: int) -> None:
        journal._writer._connection.execute(f"PRAGMA max_page_count={pages}")

    async def main(numbers: range) -> list[BaseException | None]:
        puts = [put(journal, number, "x" * 5000) for number in numbers]
        return await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 5)

    assert asyncio.run(main(range(10))) == [None] * 10
    room(60)
    told = [str(result) for result in asyncio.run(main(range(10, 310)))]
    assert len(told) == 300
    assert all("cannot be saved" in words and "full" in words for words in told)
    with pytest.raises(RunError, match=r"cannot be saved.*full"):
        journal.note("fact", "x" * 500_000)
    assert [journal.get(key(n)) is not None for n in (0, 9, 10, 309)] == [True, True, False, False]
    room(10**6)
    assert asyncio.run(main(range(10, 310))) == [None] * 300
    assert journal.counts()["replies"] == 310


def test_a_reply_that_cannot_be_saved_is_told(journal: Journal) -> None:
    broken = Reply("text", "model-a", "stop", None, 0)  # type: ignore[arg-type]
    with contextlib.suppress(RunError):
        asyncio.run(asyncio.wait_for(journal.put(key(1), 0, "s", "p", (ASKED, {}), broken), 3))
        assert journal.get(key(1)) is not None


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


def test_a_request_that_was_in_flight_when_the_process_ended_is_known(tmp_path: Path) -> None:
    async def main(sent: tuple[int, ...], answered: tuple[int, ...]) -> None:
        with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
            for number in sent:
                journal.sent(key(number))
            await asyncio.gather(*(put(journal, number) for number in answered))

    asyncio.run(main((1, 2, 3), (1,)))
    asyncio.run(main((2, 3), (2,)))
    asyncio.run(main((3, 4), (3, 4)))
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        assert sorted(journal.sent_more_than_once()) == sorted([(key(2), 2), (key(3), 3)])
        counts = journal.counts()
    assert (counts["replies"], counts["sent"], counts["sent_again"]) == (4, 7, 3)


def test_settled_means_on_disk(journal: Journal) -> None:
    async def main() -> None:
        for number in range(10):
            journal.sent(key(number))
        await journal.settle()
        with contextlib.closing(Journal(journal.path)) as other:
            assert other.counts()["sent"] == 10

    asyncio.run(main())


def test_what_was_noted_last_is_written_on_closing(tmp_path: Path) -> None:
    async def main() -> None:
        journal = Journal(tmp_path / "j.sqlite")
        journal.sent(key(1))
        journal.close()

    asyncio.run(main())
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as again:
        assert again.counts()["sent"] == 1


def test_a_run_that_is_cancelled_keeps_what_had_come(tmp_path: Path) -> None:
    async def main(journal: Journal) -> None:
        puts = [asyncio.create_task(put(journal, number)) for number in range(500)]
        await asyncio.sleep(0)
        for task in puts[::2]:
            task.cancel()
        await puts[1]
        # The next commit has been handed over when the run ends, and has not begun.
        journal._thread.submit(time.sleep, 0.1)
        puts += [asyncio.create_task(put(journal, number)) for number in range(500, 600)]
        await asyncio.sleep(0.05)

    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        asyncio.run(main(journal))
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as journal:
        assert [n for n in range(600) if journal.get(key(n)) is None] == []


def test_who_puts_into_a_closed_journal_is_told(tmp_path: Path) -> None:
    async def main() -> None:
        journal = Journal(tmp_path / "j.sqlite")
        early = asyncio.create_task(put(journal, 1))
        await asyncio.sleep(0)
        journal.close()
        await asyncio.wait_for(early, 3)
        with pytest.raises(RunError, match="cannot be saved"):
            await asyncio.wait_for(put(journal, 2), 3)

    asyncio.run(main())
    with contextlib.closing(Journal(tmp_path / "j.sqlite")) as again:
        assert [again.get(key(1)), again.get(key(2))] == [reply("Hello"), None]


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


def test_a_journal_of_another_layout_is_refused_in_words(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "early.sqlite")) as file:
        file.execute("CREATE TABLE replies (key BLOB PRIMARY KEY, text TEXT) WITHOUT ROWID")
    with pytest.raises(RunError, match=r"early\.sqlite was written by another version.*number 0"):
        Journal(tmp_path / "early.sqlite")
    Journal(tmp_path / "late.sqlite").close()
    with contextlib.closing(sqlite3.connect(tmp_path / "late.sqlite")) as file:
        file.execute("PRAGMA user_version=99")
    with pytest.raises(RunError, match=r"late\.sqlite was written by another.*99.*move the file"):
        Journal(tmp_path / "late.sqlite")
