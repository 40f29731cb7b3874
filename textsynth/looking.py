"""Rows made into samples and looked at, in processes of their own: what needs no other row.

A process reads pickled batches and writes pickled results. It imports nothing of the program that
started it, so a script needs no guard, and a notebook does not matter; it ends when its input does,
also when that program was killed.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from textsynth.errors import TextsynthError
from textsynth.mixing import merged_sample
from textsynth.quality import Filter
from textsynth.records import Sample, Setting, digest
from textsynth.rowfiles.foreign import Shape, code_of, taken_apart
from textsynth.rowfiles.holes import Unreadable
from textsynth.screening import Looked, Screening
from textsynth.telling import told_language

METHOD = "given"


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of rows that are merged: its name, and the number of its first row among all."""

    name: str
    first: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows that follow each other in one source. `shape` None: they are rows of a run."""

    start: int
    """The number of its first row among all that are read."""
    source: str
    shape: Shape | None
    records: Sequence[dict[str, Any]]
    was: Sequence[str] = ()
    """Of a run's rows: why each was dropped there, as `filter: reason`; "" where it was kept."""
    origin: Origin | None = None
    """Where rows of several sources become those of one run."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A row that is no conversation: it fails, with its record."""

    index: int
    words: str
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Results:
    """What a batch came to, in its order, and the seconds that each filter took."""

    found: Sequence[Looked | Lost]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Looker:
    """Makes samples and passes the verdicts that need no other row. Can be pickled."""

    filters: tuple[Filter, ...]
    setting: Setting
    language: str
    """`auto`: told for each row; rows that it cannot be told of have that of the setting."""
    asked_before: frozenset[str] = frozenset()
    """Steps of filters, whose replies an earlier run noted and this one notes anew."""

    def ready(self) -> Work:
        """At work in this process."""
        return Work(self)


class Work:
    """A looker's screens, one set for each language that rows come in."""

    def __init__(self, looker: Looker) -> None:
        self.looker = looker
        own = [part for part in looker.filters if part.alone or type(part).mend is not Filter.mend]
        self._own = own
        self._by_language: dict[str, Screening] = {}

    def look(self, batch: Batch) -> Results:
        """All rows of a batch."""
        found: list[Looked | Lost] = []
        for number, record in enumerate(batch.records, start=batch.start):
            try:
                sample = self._sample(record, batch, number)
            except Unreadable as error:
                found.append(Lost(number, str(error), record))
                continue
            found.append(self._screening(sample.language).look(sample))
        seconds: dict[str, float] = defaultdict(float)
        for screening in self._by_language.values():
            for name, spent in screening.seconds.items():
                seconds[name] += spent
            screening.seconds.clear()
        return Results(found, dict(seconds))

    def _screening(self, language: str) -> Screening:
        known = self._by_language.get(language)
        if known is None:
            setting = replace(self.looker.setting, language=language)
            known = self._by_language[language] = Screening(self._own, setting)
        return known

    def _sample(self, record: dict[str, Any], batch: Batch, number: int) -> Sample:
        if batch.shape is None:
            sample = self._again(record)
        else:
            sample = self._given(record, batch.source, batch.shape, number)
        if batch.origin is None:
            return sample
        return merged_sample(sample, record, batch.origin.name, number, batch.origin.first)

    def _given(self, record: dict[str, Any], source: str, shape: Shape, number: int) -> Sample:
        given = taken_apart(record, shape)
        texts = [message["content"] for message in given.messages]
        brief = digest(texts, size=8)
        language = code_of(record.get(shape.language)) if shape.language else ""
        if not language:
            default, own = self.looker.setting.language, self.looker.language
            language = told_language(texts, default) if own == "auto" else default
        return Sample(
            id=digest(brief, number, size=8), index=number, brief=brief, method=METHOD,
            language=language, messages=given.messages, columns=given.columns,
            speakers=given.speakers, seeds={"source": source, "form": given.form},
        )  # fmt: skip

    def _again(self, record: dict[str, Any]) -> Sample:
        """A row of a run, without what its filters noted there."""
        sample = Sample.from_json(record)
        before = self.looker.asked_before
        if before and any(ref.step in before for ref in sample.replies):
            kept = tuple(ref for ref in sample.replies if ref.step not in before)
            return replace(sample, replies=kept)
        return sample


class Worker:
    """One process that looks; `look` waits for its answer."""

    def __init__(self, looker: Looker) -> None:
        code = f"import sys; sys.path[:] = {sys.path!r}; from textsynth.looking import main; main()"
        # A session of its own: Ctrl+C is for the program that decides, and ends this one in order.
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self._send(looker)

    def look(self, batch: Batch) -> Results:
        """Raises what looking raised there, or TextsynthError where the process is gone."""
        try:
            self._send(batch)
            answer = _read(self._out)
        except (EOFError, OSError):
            raise self._gone() from None
        if isinstance(answer, Results):
            return answer
        raise answer

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._out.close()

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _send(self, value: Any) -> None:
        assert self._process.stdin is not None
        _write(self._process.stdin, value)

    def _gone(self) -> TextsynthError:
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        why = "; the machine may have run out of memory" if code == -9 else ""
        return TextsynthError(
            f"a process that looks at rows has ended with {how}{why}",
            "what was written until then stays in the folder",
            "give the same command again, with fewer --workers if memory is short",
        )


def _write(file: IO[bytes], value: Any) -> None:
    data = pickle.dumps(value, 5)
    file.write(len(data).to_bytes(8, "little"))
    file.write(data)
    file.flush()


def _read(file: IO[bytes]) -> Any:
    head = file.read(8)
    if len(head) < 8:
        raise EOFError
    size = int.from_bytes(head, "little")
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def portable(error: Exception) -> Exception:
    """An error that can be sent: itself, or its words."""
    try:
        again = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - an error may refuse to be copied in any way
        again = None
    if type(again) is type(error) and str(again) == str(error):
        return error
    if isinstance(error, TextsynthError):
        return type(error)(str(error))
    return TextsynthError(f"a fault in a filter: {type(error).__name__}: {error}")


def main() -> None:
    """Looks at batches until there are no more."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a filter prints must not come between
    work: Work | None = None
    try:
        looker: Looker = _read(source)
        work = looker.ready()
    except Exception as error:  # noqa: BLE001 - told where the first batch is asked for
        fault: Exception = portable(error)
    while True:
        try:
            batch = _read(source)
        except EOFError:
            return
        try:
            answer: Any = fault if work is None else work.look(batch)
        except Exception as error:  # noqa: BLE001 - raised again where the batch came from
            answer = portable(error)
        _write(target, answer)
