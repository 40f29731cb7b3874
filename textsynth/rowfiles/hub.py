"""Rows of a dataset on the Hub, streamed, or of a local folder or file, through one library."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from textsynth.errors import InputError
from textsynth.rowfiles.files import show
from textsynth.rowfiles.parquet import plain

_LOCAL = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?")
_QUIET = ("datasets", "huggingface_hub", "fsspec", "httpx2", "httpx")


def is_hub_name(name: str) -> bool:
    """Whether a text can be the name of a dataset on the Hub."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class HubRows:
    """The first `rows` rows of a dataset: owner/name on the Hub, or a path where there is one."""

    id: str
    split: str = "train"
    config: str | None = None
    revision: str | None = None
    rows: int = 5000
    asker: str = "dataset"
    """The input that asks, for words."""

    def shown(self, home: Path) -> str:
        """What people call it: its id, or its path from `home`."""
        path = home / Path(self.id).expanduser()
        return show(path, home) if path.exists() else self.id

    def records(self, home: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        """("row 3 of 'owner/name'", {…}) for each row. Raises InputError in words."""
        path = home / Path(self.id).expanduser()
        shown = self.shown(home)
        with self._told(shown):
            yield from self._stream(path if path.exists() else None, shown)

    def _stream(self, local: Path | None, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
        import datasets

        given: dict[str, Any] = {"split": self.split, "streaming": True}
        if local is None:
            if not _NAME.fullmatch(self.id):
                raise InputError(
                    f"{self.asker} asks for '{self.id}'",
                    "that is neither a path that exists nor a name on the Hub",
                    "write owner/name, or a path from the job's folder",
                )
            stream = datasets.load_dataset(self.id, self.config, revision=self.revision, **given)
        elif local.is_dir():
            stream = datasets.load_dataset(str(local), self.config, **given)
        elif (kind := _LOCAL.get(local.suffix.lower())) is not None:
            stream = datasets.load_dataset(kind, data_files={self.split: str(local)}, **given)
        else:
            raise InputError(
                f"{self.asker} cannot read '{shown}', a file of kind '{local.suffix}'",
                f"it reads folders and {' '.join(sorted(_LOCAL))}",
                "give such a file, or name it under `documents`",
            )
        for number, record in enumerate(islice(stream, self.rows), start=1):
            yield f"row {number:,} of '{shown}'", plain(record)

    @contextmanager
    def _told(self, shown: str) -> Iterator[None]:
        """Turns what the library raises into words, and keeps its log and bars quiet."""
        import datasets

        levels = {name: logging.getLogger(name).level for name in _QUIET}
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        datasets.disable_progress_bars()
        try:
            yield
        except (InputError, MemoryError):
            raise
        except Exception as error:
            raise self._words(shown, error) from error
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)

    def _words(self, shown: str, error: Exception) -> InputError:
        import datasets
        from huggingface_hub import errors as hub

        chain: list[BaseException] = [error]
        while (below := chain[-1].__cause__ or chain[-1].__context__) and len(chain) < 9:
            chain.append(below)
        host = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
        text = " ".join(" ".join(str(one).split()) for one in chain)
        detail = " ".join(str(error).split())[:200]
        if any(isinstance(one, hub.GatedRepoError) for one in chain) or "gated dataset" in text:
            return InputError(
                f"the dataset '{shown}' is gated",
                "its owner gives access to those who ask for it",
                f"ask for access at {host}/datasets/{shown}, then log in with `hf auth login` "
                "or set HF_TOKEN",
            )
        if isinstance(error, datasets.exceptions.DatasetNotFoundError) or any(
            isinstance(one, hub.RepositoryNotFoundError | hub.RevisionNotFoundError)
            for one in chain
        ):
            version = f" in the revision '{self.revision}'" if self.revision else ""
            return InputError(
                f"there is no dataset '{shown}'{version} at {host}",
                "or it is private, and no token that may read it is set",
                "correct its name or `revision`; for a private one set HF_TOKEN",
            )
        if "plit" in detail and ("nknown" in detail or "Bad" in detail or "available" in detail):
            return InputError(
                f"the dataset '{shown}' has no split '{self.split}'", detail, "correct `split`"
            )
        if "onfig" in detail:
            return InputError(
                f"the dataset '{shown}' cannot be read with the config '{self.config or ''}'",
                detail,
                "set `config` to one that it has",
            )
        if _is_offline(chain):
            return InputError(
                f"the dataset '{shown}' cannot be fetched: {host} cannot be reached",
                detail,
                "check the network, or give the path of a local copy",
            )
        return InputError(
            f"the dataset '{shown}' cannot be read",
            f"the reader says: {type(error).__name__}, {detail}",
            "check that its files are Parquet, JSON or CSV, or give the path of a local copy",
        )


def _is_offline(chain: list[BaseException]) -> bool:
    words = ("Connect", "Offline", "Timeout", "LocalEntryNotFound")
    return any(
        isinstance(one, ConnectionError) or any(word in type(one).__name__ for word in words)
        for one in chain
    )
