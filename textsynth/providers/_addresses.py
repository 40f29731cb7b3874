"""What an endpoint's options may be: its address without secrets, its key by a variable's name."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from textsynth.errors import ProviderError

OPENAI = "https://api.openai.com/v1"


def variable_name(name: str) -> str:
    """The name of an environment variable as it is. Raises ValueError where it may be a key."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,60}", name):
        raise ValueError(
            "api_key_env must be the name of a variable in capitals, not the key itself"
        )
    return name


def plain_url(url: str | None) -> str | None:
    """A base URL without its last slash. Raises ValueError where it is none, or holds a secret."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("base_url must look like http://host:port/v1")
    if parts.username or parts.password:
        raise ValueError("base_url must not hold a user or password; set the key's variable")
    if parts.query or parts.fragment:
        raise ValueError("base_url must not hold a query; a key belongs into its variable")
    return url.rstrip("/")


def access(model: str, base_url: str | None, variable: str, no_key: str) -> tuple[str, str]:
    """(base URL, key). Raises ProviderError when there is no key for OpenAI itself."""
    key = os.environ.get(variable, "")
    if not key and base_url is None:
        raise ProviderError(
            f"the model '{model}' needs a key",
            f"the environment variable {variable} is not set",
            f"set {variable}, or name another endpoint with base_url",
        )
    return base_url or OPENAI, key or no_key
