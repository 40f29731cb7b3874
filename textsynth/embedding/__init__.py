"""Texts into vectors: `open_embedder("static")`, or an OpenAI-compatible embeddings endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textsynth.embedding.endpoint import Endpoint
from textsynth.embedding.static import Static
from textsynth.errors import JobError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Spec = str | Mapping[str, Any]


class Embedder(Protocol):
    """Makes vectors of texts."""

    name: str
    languages: frozenset[str] | None
    """Codes of the languages it is good for; None where it makes no difference."""
    centre: bool
    """Whether its vectors share a direction that must be taken out before they are compared."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text, in their order: n x d, float32."""
        ...


class EndpointSpec(BaseModel):
    """An OpenAI-compatible endpoint for embeddings."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    base_url: str
    """Address up to /v1."""

    model: str = Field(min_length=1)
    """Name of the model there."""

    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key; it may be unset where none is wanted."""

    batch: int = Field(default=128, ge=1, le=2048)
    """Texts in one request."""

    timeout: float = Field(default=60, gt=0, le=3600)
    """Seconds for one request."""


def embedder_of(spec: Spec | None) -> Embedder | None:
    """What is named ("none": none); the static vectors where nothing is and they are installed.

    Raises JobError as `open_embedder` does, for what is named.
    """
    if spec == "none":
        return None
    try:
        return open_embedder(spec or "static")
    except JobError:
        if spec:
            raise
        return None


def open_embedder(spec: Spec) -> Embedder:
    """`static`, or {base_url, model, api_key_env}.

    Raises JobError when the spec is neither, or the packages for it are not installed.
    """
    if spec == "static":
        return Static()
    if isinstance(spec, Mapping):
        try:
            given = EndpointSpec(**spec)
        except ValidationError as error:
            first = error.errors()[0]
            raise JobError(
                f"the embedder's {'.'.join(map(str, first['loc']))} cannot be used: {first['msg']}",
                fix='write {"base_url": "http://…/v1", "model": "…"}',
            ) from error
        return Endpoint(given.base_url, given.model, given.api_key_env, given.batch, given.timeout)
    raise JobError(
        f"there is no embedder '{spec}'",
        "known: static (English), or an endpoint",
        'write static, or {"base_url": "http://…/v1", "model": "…"}',
    )
