"""The version, in one place for code that must not ask the package index."""

from __future__ import annotations

VERSION = "0.1.0"
