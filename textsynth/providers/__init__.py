"""The shelf of providers: each turns messages into a reply of some model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Protocol

from textsynth.records import Message, Reply
from textsynth.shelf import Part, Shelf


class Session(Protocol):
    """An open connection to a model."""

    model: str
    """The model's name: part of the journal's key, so never a path of this machine."""

    async def ask(self, messages: Sequence[Message], options: Mapping[str, Any]) -> Reply:
        """One request, with options as `Provider.body_options` gave them.

        Raises TransientError (try again), RequestError (this row fails) or ProviderError (stop).
        It does not retry by itself.
        """
        ...


class Provider(Part):
    """A provider's options. `connect` opens a session for one run."""

    remote: ClassVar[bool] = True
    """Whether prompts leave this machine."""

    def model_id(self) -> str:
        """The model's name as far as it is known without connecting."""
        raise NotImplementedError

    def requests_at_once(self) -> int:
        """How many requests it serves at once when the job does not say."""
        return 32

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A prompt's sampling options as they are sent: they are part of the journal's key."""
        return dict(options)

    def connect(self, at_once: int | None = None) -> AbstractAsyncContextManager[Session]:
        """Opens a session for `at_once` requests (None: its own figure); closes it on leaving."""
        raise NotImplementedError

    async def check(self) -> list[str]:
        """What can be known before paying: raises if it cannot work; returns lines to show."""
        return []


SHELF = Shelf(__name__, Provider)
