"""What requests cost, in US dollars; an unknown price is said to be unknown, never 0."""

from __future__ import annotations

import functools
import json
import math
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from textsynth.errors import JobError, nearest

Price = Callable[[int, int, int], float]
"""(tokens in, tokens out, how many of those in were cached) of one request → dollars."""

MILLION = 1_000_000


def free(tokens_in: int, tokens_out: int, cached: int = 0) -> float:
    """The price of a model on this machine."""
    return 0.0


def half(price: Price) -> Price:
    """Half of a price: what vendors ask for a request in a batch."""

    def halved(tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        return price(tokens_in, tokens_out, cached) / 2

    return halved


@functools.cache
def listed(model: str, api_url: str, clock: Callable[[], float] = time.time) -> Price | None:
    """The price of a model at the vendor behind a URL; None when the list does not have it.

    A model that is listed without rates for tokens in and out counts as unknown, unless its name
    ends in `:free`. `clock` gives seconds since 1970: some vendors ask less at night.
    Source: https://github.com/pydantic/genai-prices.
    """
    tariff = _Tariff(model, api_url, clock)
    return tariff if tariff.known() else None


class _Tariff:
    """A model's list price, at a fraction of a microsecond where the list takes a hundred.

    Between two tier limits a request costs a fixed sum and so much per token; these four figures
    are found by asking the list at a few points, and held only if more points lie on that line.
    They last one minute, as prices by the hour or from a day on change on a full minute.
    """

    def __init__(self, model: str, api_url: str, clock: Callable[[], float]) -> None:
        self._model, self._api_url, self._clock = model, api_url, clock
        self._minute = clock() // 60
        self._limits: list[int] = []
        """Where tiers end: a request of more tokens in than this pays the next one's rates."""
        self._lines: dict[int, tuple[float, float, float, float] | None] = {}
        """Tier → dollars (per request, per uncached token in, per cached one, per token out)."""

    def __call__(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        minute = self._clock() // 60
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()
            self.known()
        cached = min(cached, tokens_in)
        tier = bisect_left(self._limits, tokens_in)
        if tier not in self._lines:
            self._lines[tier] = self._line(tier)
        line = self._lines[tier]
        if line is None:
            return self._asked(tokens_in, tokens_out, cached)
        fixed, fresh, stored, out = line
        return fixed + fresh * (tokens_in - cached) + stored * cached + out * tokens_out

    def known(self) -> bool:
        """Whether the list has rates for tokens in and out; reads the limits of the tiers."""
        try:
            found = self._calc(1, 1, 0).model_price
        except LookupError:
            return False
        tiers = [tier for rate in vars(found).values() for tier in getattr(rate, "tiers", ())]
        self._limits = sorted({tier.start for tier in tiers})
        # The list gives no rates for OpenRouter's free variants, nor for what it knows nothing of.
        free_variant = self._model.endswith(":free")
        return free_variant or None not in (found.input_mtok, found.output_mtok)

    def _line(self, tier: int) -> tuple[float, float, float, float] | None:
        low = self._limits[tier - 1] + 1 if tier else 1
        top = self._limits[tier] if tier < len(self._limits) else max(MILLION, 4 * low)
        if top < low:
            return None
        middle = (low + top) // 2
        fixed = self._asked(0, 0, 0)
        plain = self._asked(top, 0, 0)
        fresh = (plain - fixed) / top
        stored = (self._asked(top, 0, top) - fixed) / top
        out = (self._asked(top, MILLION, 0) - plain) / MILLION
        for tokens_in, tokens_out, cached in (
            (low, 7, 0), (low, 0, low), (middle, 1000, middle // 3), (top, 123_457, top // 2),
        ):  # fmt: skip
            guess = fixed + fresh * (tokens_in - cached) + stored * cached + out * tokens_out
            asked = self._asked(tokens_in, tokens_out, cached)
            if not math.isclose(guess, asked, rel_tol=1e-9, abs_tol=1e-15):
                return None
        return fixed, fresh, stored, out

    def _asked(self, tokens_in: int, tokens_out: int, cached: int) -> float:
        return float(self._calc(tokens_in, tokens_out, cached).total_price)

    def _calc(self, tokens_in: int, tokens_out: int, cached: int) -> Any:
        from genai_prices import Usage, calc_price

        return calc_price(
            Usage(
                input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached or None
            ),
            model_ref=self._model,
            provider_api_url=self._api_url,
            genai_request_timestamp=datetime.fromtimestamp(self._minute * 60, UTC),
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """A price of the user's own: dollars per million tokens in, out, and in from the cache."""

    input: float
    output: float
    cached: float

    def __call__(self, tokens_in: int, tokens_out: int, cached: int = 0) -> float:
        cached = min(cached, tokens_in)
        fresh = (tokens_in - cached) * self.input
        return (fresh + cached * self.cached + tokens_out * self.output) / MILLION


class Prices:
    """The user's own prices: a value that does not change, equal to another of the same rates."""

    def __init__(self, rates: Mapping[str, Rate] | None = None) -> None:
        self._rates = dict(rates or {})
        # Sorting is stable: of two patterns of one length, the one written first comes first.
        self._patterns = sorted(self._rates, key=len, reverse=True)
        self._found: dict[str, Rate | None] = {}

    @classmethod
    def read(cls, spec: Any, home: Path) -> Prices:
        """Reads what stands under `prices` in a job file: nothing, a mapping, or a file's path.

        `{model: {input: 0.25, output: 2, cached: 0.025}}` in dollars per million tokens; `cached`
        is `input` when not given. A model may be a shell pattern. A file holds the same as YAML or
        JSON; its path is relative to `home`.

        Raises JobError, naming the entry at fault.
        """
        if spec is None:
            return cls()
        where = "prices"
        if isinstance(spec, str | Path):
            where, spec = f"prices: '{spec}'", _read_file(home / spec, f"prices: '{spec}'")
        if not isinstance(spec, Mapping) or not spec:
            raise JobError(
                f"{where}: there is no price in it",
                "prices are a mapping of models, or the path of a file that holds one",
                "write for example `prices: {gpt-5-mini: {input: 0.25, output: 2.00}}`",
            )
        return cls({str(name): _rate(str(name), raw, where) for name, raw in spec.items()})

    def of(self, model: str) -> Price | None:
        """The price under that very name, or else under the longest pattern that fits; or None."""
        if model not in self._found:
            fits = (name for name in self._patterns if fnmatchcase(model, name))
            name = model if model in self._rates else next(fits, "")
            self._found[model] = self._rates.get(name)
        return self._found[model]

    @property
    def names(self) -> tuple[str, ...]:
        """Names and patterns as they were written, in that order."""
        return tuple(self._rates)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Prices):
            return NotImplemented
        return list(self._rates.items()) == list(other._rates.items())

    def __hash__(self) -> int:
        return hash(tuple(self._rates.items()))

    def __repr__(self) -> str:
        return f"Prices({self._rates!r})"


def dollars(amount: float | None) -> str:
    """`$20.00`, `$0.0123`, `$0.00034` (two digits that count below a cent), `unknown price`."""
    if amount is None:
        return "unknown price"
    if amount >= 1:
        return f"${amount:,.2f}"
    places = 4 if amount <= 0 else max(4, 1 - math.floor(math.log10(amount)))
    text = f"{amount:.{places}f}"
    # Four places always; of those that follow, no zeros at the end.
    return "$" + text[:6] + text[6:].rstrip("0")


def _rate(name: str, raw: Any, where: str) -> Rate:
    form = "write for example {input: 0.25, output: 2.00}, in dollars per million tokens"
    if not isinstance(raw, Mapping):
        raise JobError(f"{where}: '{name}' needs a price for tokens in and one for out", fix=form)
    for key in raw:
        if key not in ("input", "output", "cached"):
            known = nearest(str(key), ("input", "output", "cached"))
            raise JobError(f"{where}: '{name}' has an unknown key '{key}'", known, form)
    for key in ("input", "output"):
        if key not in raw:
            raise JobError(
                f"{where}: '{name}' has no price '{key}'",
                f"it has {', '.join(raw) or 'none'}",
                form,
            )
    for key, value in raw.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < 1e9:
            raise JobError(
                f"{where}: the price '{key}' of '{name}' is {value!r}",
                "a price is a number from 0 up; 1e-2 and whatever stands in quotes is text to YAML",
                form,
            )
    return Rate(float(raw["input"]), float(raw["output"]), float(raw.get("cached", raw["input"])))


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        _once(str(key.value) for key, _ in node.value)
        return super().construct_mapping(node, deep)


def _once(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"'{key}' stands twice")
        seen.add(key)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _once(key for key, _ in pairs)
    return dict(pairs)


def _read_file(file: Path, where: str) -> Any:
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".json":
            return json.loads(text, object_pairs_hook=_pairs)
        return yaml.load(text, Loader=_Loader)
    except FileNotFoundError:
        beside = (*file.parent.glob("*.y*ml"), *file.parent.glob("*.json"))
        raise JobError(
            f"{where}: there is no such file",
            nearest(file.name, [path.name for path in beside]),
            "give its path relative to the job's folder",
        ) from None
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise JobError(
            f"{where} cannot be read: {problem}",
            fix="it must hold YAML or JSON, such as `gpt-5-mini: {input: 0.25, output: 2.00}`",
        ) from None
