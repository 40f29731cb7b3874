"""Faults of the Hub and its client in words, and the client kept quiet."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from textsynth.errors import HubError, TextsynthError

CLIENT = ("httpx2", "httpx", "httpcore2", "httpcore")
"""Packages that faults of the connection come from."""

_LOUD = ("huggingface_hub", "httpx2", "httpx", "hf_xet")


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bars and no warnings of the client: what matters is said by us."""
    from huggingface_hub.utils.tqdm import disable_progress_bars, enable_progress_bars

    levels = {name: logging.getLogger(name).level for name in _LOUD}
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def in_words(repo: str) -> Iterator[None]:
    """Turns what the client raises into one HubError."""
    try:
        yield
    except TextsynthError:
        raise
    except Exception as error:
        told = _told(repo, error)
        if told is None:
            raise
        raise told from None


def _told(repo: str, error: Exception) -> HubError | None:
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    kind = type(error).__module__.split(".")[0]
    if isinstance(error, errors.LocalTokenNotFoundError):
        return HubError(
            "no token for the Hub is set",
            fix="set HF_TOKEN to a token that may write, or run `hf auth login`",
        )
    if isinstance(error, errors.HfHubHTTPError):
        return _of_status(repo, where, error)
    if kind in CLIENT or isinstance(error, OSError):
        return HubError(
            f"the Hub at {where} cannot be reached",
            " ".join(str(error).split())[:200],
            "look at the network and at HF_ENDPOINT, then give the command again: what was sent "
            "is not sent twice",
        )
    if isinstance(error, RuntimeError) and "upload" in str(error).lower():
        return HubError(
            f"a file could not be sent to {repo}",
            " ".join(str(error).split())[:200],
            "give the command again: files that arrived are not sent twice",
        )
    return None


def _of_status(repo: str, where: str, error: Exception) -> HubError:
    response = getattr(error, "response", None)
    status = int(getattr(response, "status_code", 0))
    said = " ".join(str(getattr(error, "server_message", "") or error).split())[:200]
    if status == 401:
        return HubError(
            f"{where} does not take the token",
            said,
            "set HF_TOKEN to one that is valid, or run `hf auth login`",
        )
    if status == 403:
        return HubError(f"the token cannot write to {repo}", said, "use one that may write to it")
    if status == 404:
        return HubError(
            f"{where} knows nothing of {repo}, or the token may not see it",
            said,
            "check the name, and that the token may write to it",
        )
    if status in (409, 412):
        return HubError(
            f"{repo} is being changed by somebody else",
            said,
            "wait a moment and give the command again",
        )
    if status == 429 or status >= 500:
        return HubError(
            f"{where} has too much to do (status {status})",
            said,
            "give the command again later: what was sent is not sent twice",
        )
    return HubError(f"{where} refuses the push (status {status})", said)
