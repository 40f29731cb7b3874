"""The one place where the engine tells what happens, the log file, and no key in either.

| start   | run, job, method, model, version, pid
| request | step, model, endpoint, brief, key, seconds, tokens_in, tokens_out, cached, usd, finish,
|         | tries
| retry   | step, endpoint, brief, error, wait, tries
| limit   | endpoint, words
| pause   | endpoint, words, seconds
| row     | index, outcome (kept, dropped, failed), id, reason
| novelty | rows, window, novelty, duplicates, next_opening_new, openings_to_come, dry
| batch   | id, state, requests, words
| budget  | words, usd, tokens, seconds
| stop    | reason
| end     | status, kept, dropped, failed, usd, seconds

`usd` is in dollars, null where the price is not known; `wait` in seconds; `brief` the index of a
brief, `key` the journal's key of a reply, `endpoint` host:port. Prompts and the texts of replies
are private and never part of an event: the journal has them, under the key.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from textsynth.errors import JobError

Sink = Callable[[str, Mapping[str, Any]], None]
"""Takes the kind of an event and its fields."""

FLUSH_EVERY = 1.0
"""Seconds that an event may stay in memory before it is in the file."""

AT_ONCE = frozenset({"retry", "pause", "stop"})
"""Kinds that are in the file when `emit` returns: what a dying process had to say last."""

SHORTEST = 6
"""Characters. Secrets that are shorter would cut ordinary words, so they are not looked for."""

REDACTED = "[redacted]"

log = logging.getLogger("textsynth")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Events:
    """Hands every event to every sink, in the order in which the sinks were added.

    `live` says whether anybody listens, for callers whose fields cost something to gather.
    """

    __slots__ = ("_sinks", "live")

    def __init__(self) -> None:
        self._sinks: tuple[Sink, ...] = ()
        self.live = False

    def add(self, sink: Sink) -> None:
        """From now on `sink` is told. One that raises is left out after that."""
        self._sinks = (*self._sinks, sink)
        self.live = True

    def emit(self, kind: str, /, **fields: Any) -> None:
        """Tells one event. Never raises."""
        for sink in self._sinks:
            try:
                sink(kind, fields)
            except Exception as error:  # noqa: BLE001 - who looks on must not end the run
                self._sinks = tuple(other for other in self._sinks if other is not sink)
                self.live = bool(self._sinks)
                log.warning("warning: a listener failed and is told no more: %r", error)


class JsonLog(contextlib.AbstractContextManager["JsonLog"]):
    """A sink that appends one JSON object a line: {"at": UTC time, "event": kind, …fields}.

    Whole lines are appended at a time, so several starts, also at once, may share a file. Lines are
    in the file after at most `FLUSH_EVERY` seconds. A write that fails is told once on the logger
    `textsynth`; what comes after it is dropped. Close it, or use it in a `with`.

    Raises JobError when the file cannot be opened.
    """

    def __init__(self, path: str | Path, redactor: Callable[[str], str] | None = None) -> None:
        self.path, self._redact = Path(path), redactor or Redactor()
        try:
            self._lines = [""] if _is_torn(self.path) else []
            self._file = self.path.open("ab", buffering=0)
        except OSError as error:
            raise JobError(
                f"the log file {self.path} cannot be written",
                error.strerror or str(error),
                "name a file in a folder that exists and that you may write to",
            ) from error
        self._gathering, self._writing = threading.Lock(), threading.Lock()
        self._deaf, self._closing = False, threading.Event()
        self._beat = threading.Thread(target=self._flush_often, name="log", daemon=True)
        self._beat.start()

    def __call__(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Takes one event."""
        if self._deaf:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
        line = _encode({"at": at, "event": kind, **_plain(fields, self._redact)})
        with self._gathering:
            self._lines.append(line)
        if kind in AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes what has gathered."""
        with self._writing:
            with self._gathering:
                lines, self._lines = self._lines, []
            # Half a character, which UTF-8 cannot hold, becomes the \ud83d that JSON allows.
            data = "".join(f"{line}\n" for line in lines).encode("utf8", "backslashreplace")
            try:
                while data and not self._deaf:
                    data = data[self._file.write(data) :]
            except OSError as error:
                self._deaf = True
                words = error.strerror or str(error)
                log.warning("warning: %s is written no more, the run goes on: %s", self.path, words)

    def close(self) -> None:
        """Writes what is left. Events that come later are dropped."""
        self._closing.set()
        self._beat.join()
        self.flush()
        self._deaf = True
        with contextlib.suppress(OSError):
            self._file.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _flush_often(self) -> None:
        while not self._closing.wait(FLUSH_EVERY):
            self.flush()


def _is_torn(path: Path) -> bool:
    """Whether the last line has no end, because its writer died, or its disk was full."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.seek(0, 2) > 0 and file.seek(-1, 2) >= 0 and file.read() != b"\n"


