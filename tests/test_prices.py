"""Prices: the vendors' list at a fraction of its time, the user's own, and how amounts read."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage, calc_price
from pydantic import BaseModel, ConfigDict, ValidationError

from textsynth.errors import JobError
from textsynth.prices import Prices, Rate, dollars, free, half, listed

OPENAI = "https://api.openai.com/v1"
GOOGLE = "https://generativelanguage.googleapis.com/v1beta/openai"
ANTHROPIC = "https://api.anthropic.com/v1"
OPENROUTER = "https://openrouter.ai/api/v1"
DEEPSEEK = "https://api.deepseek.com"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp()

MODELS = [
    ("gpt-4o-mini", OPENAI), ("gpt-5", OPENAI), ("gpt-5-mini-2025-08-07", OPENAI),
    ("gpt-5.5", OPENAI), ("gemini-2.5-pro", GOOGLE), ("gemini-2.5-flash", GOOGLE),
    ("claude-sonnet-4-5", ANTHROPIC), ("claude-haiku-4-5", ANTHROPIC),
    ("mistral-small-latest", "https://api.mistral.ai/v1"), ("deepseek-chat", DEEPSEEK),
    ("grok-4.3", "https://api.x.ai/v1"), ("sonar", "https://api.perplexity.ai"),
    ("qwen/qwen3-coder-flash", OPENROUTER),
]  # fmt: skip


def noon() -> float:
    return NOON


def asked(
    model: str, url: str, tokens_in: int, tokens_out: int, cached: int, at: float = NOON
) -> float:
    """What the list itself says a request costs."""
    usage = Usage(
        input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached or None
    )
    when = datetime.fromtimestamp(at, UTC)
    found = calc_price(usage, model, provider_api_url=url, genai_request_timestamp=when)
    return float(found.total_price)


@pytest.mark.parametrize(("model", "url"), MODELS, ids=[model for model, _ in MODELS])
def test_a_listed_price_is_that_of_the_list(model: str, url: str) -> None:
    price = listed(model, url, noon)
    assert price is not None
    # On both sides of every limit at which some vendor begins to ask more.
    limits = (32_000, 128_000, 200_000, 256_000, 272_000)
    sizes = [0, 1, 17, 1_000, *(n + d for n in limits for d in (-1, 0, 1)), 900_001, 3_000_000]
    for tokens_in, tokens_out in itertools.product(sizes, (0, 1, 333, 70_001)):
        for cached in {0, tokens_in // 3, tokens_in}:
            expected = asked(model, url, tokens_in, tokens_out, cached)
            assert price(tokens_in, tokens_out, cached) == pytest.approx(expected, rel=1e-9)


def test_a_long_request_pays_its_own_tier_and_not_that_of_a_sum() -> None:
    price = listed("gemini-2.5-pro", GOOGLE, noon)
    assert price is not None
    assert price(300_000, 0, 0) > 1.9 * 2 * price(150_000, 0, 0)


def test_a_price_follows_the_hour() -> None:
    now = [NOON]
    price = listed("deepseek-chat", DEEPSEEK, lambda: now[0])
    assert price is not None
    seen = set()
    for minute in range(0, 24 * 60, 10):
        now[0] = NOON + 60 * minute + 59
        expected = asked("deepseek-chat", DEEPSEEK, 1_000_000, 0, 0, now[0])
        assert price(1_000_000, 0, 0) == pytest.approx(expected)
        seen.add(expected)
    assert len(seen) == 2


def test_what_the_list_has_no_rate_for_is_unknown_and_not_free() -> None:
    assert listed("no-such-model", OPENAI) is None
    assert listed("gpt-5", "http://gpu:8000/v1") is None
    assert asked("gemma-3-27b-it", GOOGLE, 1000, 1000, 0) == 0
    assert listed("gemma-3-27b-it", GOOGLE) is None
    assert listed("text-embedding-3-small", OPENAI) is None


def test_a_model_that_is_listed_as_free_costs_nothing() -> None:
    price = listed("google/gemma-3-27b-it:free", OPENROUTER)
    assert price is not None
    assert price(1_000_000, 1_000_000, 0) == 0
    assert listed("google/no-such-model:free", OPENAI) is None


def test_more_cached_tokens_than_tokens_count_as_all_of_them() -> None:
    price = listed("gpt-5", OPENAI, noon)
    own = Prices.read({"m": {"input": 2, "output": 8, "cached": 1}}, Path()).of("m")
    assert price is not None
    assert own is not None
    for one in (price, own):
        assert one(100, 5, 300) == one(100, 5, 100) < one(100, 5, 0)


def test_a_batch_costs_half_and_this_machine_nothing() -> None:
    price = Rate(input=1, output=4, cached=0.5)
    assert half(price)(1_000_000, 500_000, 200_000) == pytest.approx((0.8 + 0.1 + 2) / 2)
    assert free(10**6, 10**6, 0) == 0


def test_own_prices_are_dollars_per_million_tokens() -> None:
    prices = Prices.read(
        {"a": {"input": 0.25, "output": 2, "cached": 0.025}, "b": {"input": 1, "output": 0}}, Path()
    )
    a, b = prices.of("a"), prices.of("b")
    assert a is not None
    assert b is not None
    assert a(1_000_000, 0, 0) == pytest.approx(0.25)
    assert a(1_000_000, 500_000, 400_000) == pytest.approx(0.6 * 0.25 + 0.4 * 0.025 + 1)
    # Without a price of its own, a cached token costs what another one does.
    assert b(1_000_000, 7, 400_000) == pytest.approx(1)
    assert prices.names == ("a", "b")


def test_the_very_name_comes_first_and_then_the_longest_pattern() -> None:
    names = ("*", "qwen*", "qwen3-*", "qwen3-?b", "qwen3-8b", "qwen3-7?", "llama-[12]")
    prices = Prices.read({name: {"input": i, "output": 0} for i, name in enumerate(names)}, Path())
    chosen = {
        model: names[round(price(1_000_000, 0, 0))]
        for model in (*names, "qwen3-4b", "qwen3-7b", "qwen3-32b", "qwen2", "llama-1", "Qwen3-4b")
        if (price := prices.of(model))
    }
    assert chosen == {name: name for name in names} | {
        # Two patterns of one length: the one that was written first.
        "qwen3-4b": "qwen3-?b", "qwen3-7b": "qwen3-?b", "qwen3-32b": "qwen3-*",
        "qwen2": "qwen*", "llama-1": "llama-[12]", "Qwen3-4b": "*",
    }  # fmt: skip


def test_a_model_without_a_price_of_its_own_is_unknown() -> None:
    prices = Prices.read({"qwen3-*": {"input": 0, "output": 0}}, Path())
    assert prices.of("gpt-5") is None
    assert prices.of("qwen3-8b") is not None
    assert Prices.read(None, Path()).of("gpt-5") is None
    assert Prices.read(None, Path()).names == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prices.yaml", "# per million\ngpt-5-mini: {input: 0.25, output: 2.00}\n"),
        ("prices.json", '\ufeff{\n\t"gpt-5-mini": {"input": 25e-2, "output": 2}}'),
        ("money/prices.yml", "a: &a {input: 0.25, output: 2}\ngpt-5-mini:\n  <<: *a\n"),
    ],
    ids=["yaml", "json", "yaml-in-a-folder"],
)
def test_prices_are_read_from_a_file_beside_the_job(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, "utf8")
    assert Prices.read(name, tmp_path).of("gpt-5-mini") == Rate(0.25, 2, 0.25)


def complaint(spec: Any, home: Path = Path()) -> str:
    with pytest.raises(JobError) as caught:
        Prices.read(spec, home)
    return str(caught.value)


@pytest.mark.parametrize(
    ("spec", "fragments"),
    [
        ({}, ["Prices: there is no price in it", "gpt-5-mini: {input: 0.25"]),
        ([], ["there is no price in it"]),
        (0.25, ["there is no price in it"]),
        ({"m": 0.25}, ["'m' needs a price for tokens in and one for out"]),
        ({"m": {"input": 1, "output": 2, "per_hour": 3}}, ["'m'", "unknown key 'per_hour'"]),
        ({"m": {"inptu": 1, "output": 2}}, ["'m'", "'inptu'", "Did you mean 'input'?"]),
        ({"m": {"input": 1}}, ["'m' has no price 'output'", "It has input"]),
        ({"m": {}}, ["'m' has no price 'input'"]),
        ({"m": {"input": -1, "output": 2}}, ["'input' of 'm' is -1", "from 0 up"]),
        ({"m": {"input": "1e-2", "output": 2}}, ["'input' of 'm' is '1e-2'", "quotes"]),
        ({"m": {"input": True, "output": 2}}, ["'input' of 'm' is True"]),
        ({"m": {"input": 1, "output": float("nan")}}, ["'output' of 'm' is nan"]),
        ({"m": {"input": 1, "output": 2, "cached": float("inf")}}, ["'cached' of 'm' is inf"]),
        ({"m": {"input": 1, "output": None}}, ["'output' of 'm' is None"]),
        ({"a": {"input": 1, "output": 1}, "b": {"input": 1}}, ["'b' has no price"]),
    ],
)  # fmt: skip
def test_a_price_that_cannot_be_is_named(spec: Any, fragments: list[str]) -> None:
    words = complaint(spec)
    assert "\n" not in words
    for fragment in fragments:
        assert fragment in words


@pytest.mark.parametrize(
    ("name", "text", "fragments"),
    [
        ("p.yaml", "a: {input: 1, output: 1}\na: {input: 2, output: 1}\n", ["'a' stands twice"]),
        ("p.yaml", "a: {input: 1, output: 1, input: 2}\n", ["'input' stands twice"]),
        ("p.json", '{"a": {"input": 1, "input": 2}}', ["'input' stands twice"]),
        ("p.yaml", "a: {input: [\n", ["cannot be read", "line 2"]),
        ("p.json", "a: {input: 1}", ["cannot be read", "YAML or JSON"]),
        ("p.yaml", "", ["there is no price in it"]),
        ("p.yaml", "a: {input: 1, outptu: 2}\n", ["'p.yaml'", "'a'", "Did you mean 'output'?"]),
    ],
)
def test_a_file_of_prices_at_fault_is_named(
    tmp_path: Path, name: str, text: str, fragments: list[str]
) -> None:
    (tmp_path / name).write_text(text, "utf8")
    words = complaint(name, tmp_path)
    assert "\n" not in words
    for fragment in (f"'{name}'", *fragments):
        assert fragment in words


def test_a_file_of_prices_that_is_not_there_is_looked_for_nearby(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("a: {input: 1, output: 1}\n", "utf8")
    words = complaint("price.yaml", tmp_path)
    assert "Did you mean 'prices.yaml'?" in words
    assert "relative to the job's folder" in words
    assert "cannot be read" in complaint(".", tmp_path)


def test_prices_are_a_value_that_a_frozen_model_holds() -> None:
    class Holder(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
        prices: Prices = Prices()

    spec = {"m": {"input": 1, "output": 2}}
    one, same = Prices.read(spec, Path()), Prices.read(spec, Path())
    other = Prices.read({"m": {"input": 1, "output": 3}}, Path())
    one.of("m")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    held = Holder(prices=one)
    assert held == Holder(prices=same) != Holder()
    assert held.prices is one
    with pytest.raises(ValidationError, match="instance of Prices"):
        Holder.model_validate({"prices": spec})


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown price"), (0, "$0.0000"), (1234.5, "$1,234.50"), (1, "$1.00"),
        (0.5, "$0.5000"), (0.0123, "$0.0123"), (0.005, "$0.0050"), (0.0003, "$0.0003"),
        (0.000344, "$0.00034"), (0.0000999, "$0.0001"), (0.0000001234, "$0.00000012"),
    ],
)  # fmt: skip
def test_small_amounts_keep_two_digits(amount: float | None, words: str) -> None:
    assert dollars(amount) == words


def test_prices_load_no_list_before_it_is_asked() -> None:
    code = (
        "import sys, textsynth.prices, textsynth.budget, textsynth.forecast\n"
        "print([m for m in ('genai_prices', 'numpy', 'openai') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
