"""The models that textsynth can run inside its own process, and where each one is kept."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from textsynth.errors import JobError, nearest

LOCKS = Path(__file__).parent / "locks"


@dataclass(frozen=True, slots=True)
class Model:
    """One model file. `size` and `memory` in megabytes (10^6 bytes); `sha256` of the GGUF."""

    name: str
    title: str
    licence: str
    sha256: str
    size: int
    memory: int
    use: str

    @property
    def lock(self) -> Path:
        """The pinned packages whose payload, joined in order, is the GGUF."""
        return LOCKS / f"{self.name}.lock"

    @property
    def path(self) -> Path:
        """Where the GGUF is kept once fetched."""
        return cache_folder() / f"{self.name}.gguf"


MODELS: dict[str, Model] = {
    m.name: m
    for m in (
        Model(
            "qwen2.5-coder-1.5b", "Qwen2.5-Coder-1.5B-Instruct Q4_K_M", "Apache-2.0",
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046", 1117, 2100,
            "the default: coherent English; poor Korean",
        ),
        Model(
            "qwen2.5-coder-0.5b", "Qwen2.5-Coder-0.5B-Instruct Q4_K_M", "Apache-2.0",
            "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32", 491, 700,
            "twice as fast, weaker; never as a judge",
        ),
        Model(
            "smollm2-135m", "SmolLM2-135M-Instruct Q4_1", "Apache-2.0",
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", 98, 600,
            "for trying out the plumbing; its text is not worth keeping",
        ),
    )
}  # fmt: skip

DEFAULT, SMALLEST = "qwen2.5-coder-1.5b", "smollm2-135m"


def model_named(name: str) -> Model:
    """The model of that name. Raises JobError with the nearest one."""
    if name not in MODELS:
        raise JobError(
            f"there is no embedded model '{name}'",
            nearest(name, MODELS),
            "name one of these, or give the path of a .gguf file",
        )
    return MODELS[name]


def cache_folder() -> Path:
    """$TEXTSYNTH_CACHE, or the system's cache folder for this user, plus `models`."""
    if own := os.environ.get("TEXTSYNTH_CACHE"):
        return Path(own).expanduser() / "models"
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        root = Path.home() / "Library/Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "textsynth" / "models"
