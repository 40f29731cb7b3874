"""The embedded model: inside this process, without key, server or, once fetched, network."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from textsynth.engine import Engine, check_file, load_runtime
from textsynth.engine.catalogue import DEFAULT, MODELS, SMALLEST, model_named
from textsynth.engine.fetch import fetch
from textsynth.engine.progress import fetching
from textsynth.errors import JobError, ProviderError
from textsynth.prices import Price, free
from textsynth.providers import Link, Provider, Session
from textsynth.providers._chat import NO_KEY, chat_session
from textsynth.records import digest

log = logging.getLogger("textsynth")


class Local(Provider):
    """The embedded model."""

    remote: ClassVar[bool] = False
    shorthand: ClassVar[str] = "model"

    model: str = DEFAULT
    """A name from `textsynth models list`, or the path of a .gguf file (relative to the job)."""

    slots: Annotated[int, Field(ge=1, le=64)] = 8
    """Requests at once."""

    context: Annotated[int, Field(ge=256, le=131072)] = 2048
    """Tokens for each request, prompt and answer together."""

    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Processor threads; as many as there are cores when not given."""

    timeout: Annotated[float, Field(gt=0, le=36000)] = 600.0
    """Seconds until a request is given up and tried again."""

    fallback: bool = True
    """Use the smallest model, and say so, when this one cannot be fetched."""

    options: dict[str, Any] = Field(default_factory=dict)
    """Sampling options that go over those of the prompts; null leaves an option out."""

    @field_validator("model")
    @classmethod
    def _known(cls, model: str, info: ValidationInfo) -> str:
        if not model.endswith(".gguf"):
            try:
                return model_named(model).name
            except JobError as error:
                raise ValueError(str(error)) from None
        home = (info.context or {}).get("home", Path())
        path = Path(home, Path(model).expanduser())
        if not path.is_file():
            raise ValueError(f"there is no file '{model}'")
        return str(path)

    def model_id(self) -> str:
        if self.model in MODELS:
            return self.model
        # Two files may have one name: their beginnings tell them apart, without reading them whole.
        path = Path(self.model)
        with path.open("rb") as file:
            head = file.read(1 << 16).hex()
        return f"{path.stem}-{digest(head, path.stat().st_size, size=4)}"

    def requests_at_once(self) -> int:
        return self.slots

    def price(self, model: str) -> Price | None:
        return free

    def connect(self, link: Link) -> AbstractAsyncContextManager[Session]:
        return self._connect(link)

    @asynccontextmanager
    async def _connect(self, link: Link) -> AsyncIterator[Session]:
        stop = threading.Event()
        try:
            path = await asyncio.to_thread(self.weights, stop)
        except asyncio.CancelledError:
            stop.set()
            raise
        name = self.model_id() if self.model not in MODELS else path.stem
        engine = await asyncio.to_thread(
            Engine, path, slots=self.slots, context=self.context, threads=self.threads
        )
        with engine:
            size = replace(link, at_once=self.slots)
            async with chat_session(
                engine.url,
                NO_KEY,
                self.timeout,
                name,
                size,
                address=self.address(),
                template="auto",
            ) as session:
                yield session

    def cannot_complete(self) -> str:
        return ""

    def body_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        body = {**options, **self.options}
        return {name: value for name, value in body.items() if value is not None}

    def weights(self, stop: threading.Event | None = None) -> Path:
        """The path of the GGUF, fetched first if need be, or of the smallest model instead.

        Setting `stop` from another thread ends the fetch; what is there stays for the next one.
        """
        if self.model not in MODELS:
            return Path(self.model)
        try:
            with fetching(MODELS[self.model]) as progress:
                return fetch(MODELS[self.model], progress, stop)
        except ProviderError as error:
            stopped = stop is not None and stop.is_set()
            if not self.fallback or self.model == SMALLEST or stopped:
                raise
            log.warning("%s Falling back to %s, whose text is not worth keeping.", error, SMALLEST)
        with fetching(MODELS[SMALLEST]) as progress:
            return fetch(MODELS[SMALLEST], progress, stop)

    async def check(self) -> list[str]:
        load_runtime()
        if self.model not in MODELS:
            check_file(Path(self.model))
            return [f"the embedded model is {Path(self.model).name}"]
        model = MODELS[self.model]
        if model.path.is_file():
            return [f"the embedded model {model.name} is in {model.path.parent}"]
        return [f"the embedded model {model.name} will be fetched first ({model.size} MB)"]
