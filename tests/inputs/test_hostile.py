"""Broken and hostile files: refused in words, within limits, and no other file goes with them."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.inputs.files import docx, write
from tests.inputs.hostile import FILES, GOOD, nested, write_odd
from textsynth.errors import InputError
from textsynth.inputs._child import Reader
from textsynth.inputs._extract import PLAIN_KINDS
from textsynth.inputs.documents import Documents
from textsynth.rowfiles.record_files import RECORD_KINDS


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(["eng"]) as one:
        yield one


PLAIN_ONES = PLAIN_KINDS | RECORD_KINDS
RISKY = {
    label: case
    for label, case in FILES.items()
    if Path(case[0]).suffix not in PLAIN_ONES and label != "zero bytes"
}
PLAIN = {label: case for label, case in FILES.items() if label not in RISKY}


@pytest.mark.parametrize(("name", "make", "words"), RISKY.values(), ids=RISKY.keys())
def test_one_child_refuses_them_all(
    tmp_path: Path, reader: Reader, name: str, make: Callable[[], bytes], words: str
) -> None:
    (tmp_path / name).write_bytes(make())
    if words == r"'a\.html' ":
        assert not reader.read(tmp_path / name, name).text.strip()
        return
    with pytest.raises(InputError, match=f"(?is){words}"):
        reader.read(tmp_path / name, name)


@pytest.mark.parametrize(("name", "make", "words"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_files_are_refused_too(
    tmp_path: Path, name: str, make: Callable[[], bytes], words: str
) -> None:
    (tmp_path / name).write_bytes(make())
    with pytest.raises(InputError, match=f"(?is){words}"):
        Documents(paths=[name]).load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    odd = write_odd(tmp_path)
    for name, words in odd.items():
        with pytest.raises(InputError, match=words):
            Documents(paths=[name]).load(tmp_path)
    write(tmp_path, good__txt=GOOD)
    items = Documents(paths=["."]).read(tmp_path, strict=False)
    assert [row["text"] for row in items.rows] == [GOOD]


def test_what_is_nested_honestly_is_read(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "a.docx").write_bytes(nested(2))
    assert reader.read(tmp_path / "a.docx", "a.docx").text == ""


def test_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    write(tmp_path, a__docx=docx([("", GOOD)]))
    with Reader([], seconds=0.001) as hasty:
        with pytest.raises(InputError, match=r"'a\.docx' was given up after 0\.001 seconds"):
            hasty.read(tmp_path / "a.docx", "a.docx")
        hasty.seconds = 60
        assert hasty.read(tmp_path / "a.docx", "a.docx").text == GOOD


def test_child_that_died_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, a__docx=docx([("", GOOD)]))
    with Reader([]) as one:
        assert one.read(tmp_path / "a.docx", "a.docx").text == GOOD
        assert one._process is not None
        os.kill(one._process.pid, signal.SIGKILL)
        assert one.read(tmp_path / "a.docx", "a.docx").text == GOOD


def test_death_while_reading_is_told_with_its_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a__docx=docx([("", GOOD)]), **{"sitecustomize__py": "import os; os.abort()"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Reader([]) as one, pytest.raises(InputError, match=r"broke the program.*SIGABRT"):
        one.read(tmp_path / "a.docx", "a.docx")


def test_nothing_is_left_running(tmp_path: Path) -> None:
    write(tmp_path, a__docx=docx([("", GOOD)]))
    with Reader([]) as one:
        one.read(tmp_path / "a.docx", "a.docx")
        assert one._process is not None
        pid = one._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_hostile_file_does_not_take_the_others_along(tmp_path: Path) -> None:
    name, make, words = FILES["billion laughs in docx"]
    (tmp_path / name).write_bytes(make())
    write(tmp_path, b__docx=docx([("", GOOD)]))
    bad, good = Documents(paths=["*"]).load(tmp_path).sources
    assert re.search(words, bad.problem)
    assert (good.rows, good.problem) == (1, "")


def test_child_takes_no_module_out_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("signal.py", "queue.py", "kreuzberg.py"):
        (tmp_path / name).write_text("raise SystemExit('not me')\n", "utf8")
    (tmp_path / "a.html").write_text("<p>The branch is open on Saturdays until noon.</p>", "utf8")
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        assert "open on Saturdays" in reader.read(tmp_path / "a.html", "a.html").text
