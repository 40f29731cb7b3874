"""The form of a structured reply: a JSON schema, and how a reply's text is held against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Form:
    """What a structured reply has to be. Made with `Form.of`."""

    name: str
    schema: dict[str, Any]
