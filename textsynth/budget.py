"""What a run may use up: the budget of a job, and the purse that closes before it is overdrawn."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from textsynth.prices import dollars

RESERVE = 2.0
"""How many times their mean is put by for requests under way. Twice, as the first replies are the
cheap ones where long requests are dear, and as costs vary: so the last requests leave a few at a
time, each few after the replies to the ones before have shown what they cost."""


class Budget(BaseModel):
    """What a run may use up. What is reached first ends it; what was written is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    usd: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """US dollars for the whole run folder, all starts together."""

    tokens: Annotated[int, Field(gt=0)] | None = None
    """Tokens in and out for the whole run folder, all starts together."""

    minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Minutes of this start; requests under way then are still awaited."""

    @model_validator(mode="before")
    @classmethod
    def _with_units(cls, raw: Any) -> Any:
        if isinstance(raw, dict | cls):
            return raw
        raise ValueError(
            "a budget is of dollars, tokens or minutes; write for example `budget: {usd: 20}`"
        )

    @field_validator("*", mode="before")
    @classmethod
    def _a_number(cls, value: Any) -> Any:
        # A yes or on of YAML would pass for 1.
        if isinstance(value, bool):
            raise ValueError("YAML reads yes, no, on and off as true and false; write a number")
        return value

    @model_validator(mode="after")
    def _something(self) -> Budget:
        if self.usd is None and self.tokens is None and self.minutes is None:
            raise ValueError(
                "a budget needs a limit: usd, tokens or minutes; write `budget: {usd: 20}`"
            )
        return self


class _Step:
    """What a request of one kind is expected to use, and how many of them are under way."""

    __slots__ = ("mean", "replies", "total", "under_way")

    def __init__(self, mean: float) -> None:
        self.mean, self.total, self.replies, self.under_way = mean, 0.0, 0, 0


class _Meter:
    """One limit: what is spent of it, and what those under way are expected to use."""

    __slots__ = ("_replied", "_replies", "_steps", "limit", "reserved", "room", "spent")

    def __init__(self, limit: float, spent: float, replies: int) -> None:
        self.limit, self.spent, self.reserved = limit, spent, 0.0
        # Three requests of 0.1 fit into 0.3, though not in floating point.
        self.room = limit * (1 + 1e-9)
        self._replies = replies
        self._replied = spent if replies else 0.0
        """What those replies used: less than what is spent where nobody counted earlier ones."""
        self._steps: dict[str, _Step] = {}

    def mean(self, key: str, estimate: float) -> float:
        """Of the replies to that step; of all replies if it has none; or else the estimate."""
        step = self._steps.get(key)
        if step is not None:
            return step.mean
        return self._replied / self._replies if self._replies else estimate

    def fits(self, key: str, estimate: float, alone: bool) -> bool:
        """Whether a request fits in beside those under way."""
        step = self._steps.get(key)
        this = self.mean(key, estimate) if step is None else step.mean
        if alone:
            return self.spent + this <= self.room
        return self.spent + RESERVE * (self.reserved + this) <= self.room

    def leave(self, key: str, estimate: float) -> None:
        """Puts by what one request is expected to use."""
        step = self._steps.get(key)
        if step is None:
            step = self._steps[key] = _Step(self.mean(key, estimate))
        step.under_way += 1
        self.reserved += step.mean

    def paid(self, key: str, used: float) -> None:
        """Counts what one of them used."""
        self.spent += used
        self._replied += used
        self._replies += 1
        step = self._steps[key]
        self.reserved -= step.under_way * step.mean
        step.under_way -= 1
        step.replies += 1
        step.total += used
        step.mean = step.total / step.replies
        self.reserved += step.under_way * step.mean

    def back(self, key: str) -> None:
        """Frees what was put by for one of them."""
        step = self._steps[key]
        step.under_way -= 1
        self.reserved -= step.mean


class Purse:
    """Says whether one more request may leave, so that the run ends close below its budget.

    `may_spend` before a request leaves, `leave` as it does, then `paid` or `back`, all four with
    the same `key`: the step, or step and model, as requests of one key cost about the same.

    A request may leave if what is spent, twice what those under way are expected to use, and twice
    what it will use itself fit into the budget; or, with none under way, if it fits by itself. It
    is expected to use the mean of the replies to its key, or of all replies if there are none; of
    dollars nothing before any reply, of tokens the estimate for the first request of its key.

    Where it does not fit beside others it has to wait: `may_spend` is false and `verdict` empty,
    and it is asked again when a reply is in. Where it does not fit by itself, or a limit is
    reached, the purse closes for good. Whatever requests cost, the run ends over its budget by no
    more than the requests that were under way right after the last one left.
    """

    def __init__(
        self,
        budget: Budget,
        spent_usd: float | None,
        spent_tokens: int,
        now: float,
        spent_requests: int = 0,
    ) -> None:
        """`spent_…`: what the run folder holds from earlier starts, dollars None where a price was
        unknown; without the number of requests, what one costs has to be learnt again.

        `now`, here and below: seconds of a clock that never goes back.
        """
        self.under_way = 0
        self._budget = budget
        self._closed = ""
        self._next = 0.0
        """What the request was expected to use that did not fit any more."""
        self._end = math.inf if budget.minutes is None else now + 60 * budget.minutes
        self._usd = self._tokens = None
        if budget.usd is not None:
            self._usd = _Meter(budget.usd, spent_usd or 0.0, spent_requests)
            self._closed = "price" if spent_usd is None else ""
        if budget.tokens is not None:
            self._tokens = _Meter(budget.tokens, spent_tokens, spent_requests)

    def may_spend(self, now: float, tokens: int = 0, key: str = "") -> bool:
        """Whether a request may leave now. `tokens`: an estimate of its tokens in and out."""
        if self._shut(now):
            return False
        alone = not self.under_way
        usd, used = self._usd, self._tokens
        if usd is not None and not usd.fits(key, 0.0, alone):
            if alone:
                self._closed, self._next = "usd", usd.mean(key, 0.0)
            return False
        if used is not None and not used.fits(key, tokens, alone):
            if alone:
                self._closed, self._next = "tokens", used.mean(key, tokens)
            return False
        return True

    def leave(self, tokens: int = 0, key: str = "") -> None:
        """A request leaves."""
        self.under_way += 1
        if self._usd is not None:
            self._usd.leave(key, 0.0)
        if self._tokens is not None:
            self._tokens.leave(key, tokens)

    def paid(self, usd: float | None, tokens: int, key: str = "") -> None:
        """A reply is in: what it cost, None where that is not known, and its tokens in and out."""
        self.under_way -= 1
        if self._tokens is not None:
            self._tokens.paid(key, tokens)
        if self._usd is None:
            return
        if usd is None:
            self._usd.back(key)
            self._closed = "price"
        else:
            self._usd.paid(key, usd)

    def back(self, key: str = "") -> None:
        """A request came to nothing: it was refused, given up or never sent."""
        self.under_way -= 1
        for meter in (self._usd, self._tokens):
            if meter is not None:
                meter.back(key)

    def verdict(self, now: float) -> str:
        """Why no request may leave any more, in words and with the figures of now; or empty."""
        if not self._shut(now):
            return ""
        budget, usd, used = self._budget, self._usd, self._tokens
        if self._closed == "price":
            return (
                f"the budget of {dollars(budget.usd)} cannot be kept: "
                "the price of the model is unknown"
            )
        if self._closed == "usd" and usd is not None:
            words = f"{dollars(usd.limit)} is used up: {dollars(usd.spent)} spent"
            more = dollars(self._next)
        elif self._closed == "tokens" and used is not None:
            words = f"{used.limit:,.0f} tokens is used up: {used.spent:,.0f} used"
            more = f"{self._next:,.0f}"
        else:
            words = f"{budget.minutes:g} minutes is used up"
            more = ""
        if self.under_way:
            words += f", and {self.under_way} request{'s' * (self.under_way != 1)} under way"
        elif self._next:
            words += f", and one more request takes about {more}"
        return f"the budget of {words}"

    def _shut(self, now: float) -> bool:
        """Whether it is closed; closes it when a limit is reached."""
        if not self._closed:
            if self._usd is not None and self._usd.spent >= self._usd.limit:
                self._closed = "usd"
            elif self._tokens is not None and self._tokens.spent >= self._tokens.limit:
                self._closed = "tokens"
            elif now >= self._end:
                self._closed = "minutes"
        return bool(self._closed)
