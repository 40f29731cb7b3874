"""Vectors from an OpenAI-compatible endpoint, in batches, tried again where that may help."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textsynth.embedding.static import unit
from textsynth.errors import ProviderError, TransientError, UnreachableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRIES = 6
_LONGEST = 60.0


class Endpoint:
    """An embeddings endpoint. Its vectors are used as they are, at length 1."""

    languages: frozenset[str] | None = None
    centre = False

    def __init__(
        self, base_url: str, model: str, api_key_env: str = "OPENAI_API_KEY",
        batch: int = 128, timeout: float = 60,
    ) -> None:  # fmt: skip
        self.name = model
        self._url, self._key, self._batch, self._timeout = base_url, api_key_env, batch, timeout

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n x d. Raises ProviderError when the endpoint refuses or stays out of reach."""
        import numpy as np
        import openai

        if not texts:
            return np.zeros((0, 0), np.float32)
        # Tries are counted here alone: the client's own would multiply them.
        client = openai.OpenAI(
            base_url=self._url, api_key=os.environ.get(self._key) or "none",
            timeout=self._timeout, max_retries=0,
        )  # fmt: skip
        made = []
        with client:
            for start in range(0, len(texts), self._batch):
                # An empty text is refused by most endpoints.
                batch = [text or " " for text in texts[start : start + self._batch]]
                made.append(self._one(client, batch))
        return unit(np.concatenate(made))

    def _one(self, client: Any, batch: list[str]) -> NDArray[np.float32]:
        import numpy as np
        import tenacity

        for attempt in tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            stop=tenacity.stop_after_attempt(_TRIES),
            wait=_pause,
            reraise=True,
        ):
            with attempt:
                answer = self._send(client, batch)
        rows = sorted(answer.data, key=lambda row: row.index)
        vectors = np.array([row.embedding for row in rows], np.float32)
        if vectors.ndim != 2 or len(vectors) != len(batch) or not np.isfinite(vectors).all():
            raise ProviderError(
                f"the embeddings endpoint {self._url} answered with {len(rows)} vectors",
                f"{len(batch)} texts were sent",
                "check that the model makes embeddings",
            )
        return vectors

    def _send(self, client: Any, batch: list[str]) -> Any:
        import openai

        try:
            return client.embeddings.create(model=self.name, input=batch, encoding_format="float")
        except openai.APIStatusError as error:
            asked = f"the embeddings endpoint {self._url} answered {error.status_code}"
            if error.status_code == 429 or error.status_code >= 500:
                wait = _seconds(error.response.headers.get("retry-after"))
                raise TransientError(asked, retry_after=wait) from error
            raise ProviderError(
                asked, str(error.message)[:300], "check base_url, model and api_key_env"
            ) from error
        except openai.APIConnectionError as error:
            raise UnreachableError(
                f"the embeddings endpoint {self._url} cannot be reached",
                fix="check base_url, and whether the server runs",
            ) from error


def _pause(state: Any) -> float:
    """Seconds until the next try: as the server asks, else 0.25, 0.5, 1, …"""
    error = state.outcome.exception()
    asked = error.retry_after if isinstance(error, TransientError) else None
    return min(float(asked if asked is not None else 0.125 * 2**state.attempt_number), _LONGEST)


def _seconds(text: str | None) -> float | None:
    try:
        return max(float(text), 0.0) if text else None
    except ValueError:
        return None
