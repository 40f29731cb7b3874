"""What requests cost, in US dollars; an unknown price is said to be unknown, never 0."""

from __future__ import annotations

import functools
from collections.abc import Callable

Price = Callable[[int, int, int], float]
"""(tokens in, tokens out, how many of those in were cached) of one request → dollars."""


def free(tokens_in: int, tokens_out: int, cached: int = 0) -> float:
    """The price of a model on this machine."""
    return 0.0


@functools.cache
def listed(model: str, api_url: str) -> Price | None:
    """The price of a model at the vendor behind a URL; None when the list does not have it."""
    from genai_prices import Usage, calc_price

    def price(tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        usage = Usage(
            input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached or None
        )
        return float(calc_price(usage, model_ref=model, provider_api_url=api_url).total_price)

    try:
        price(1, 1)
    except LookupError:
        return None
    return price


def dollars(amount: float | None) -> str:
    """`$0.0123`, or `unknown price`."""
    if amount is None:
        return "unknown price"
    return f"${amount:.4f}" if amount < 1 else f"${amount:,.2f}"
