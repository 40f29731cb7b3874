"""The shelf of providers: each turns messages into a reply of some model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from textsynth.forms import Form
from textsynth.prices import Price
from textsynth.records import Message, Raw, Reply
from textsynth.shelf import Part, Shelf


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a session gets it.

    `options` are as `Provider.body_options` gave them. `key` is what the journal knows the reply
    by: the request's id wherever one is needed. `form` is the JSON that the reply has to be, and
    `language` the one to describe it in where the endpoint cannot be told otherwise. `raw` says how
    the messages are completed instead of answered; "text": they are one, of the role "raw".
    """

    messages: Sequence[Message]
    options: Mapping[str, Any]
    key: str = ""
    form: Form | None = None
    language: str = "en"
    raw: Raw = ""


def no_completions(where: str, why: str) -> tuple[str, str, str]:
    """(asked, exists, fix) of the error for a raw prompt where there is no raw completion."""
    return (
        f"a prompt of this method is a text that the model goes on with (a raw completion), and "
        f"{where} cannot be asked so",
        why,
        "use `provider: local`, or a server that has /v1/completions, such as vLLM: `openai: "
        "{base_url: http://host:8000/v1, model: NAME, completions: true}`; other steps may keep "
        "their provider by `models`",
    )


class Notes(Protocol):
    """Facts that outlive this process, kept in the run folder: name → plain JSON."""

    def note(self, name: str, value: Any) -> None:
        """On disk when it returns; None removes the fact."""
        ...

    def noted(self, prefix: str) -> dict[str, Any]:
        """The facts whose names begin so, in the order of their names."""
        ...


class Forgetful:
    """Notes that end with the process, for sessions opened outside a run."""

    def __init__(self) -> None:
        self._facts: dict[str, Any] = {}

    def note(self, name: str, value: Any) -> None:
        """As `Notes.note`, but in memory."""
        self._facts[name] = value
        if value is None:
            del self._facts[name]

    def noted(self, prefix: str) -> dict[str, Any]:
        """As `Notes.noted`."""
        return {name: v for name, v in sorted(self._facts.items()) if name.startswith(prefix)}


def _nothing(*_: Any) -> None:
    """Takes what nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a session is opened with: its size, where it keeps facts, and whom it tells."""

    at_once: int | None = None
    """Requests at once; None: the provider's own figure."""

    notes: Notes = field(default_factory=Forgetful)

    headers: Callable[[Mapping[str, str]], None] = _nothing
    """Told the headers of each answer, for the rate limits in them. Names in lower case."""

    say: Callable[[str], None] = _nothing
    """Told in words of what takes long: a batch handed in, a model fetched."""

    paid: Callable[[Reply], None] = _nothing
    """Told of a reply that no row gets, such as a probe of what the endpoint can do."""

    tag: str = ""
    """What this run's batches are marked with at the endpoint."""


class Session(Protocol):
    """An open connection to a model."""

    model: str
    """The model's name: part of the journal's key, so never a path of this machine."""

    async def ask(self, call: Call) -> Reply:
        """One request.

        Raises TransientError (try again), RequestError (this row fails) or ProviderError (stop).
        It does not retry by itself.
        """
        ...


class Provider(Part):
    """A provider's options. `connect` opens a session for one run."""

    remote: ClassVar[bool] = True
    """Whether prompts leave this machine."""

    detached: ClassVar[bool] = False
    """Whether requests go on at the endpoint without us, so that a run need not wait for them."""

    chats: ClassVar[bool] = True
    """Whether it answers in words; one that does not plays the roles of filters made for it."""

    def model_id(self) -> str:
        """The model's name as far as it is known without connecting."""
        raise NotImplementedError

    def address(self) -> str:
        """Where it is, for logs and messages: `host:port`, or words; never a secret."""
        return self.part

    def requests_at_once(self) -> int:
        """How many requests it serves at once when the job does not say."""
        return 32

    def per_minute(self) -> tuple[int | None, int | None]:
        """(requests, tokens) that may leave in a minute; None: no limit known."""
        return None, None

    def endpoints(self) -> Sequence[tuple[Provider, float]]:
        """The providers that answer, each with its weight: itself, unless it is a pool."""
        return [(self, 1.0)]

    def price(self, model: str) -> Price | None:
        """What a request to that model costs here; None where it is not known."""
        return None

    def adjusted(self, price: Price) -> Price:
        """The user's own price as it applies here, such as at half for batches."""
        return price

    def secrets(self) -> list[str]:
        """Values that must never be written anywhere."""
        return []

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A prompt's sampling options as they are sent: they are part of the journal's key."""
        return dict(options)

    def connect(self, link: Link) -> AbstractAsyncContextManager[Session]:
        """Opens a session; closes it on leaving."""
        raise NotImplementedError

    def cannot_complete(self) -> str:
        """Why it has no raw completion (`Call.raw`), in words; empty: it has, or it may."""
        return "it offers chat alone"

    def completes_by(self) -> str:
        """What makes the text of a raw completion beside the messages (a chat template), as part of
        the journal's key; empty: what the server has itself. Never a path of this machine."""
        return ""

    async def check(self) -> list[str]:
        """What can be known before paying: raises if it cannot work; returns lines to show."""
        return []


SHELF = Shelf(__name__, Provider)
