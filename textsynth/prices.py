"""What requests cost, in US dollars; an unknown price is said to be unknown, never 0."""

from __future__ import annotations

import functools
from collections.abc import Callable

Price = Callable[[int, int], float]


@functools.cache
def price_of(model: str, remote: bool) -> Price | None:
    """(tokens in, tokens out) of one request → dollars; None when the price is not known."""
    if not remote:
        return lambda tokens_in, tokens_out: 0.0
    from genai_prices import Usage, calc_price

    def price(tokens_in: int, tokens_out: int) -> float:
        usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
        return float(calc_price(usage, model_ref=model).total_price)

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