def _plain(value: Any, redact: Callable[[str], str]) -> Any:
    """Plain JSON without secrets: what JSON does not know becomes its text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {redact(str(name)): _plain(inner, redact) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, redact) for inner in value]
    return redact(str(value))


# What every key of a known shape contains. Each alternative begins with a plain character, which
# lets the search skip from one candidate to the next: text with nothing in it costs about 1 us.
_HINTS = (
    r"sk-|hf_|gsk_|xai-|ghp_|AKIA|ASIA|AIza|@|earer|EARER|uthoriz|UTHORIZ|"
    r"pi[-_ ]?[kK]ey|PI[-_ ]?KEY|ccess[-_]?[tT]oken|CCESS[-_]?TOKEN|ecret|ECRET"
)
_SHAPES = re.compile(
    r"""(?<=://)[^\s/?\#"'<>\[\]]+(?=@)  # the user and password of a URL
    # Words with hyphens follow sk- as well; a key has a long run of characters, or digits.
    | (?<![A-Za-z0-9_]) sk-(?:[A-Za-z0-9]+[-_])*?
        (?:[A-Za-z0-9]{16,} | (?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,}) [A-Za-z0-9_-]*
    | (?<![A-Za-z0-9_]) hf_
        (?:[A-Za-z0-9]{20,} | (?=[A-Za-z]*[0-9])(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{12,})
    | (?<![A-Za-z0-9_]) (?:(?:gsk_|xai-|ghp_)[A-Za-z0-9]{16,} | AIza[A-Za-z0-9_-]{20,})
    | (?<![A-Za-z0-9_]) (?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])
    | (?P<lead> (?i:bearer)\s+
        | (?i:authorization | api[-_\ ]?key | access[-_]?token | client[-_]?secret
            | secret[-_]?(?:access[-_]?)?key)
          (?:\\*["'])? \s*[:=]\s* (?:\\*["'])? (?P<scheme>(?i:bearer|basic|token|apikey)\s+)?)
      (?: (?<=["'])[^"'\\]+ | [^\s"'\\,;&<>()\[\]{}]+)
    """,
    re.VERBOSE,
)
_NO_KEY = re.compile(
    r"(?:\w+\s+)?\[redacted\]|[{<].*|\*+|%s|\$\{?[A-Z_][A-Z0-9_]*\}?|[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)|"
    r"(?i:auth|authentication|authorization|false|header|is|key|none|null|of|realm|required|scheme|"
    r"tokens?|true)[.,:;!?]*",
    re.DOTALL,
)


class Redactor:
    """`redactor(text)` is the text without keys: those it was given, and what looks like one.

    A secret is found as it is, URL-quoted, escaped for JSON, and in base64 at any place of the
    encoded bytes, as in a Basic header. Those shorter than `SHORTEST` are left alone.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self._hint = re.compile(_HINTS)
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Looks for this secret too from now on."""
        secret = secret.strip()
        if len(secret) < SHORTEST:
            return
        self._forms.update(_forms(secret))
        # The longest first: a secret may begin with another.
        known = "|".join(re.escape(form) for form in sorted(self._forms, key=len, reverse=True))
        self._known, self._hint = re.compile(known), re.compile(f"{_HINTS}|{known}")

    def __call__(self, text: str) -> str:
        """The text with `[redacted]` in the place of every key."""
        if self._hint.search(text) is None:
            return text
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        return _SHAPES.sub(_without_key, text)


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf8", "replace")
    yield from (secret, json.dumps(secret)[1:-1])
    for quoted in (quote(raw, safe=""), quote_plus(raw)):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)
    coded = [base64.b64encode(raw).decode()]
    # Behind 0, 1 or 2 other bytes it is encoded in three ways; these characters depend on it alone.
    for before, first in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + raw).decode()
        coded.append(whole[first : (before + len(raw)) * 8 // 6])
    for form in coded:
        yield form
        yield form.replace("+", "-").replace("/", "_")


def _without_key(found: re.Match[str]) -> str:
    lead, text = found["lead"] or "", found[0]
    value = text[len(lead) :]
    if lead:
        return text if _is_no_key(lead, value, bool(found["scheme"])) else lead + REDACTED
    only_a_name = found.string.endswith("://", 0, found.start()) and ":" not in value
    return text if only_a_name and len(value) < 16 else REDACTED


def _is_no_key(lead: str, value: str, after_scheme: bool) -> bool:
    """Whether a word of a sentence follows `api_key: ` or `bearer `, or what stands for a key."""
    if _NO_KEY.fullmatch(value):
        return True
    in_a_sentence = lead[-1].isspace() and not after_scheme and not lead.startswith("Bearer")
    word = value.rstrip(".,:;!?")
    return in_a_sentence and word.isalpha() and len(word) < 16 and word[1:] == word[1:].lower()


class RedactingFilter(logging.Filter):
    """Cleans each record's message and traceback, and holds none back.

    A logger's filter sees what is logged there and not below it: put it on the handler as well.
    """

    def __init__(self, redactor: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """True, with the texts of the record cleaned in place."""
        try:
            words = record.getMessage()
        except Exception:  # noqa: BLE001 - logging would print the arguments that do not fit
            words = f"{record.msg} {record.args}"
        record.msg, record.args = self._redact(words), ()
        if record.exc_info:
            record.exc_text = self._redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None  # from which a handler would make the text anew
        return True


def redact_error(error: BaseException, redactor: Callable[[str], str]) -> None:
    """Cleans the texts of an error and of all that led to it, in place, for tracebacks.

    A cause that makes its text anew each time is replaced by one with the cleaned text.
    """
    _cleaned(error, redactor, {})


_Done = dict[int, tuple[BaseException, BaseException]]
"""Errors that were met: id → (error, what stands for it)."""


def _cleaned(error: BaseException, redact: Callable[[str], str], done: _Done) -> BaseException:
    """The error itself, or what stands for it."""
    if id(error) in done:
        return done[id(error)][1]
    done[id(error)] = error, error
    error.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in error.args)
    for name in ("asked", "exists", "fix", "message", "strerror", "filename", "filename2"):
        if isinstance(text := getattr(error, name, None), str):
            with contextlib.suppress(AttributeError, TypeError):
                setattr(error, name, redact(text))
    if hasattr(error, "__notes__"):
        error.__notes__[:] = [redact(str(note)) for note in error.__notes__]
    for name in ("__cause__", "__context__"):
        if (led := getattr(error, name)) is not None:
            setattr(error, name, _cleaned(led, redact, done))
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        _cleaned(inner, redact, done)
    if redact(str(error)) != str(error):
        told = RuntimeError(f"{type(error).__name__}: {redact(str(error))}")
        told.__cause__, told.__context__ = error.__cause__, error.__context__
        told.__suppress_context__ = error.__suppress_context__  # setting a cause turns it on
        done[id(error)] = error, told.with_traceback(error.__traceback__)
    return done[id(error)][1]
