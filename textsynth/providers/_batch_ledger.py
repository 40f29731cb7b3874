"""The batches that a run has at an endpoint, known from its notes and by its tag there.

A note `batch:<token>` is made before a batch is, and stays for 30 days, as long as the endpoint
keeps the files: so a process that dies loses no batch, whenever it dies. The keys of a batch stand
in a note of their own, `batch-keys:<token>`, written once: they could be read from the input file
as well, but that is up to 200 MB to download where the keys are 1.7. Another machine has no notes
and does read them there.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textsynth.providers import Link
from textsynth.providers._batch_api import BatchApi, GoneError
from textsynth.providers._batch_files import Results

if TYPE_CHECKING:
    from openai.types import Batch as BatchObject

KEPT = 30 * 86400
"""Seconds that notes are kept: afterwards the endpoint has deleted the files of a batch."""

_LIVE: set[str] = set()
"""Tokens of the submissions of open sessions, which another session must leave alone: a run that
uses two models, or one in two ways, has a session for each and the same notes for all."""

FRESH = 60
"""Seconds after which a batch that was made shows in the endpoint's list for certain."""

ENDED = ("completed", "expired", "cancelled", "failed")
"""The states in which a batch changes no more."""


@dataclass(eq=False)
class Submission:
    """One batch, from the first line of its file to the last reply."""

    token: str
    """What it is known by before the endpoint has given it an id; part of its metadata."""

    at: float
    """When it was made, in seconds since 1970."""

    id: str | None = None
    file: str | None = None
    state: str = "handing in"
    """As the endpoint says it, or one of ours: handing in, done (told of), collected (all out)."""

    size: int = 0
    """Requests in it."""

    left: set[str] = field(default_factory=set)
    """The keys whose replies nobody was given yet."""

    told: bool = False
    """Whether its end was told of before: its failures are then no news, and are asked again."""

    results: Results | None = None
    task: asyncio.Task[None] | None = None
    accepted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the endpoint has taken it in, or never will."""

    @property
    def running(self) -> bool:
        """Whether the endpoint is at work on it, as far as we know."""
        return self.id is not None and self.state not in (*ENDED, "done", "collected")


class Ledger:
    """All submissions, in memory and in the notes, and which of them has which key."""

    def __init__(self, api: BatchApi, link: Link) -> None:
        self.api, self.link = api, link
        self._tagged = {"textsynth": link.tag, "model": api.model} if link.tag else {}
        self.submissions: list[Submission] = []
        self.where: dict[str, Submission] = {}
        """Key → the latest submission that has it, until its reply was handed out."""

    def new(self) -> Submission:
        """A submission that no request is in yet; the notes know it from `save` on."""
        made = Submission(secrets.token_hex(12), time.time())
        self._own(made)
        return made

    def _own(self, submission: Submission) -> None:
        self.submissions.append(submission)
        _LIVE.add(submission.token)

    def marks(self, submission: Submission) -> dict[str, str]:
        """The metadata that it is found by at the endpoint."""
        return {**self._tagged, "token": submission.token}

    def take(self, submission: Submission, key: str) -> None:
        """Puts a key into a submission."""
        submission.left.add(key)
        submission.size += 1
        self.where[key] = submission

    def save_keys(self, submission: Submission) -> None:
        """Notes which requests are in it, once."""
        self.link.notes.note(f"batch-keys:{submission.token}", sorted(submission.left))

    def save(self, submission: Submission) -> None:
        """Notes how it stands."""
        self._note(submission, submission.state)

    def _note(self, submission: Submission, state: str) -> None:
        self.link.notes.note(
            f"batch:{submission.token}",
            {
                "token": submission.token, "keys": submission.size, "file": submission.file,
                "batch": submission.id, "state": state, "at": submission.at,
                "endpoint": self.api.address, "model": self.api.model,
            },
        )  # fmt: skip

    def done(self, submission: Submission) -> None:
        """Notes that its end is known; `state` stays what the endpoint called it."""
        self._note(submission, "done")

    def forget(self, submission: Submission) -> None:
        """Drops a submission of which nothing is to be had."""
        self._remove(submission.token)
        _LIVE.discard(submission.token)
        if submission in self.submissions:
            self.submissions.remove(submission)
        for key in submission.left:
            if self.where.get(key) is submission:
                del self.where[key]

    def _remove(self, token: str) -> None:
        self.link.notes.note(f"batch:{token}", None)
        self.link.notes.note(f"batch-keys:{token}", None)

    def out(self, key: str) -> None:
        """A key is done with in the submission that has it: handed out, or to be asked again."""
        submission = self.where.pop(key, None)
        if submission is not None:
            submission.left.discard(key)
            if not submission.left and submission.results is not None:
                submission.results.close()

    def close(self) -> None:
        """Notes which submissions are done with: whoever was given a reply has saved it by now.

        Until then a reply that was handed out may be lost with the process, and must be found
        again. The small note stays, so that the tag does not bring the batch back.
        """
        for submission in self.submissions:
            _LIVE.discard(submission.token)
            if submission.results is not None:
                submission.results.close()
                if not submission.left:
                    self._note(submission, "collected")
                    self.link.notes.note(f"batch-keys:{submission.token}", None)

    async def recall(self) -> None:
        """Finds the batches of this run, in the notes and at the endpoint. Raises ProviderError.

        A note without a batch is of a process that died on the way: the endpoint's list tells
        whether the batch was made. It is looked at twice where that was only a moment ago.
        """
        noted = self._noted()
        lost = {token for token, note in noted.items() if not note["batch"]}
        listed: list[BatchObject] = []
        if lost or self.link.tag:
            listed = await self.api.recent()
            missing = lost - {_mark(batch, "token") for batch in listed}
            if any(time.time() - noted[token]["at"] < FRESH for token in missing):
                await asyncio.sleep(min(5.0, self.api.longest_pause))
                listed = await self.api.recent()
        by_token = {_mark(batch, "token"): batch for batch in listed}
        found = [self._from_note(note, by_token.get(token)) for token, note in noted.items()]
        known = {submission.id for submission in found if submission is not None}
        for batch in listed:
            ours = self._tagged and self._tagged.items() <= (batch.metadata or {}).items()
            live = _mark(batch, "token") in _LIVE
            if ours and not live and batch.id not in known and _has_replies(batch):
                found.append(await self._adopted(batch))
        for submission in sorted(filter(None, found), key=lambda s: s.at):
            if submission.state != "collected":
                self._own(submission)
                for key in submission.left:
                    self.where[key] = submission

    def _noted(self) -> dict[str, Any]:
        """Token → note of a batch of this model here, without those that are too old."""
        notes = {
            note["token"]: note
            for note in self.link.notes.noted("batch:").values()
            if (note["endpoint"], note["model"]) == (self.api.address, self.api.model)
            and note["token"] not in _LIVE
        }
        for token, note in list(notes.items()):
            if time.time() - note["at"] > KEPT:
                self._remove(token)
                del notes[token]
        return notes

    def _from_note(self, note: dict[str, Any], batch: BatchObject | None) -> Submission | None:
        found = Submission(
            note["token"], note["at"], note["batch"], note["file"], note["state"], note["keys"]
        )
        if found.state == "collected":
            return found
        if found.id is None:
            if batch is None:
                self._remove(found.token)  # it was never made
                return None
            found.id, found.state = batch.id, batch.status
            self.save(found)
            self.link.say(f"batch {found.id}: taken over, its making had been cut off")
        name = f"batch-keys:{found.token}"
        found.left = set(self.link.notes.noted(name).get(name, ()))
        found.told = found.state == "done"
        return found

    async def _adopted(self, batch: BatchObject) -> Submission | None:
        """A batch that another machine has handed in for the same run."""
        token = _mark(batch, "token") or batch.id
        found = Submission(token, batch.created_at, batch.id, batch.input_file_id, batch.status)
        try:
            keys = await self.api.keys_in(batch.input_file_id)
        except GoneError as error:
            self.link.say(f"batch {batch.id} cannot be taken over: {error}")
            return None
        found.left, found.size = set(keys), len(keys)
        self.save_keys(found)
        self.save(found)
        self.link.say(f"batch {batch.id}: taken over, {len(keys):,} requests, {batch.status}")
        return found


def _mark(batch: BatchObject, name: str) -> str:
    return (batch.metadata or {}).get(name, "")


def _has_replies(batch: BatchObject) -> bool:
    """Whether a batch has replies, or will have."""
    return batch.status not in ENDED or bool(batch.output_file_id)
