"""A dataset of the Hub, or a local one, whose rows are the chunks that briefs are drawn from."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from textsynth.errors import InputError
from textsynth.inputs import Input, Items, Row
from textsynth.inputs._chunks import nearly_repeats, record_chunks
from textsynth.inputs._files import show
from textsynth.inputs._parquet import plain
from textsynth.records import Source

_LOCAL = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?")
_QUIET = ("datasets", "huggingface_hub", "fsspec", "httpx2", "httpx")


class Dataset(Input):
    """The first `rows` rows of a dataset on the Hub, streamed; or of a local folder or file.

    Each row is one chunk with its columns in `fields`; a long text is cut. A dataset that needs an
    account is read with the token that `hf auth login` or HF_TOKEN gives.
    """

    shorthand: ClassVar[str] = "id"
    field: ClassVar[str] = "chunk"
    use: ClassVar[Literal["axis", "pool"]] = "axis"

    id: str = Field(min_length=1)
    """owner/name on the Hub; or a folder, a Parquet, JSONL, JSON or CSV file, from the job's
    folder, where there is one of that name."""

    split: str = "train"
    """Which split."""

    config: str | None = None
    """Which configuration, where the dataset has several."""

    revision: str | None = None
    """A branch, tag or commit; name a commit to have the same rows for ever."""

    rows: int = Field(default=5000, ge=1, le=1_000_000)
    """At most so many rows are read, from the first on."""

    text_fields: list[str] | None = Field(default=None, min_length=1)
    """Which columns make the text, in this order; all that hold text by default."""

    chunk_chars: int = Field(default=1200, ge=200, le=20000)
    """No chunk is longer than this many characters."""

    near_duplicates: float | None = Field(default=0.9, gt=0, le=1)
    """A chunk is left out when an earlier one with the same figures is as similar as this
    (Jaccard); false: never."""

    licence: str = ""
    """The licence of these rows, carried into the data card."""

    @field_validator("near_duplicates", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        return None if value is False else value

    def load(self, home: Path) -> Items:
        """Every chunk of the first `rows` rows; of equal texts the first stays."""
        path = home / Path(self.id).expanduser()
        local = path if path.exists() else None
        shown = show(path, home) if local else self.id
        near = nearly_repeats(self.near_duplicates) or (lambda row: False)
        kept: dict[str, Row] = {}
        repeats = close = 0
        with self._told(shown):
            for row in record_chunks(
                shown, self._records(local, shown), self.chunk_chars, self.text_fields
            ):
                if row["text"] in kept:
                    repeats += 1
                elif near(row):
                    close += 1
                else:
                    kept[row["text"]] = row
        rows = list(kept.values())
        source = Source(
            shown, "dataset", len(rows), "", self.licence, duplicates=repeats,
            near_duplicates=close, characters=sum(len(row["text"]) for row in rows),
        )  # fmt: skip
        return Items(rows, [source])

    def _records(self, local: Path | None, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
        import datasets

        given: dict[str, Any] = {"split": self.split, "streaming": True}
        if local is None:
            if not _NAME.fullmatch(self.id):
                raise InputError(
                    f"dataset asks for '{self.id}'",
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
                f"dataset cannot read '{shown}', a file of kind '{local.suffix}'",
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
                "correct `id` or `revision`; for a private one set HF_TOKEN",
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
