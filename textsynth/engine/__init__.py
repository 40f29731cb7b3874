"""The embedded model: llama.cpp's server inside this process, spoken to over loopback HTTP."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from textsynth.errors import ProviderError


class Engine:
    """Serves one GGUF file on a free loopback port for as long as the object lives.

    `slots`: requests at once; `context`: tokens for each of them, prompt and answer together.
    HTTP instead of direct calls, because a direct call cannot be interrupted by Ctrl+C.
    """

    def __init__(
        self, path: Path, *, slots: int = 8, context: int = 2048, threads: int | None = None
    ) -> None:
        check_file(path)
        xllamacpp = load_runtime()
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_parallel, params.n_ctx = slots, slots * context
        cores = threads or os.cpu_count() or 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = cores
        params.cache_ram_mib, params.ui, params.verbosity = 256, False, -1
        params.hostnames, params.port = ["127.0.0.1"], 0
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:
            # The runtime gives one message for every cause, so name the likely ones.
            raise ProviderError(
                f"the model '{path.name}' cannot be loaded: {error}",
                f"it takes {slots} slots of {context} tokens and {path.stat().st_size >> 20} MB",
                "the file may be damaged (`textsynth models remove`, then fetch again), of a kind "
                "this runtime does not know, or too large for the memory (fewer slots help)",
            ) from error
        self.url = f"{self._server.listening_address}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The server stops when its last reference goes.
        self._server = None


def check_file(path: Path) -> None:
    """Raises ProviderError when the file is not there or does not begin as a GGUF file does."""
    if not path.is_file():
        raise ProviderError(f"there is no model file '{path.name}' at {path.parent}")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ProviderError(
                f"'{path.name}' is not a GGUF file", fix="name a model in the GGUF format"
            )


def load_runtime() -> Any:
    """The llama.cpp binding. Raises ProviderError with the way to get it."""
    # Spinning OpenMP threads starve everything else on a busy machine: 3.4 against 64.5 tokens a
    # second, measured on 2 cores. The variable is read when the library is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp
    except ImportError as error:
        missing = "libgomp" in str(error)
        raise ProviderError(
            "the embedded model needs the llama.cpp runtime, which cannot be loaded",
            str(error),
            "install the system package libgomp1" if missing else "pip install 'textsynth[local]'",
        ) from error
    return xllamacpp
