"""Where every row came from, as a file beside the data: seeds, persona, prompts, models, cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textsynth.records import Sample
from textsynth.writers import JsonLinesWriter


class Lineage(JsonLinesWriter):
    """One row a sample, under the id that it has in every other export.

    `explain` tells the rest of it, for as long as the run is there.
    """

    replies: bool = True
    """Each reply that went in: step, prompt (hash of its template), model, key, tokens and
    dollars. Off: only the models."""

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row."""
        models = list(dict.fromkeys(reply.model for reply in sample.replies))
        row: dict[str, Any] = {
            "id": sample.id, "brief": sample.brief, "index": sample.index, "method": sample.method,
            "language": sample.language, "seeds": sample.seeds, "facets": sample.facets,
            "models": models,
        }  # fmt: skip
        if self.replies:
            row["replies"] = [
                {
                    "step": ref.step, "prompt": ref.prompt, "model": ref.model, "key": ref.key,
                    "tokens_in": ref.tokens_in, "tokens_out": ref.tokens_out, "usd": ref.usd,
                }
                for ref in sample.replies
            ]  # fmt: skip
        yield row
