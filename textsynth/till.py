"""The money at the door: what each reply costs, and whether the budget has room for one more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from textsynth.budget import Purse
from textsynth.errors import JobError
from textsynth.job import Job
from textsynth.journal import Journal
from textsynth.prices import Price, dollars
from textsynth.providers import Provider
from textsynth.records import Reply
from textsynth.turns import Drained


class Till:
    """Prices replies, and lets requests leave as long as the budget of the job allows it.

    `asked`: the providers that the job asks. Raises JobError when a budget in dollars meets a
    model whose price is unknown.
    """

    def __init__(self, job: Job, journal: Journal, asked: Sequence[Provider]) -> None:
        self.job = job
        self.on_spent: Callable[[str], None] = lambda words: None
        self._prices: dict[tuple[int, str], Price | None] = {}
        self._purse: Purse | None = None
        self._change = asyncio.Event()
        self._ended = False
        if job.budget is not None:
            self._purse = self._filled(journal, asked)

    @property
    def limited(self) -> bool:
        """Whether there is a budget."""
        return self._purse is not None

    def _filled(self, journal: Journal, asked: Sequence[Provider]) -> Purse:
        budget = self.job.budget
        assert budget is not None
        unknown = [one.model_id() for one in asked if self.price(one, one.model_id()) is None]
        if budget.usd is not None and unknown:
            raise JobError(
                f"the budget of {dollars(budget.usd)} cannot be kept",
                f"the price of {unknown[0]} is unknown",
                "add it under `prices` (dollars per million tokens), or budget tokens",
            )
        usd, tokens, replies = journal.spent()
        if usd is None:
            # Some replies came when their price was not known yet.
            providers = {one.model_id(): one for one in asked}
            usd = 0.0
            for model, tokens_in, tokens_out in journal.by_model():
                price = self.price(providers.get(model, self.job.provider), model)
                usd += price(tokens_in, tokens_out, 0) if price else 0.0
        return Purse(budget, usd, tokens, time.monotonic(), replies)

    def price(self, provider: Provider, model: str) -> Price | None:
        """The user's own price, or the list price of the vendor; None where neither is known."""
        known = (id(provider), model)
        if known not in self._prices:
            own = self.job.prices.of(model) if provider.remote else None
            self._prices[known] = provider.adjusted(own) if own else provider.price(model)
        return self._prices[known]

    def priced(self, reply: Reply, provider: Provider) -> Reply:
        """The reply with what it costs, where that is known."""
        price = self.price(provider, reply.model)
        if price is None:
            return reply
        return replace(reply, usd=price(reply.tokens_in, reply.tokens_out, reply.cached))

    async def leave(self, tokens: int, kind: str) -> None:
        """Waits until the budget has room for a request. Raises Drained when it has none left."""
        if self._purse is None:
            return
        while not self._purse.may_spend(time.monotonic(), tokens, kind):
            self.watch()
            if self._ended:
                raise Drained
            await self._change.wait()
        self._purse.leave(tokens, kind)

    def back(self, kind: str) -> None:
        """A request came to nothing."""
        if self._purse is not None:
            self._purse.back(kind)
            self._news()

    def paid(self, reply: Reply, kind: str) -> None:
        """A reply is in."""
        if self._purse is not None:
            self._purse.paid(reply.usd, reply.tokens_in + reply.tokens_out, kind)
            self._news()

    def paid_aside(self, reply: Reply) -> None:
        """A reply that no row gets is in."""
        if self._purse is not None:
            self._purse.leave()
            self.paid(reply, "")

    def watch(self) -> None:
        """Ends the run when the budget is used up, also when its time is up and nothing leaves."""
        words = "" if self._purse is None else self._purse.verdict(time.monotonic())
        if words:
            self._ended = True
            self.on_spent(words)

    def drain(self) -> None:
        """The run ends: nobody waits for the budget any more."""
        self._ended = True
        self._news()

    def _news(self) -> None:
        self._change.set()
        self._change = asyncio.Event()
