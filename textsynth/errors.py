"""Every error a user can meet, in one tree; outside errors are translated into it where they enter.

TextsynthError                exit code 1   a fault of ours, or of the machine
├── JobError                  exit code 2   the job file, an option or a command's argument is wrong
│   ├── InputError            exit code 2   a document, example or persona file cannot be used
│   └── PromptError           exit code 2   a template is missing or names an undefined variable
├── ProviderError             exit code 3   the model is out of reach or refuses: the run stops
│   ├── TransientError                      may work when tried again (429, 5xx, dropped connection)
│   │   ├── UnreachableError                nobody answers there
│   │   └── RowTimeoutError                 a row took too long: it fails, no other
│   └── RequestError                        this request is at fault: its row fails, no other
├── ReplyError                              a reply that a method cannot use: its row fails
├── ShortError                exit code 4   the run closed with fewer kept rows than asked for
├── RunError                  exit code 5   the run folder is missing, in use or not ours
├── HubError                  exit code 6   the Hub is out of reach, or refuses
└── Interrupted               exit code 130 stopped by Ctrl+C; everything received is saved
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TextsynthError(Exception):
    """One paragraph in three parts: what was asked, what exists, and the fix."""

    exit_code = 1

    def __init__(self, asked: str, exists: str = "", fix: str = "") -> None:
        self.asked, self.exists, self.fix = asked, exists, fix
        super().__init__(" ".join(_sentence(part) for part in (asked, exists, fix) if part))


class JobError(TextsynthError):
    """The job file, an option or an argument is wrong."""

    exit_code = 2


class InputError(JobError):
    """A document, example or persona file cannot be used."""


class PromptError(JobError):
    """A prompt template is missing, broken, or names a variable that nothing provides."""


class ProviderError(TextsynthError):
    """The model cannot be reached or refuses; the run stops, what is paid for stays."""

    exit_code = 3


class TransientError(ProviderError):
    """May work when tried again.

    `retry_after`: seconds that the server asked to wait. `overload`: it has too much to do (429,
    503). `where`: the endpoint that it happened at.
    """

    def __init__(
        self,
        asked: str,
        exists: str = "",
        fix: str = "",
        *,
        retry_after: float | None = None,
        overload: bool = False,
    ) -> None:
        super().__init__(asked, exists, fix)
        self.retry_after, self.overload = retry_after, overload
        self.where = ""


class UnreachableError(TransientError):
    """Nobody answers at the endpoint: fatal before the first request, worth a retry after."""


class RowTimeoutError(TransientError):
    """A row took longer than `row_timeout`; its replies are saved, and the next start goes on."""


class RequestError(ProviderError):
    """No retry mends this request (too long, refused by a content rule): its row fails."""


class ReplyError(TextsynthError):
    """A reply that a method cannot use; `raw` is its text, kept with the failed row."""

    def __init__(self, asked: str, raw: str = "") -> None:
        super().__init__(asked)
        self.raw = raw


class ShortError(TextsynthError):
    """The run closed with fewer kept rows than asked for."""

    exit_code = 4


class RunError(TextsynthError):
    """The run folder is missing, in use by another process, or not a run folder."""

    exit_code = 5


class HubError(TextsynthError):
    """The Hub cannot be reached, or refuses what was asked; nothing half-done is visible there."""

    exit_code = 6


class Interrupted(TextsynthError):
    """The run was stopped by Ctrl+C."""

    exit_code = 130


EXIT_CODES: dict[int, str] = {
    0: "done, with as many kept rows as the job asked for",
    1: "a fault of textsynth or of the machine",
    2: "the job, an input file, a prompt or an option is wrong",
    3: "the model cannot be reached or refuses; what was received is saved",
    4: "the run closed with fewer kept rows than asked for",
    5: "the run folder is missing, in use or not a run",
    6: "the Hub cannot be reached or refuses; given again, only what is missing is sent",
    130: "stopped by Ctrl+C; the same command goes on from there",
}


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'? known: …` for an unknown `word`; empty when nothing is known."""
    names = sorted(known)
    if not names:
        return ""
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}known: {', '.join(names)}"


def _sentence(part: str) -> str:
    part = part.strip()
    # A file name or a quoted word stays as it is written.
    if part.split()[0].rstrip(":,").isalpha():
        part = part[:1].upper() + part[1:]
    return part if part.endswith((".", "!", "?")) else part + "."
