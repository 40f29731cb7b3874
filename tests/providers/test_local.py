"""Local: the embedded model answers, and when it cannot be fetched the smallest one does."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from textsynth.engine.catalogue import DEFAULT, MODELS, SMALLEST
from textsynth.engine.fetch import fetch
from textsynth.errors import ProviderError
from textsynth.providers import Call, Link
from textsynth.providers.local import Local
from textsynth.records import Message, Reply

SMALL = MODELS[SMALLEST]
QUESTION: list[Message] = [{"role": "user", "content": "What colour is the sky? One word."}]
TINY: dict[str, Any] = {"slots": 2, "context": 256}


@pytest.fixture
def weights(session_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that holds the small model alone; no index is within reach to fetch another."""
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(session_cache))
    kept = fetch(SMALL)
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path / "cache"))
    path = SMALL.path
    path.parent.mkdir(parents=True)
    path.symlink_to(kept)
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": "", "CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return path


def replies(provider: Local, *options: dict[str, Any]) -> tuple[str, list[Reply]]:
    """The model's name, and its replies to one question under each of these options."""

    async def main() -> tuple[str, list[Reply]]:
        async with provider.connect(Link()) as session:
            asked = [session.ask(Call(QUESTION, given)) for given in options]
            return session.model, await asyncio.gather(*asked)

    return asyncio.run(main())


def test_the_model_answers_several_requests_at_once(weights: Path) -> None:
    model, found = replies(
        Local(model=SMALLEST, **TINY), {"max_tokens": 3}, {"max_tokens": 8, "temperature": 0.2}
    )
    assert model == "smollm2-135m"
    for reply, limit in zip(found, (3, 8), strict=True):
        assert reply.model == "smollm2-135m"
        assert reply.finish in ("stop", "length")
        assert 1 <= reply.tokens_out <= limit
        assert 5 < reply.tokens_in < 60
    assert any(reply.text for reply in found)


def test_options_of_the_job_go_over_those_of_the_prompt(weights: Path) -> None:
    provider = Local(model=SMALLEST, options={"max_tokens": 2, "stop": None}, **TINY)
    options = provider.body_options({"max_tokens": 40, "stop": ["e"]})
    assert options == {"max_tokens": 2}
    _, (reply,) = replies(provider, options)
    assert 1 <= reply.tokens_out <= 2


def test_a_model_file_of_ones_own_is_known_by_its_name_without_a_path(
    weights: Path, tmp_path: Path
) -> None:
    (tmp_path / "my-model.gguf").symlink_to(weights)
    provider = Local.model_validate({"model": "my-model.gguf", **TINY}, context={"home": tmp_path})
    name = provider.model_id()
    assert re.fullmatch(r"my-model-[0-9a-f]{8}", name)
    assert asyncio.run(provider.check()) == ["the embedded model is my-model.gguf"]
    model, (reply,) = replies(provider, {"max_tokens": 2})
    assert (model, reply.model) == (name, name)


def test_a_model_that_cannot_be_fetched_is_replaced_and_that_is_said(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Local(**TINY)
    assert provider.model_id() == DEFAULT
    with caplog.at_level(logging.WARNING, "textsynth"):
        model, (reply,) = replies(provider, {"max_tokens": 2})
    assert (model, reply.model) == ("smollm2-135m", "smollm2-135m")
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "cannot be fetched" in warning
    assert "Falling back to smollm2-135m" in warning


def test_without_fallback_a_model_that_cannot_be_fetched_stops_the_run(weights: Path) -> None:
    with pytest.raises(ProviderError, match="cannot be fetched"):
        replies(Local(fallback=False, **TINY))


def test_a_damaged_model_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(ProviderError, match=r"'bad\.gguf' cannot be loaded"):
        replies(Local(model=str(path), **TINY))


def test_check_tells_whether_the_model_is_here(weights: Path) -> None:
    assert asyncio.run(Local(model=SMALLEST).check()) == [
        f"the embedded model smollm2-135m is in {weights.parent}"
    ]
    assert asyncio.run(Local().check()) == [
        "the embedded model qwen2.5-coder-1.5b will be fetched first (1117 MB)"
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"model": "smollm2"}, "smollm2-135m"),
        ({"model": "nowhere.gguf"}, "there is no file 'nowhere.gguf'"),
        ({"slots": 0}, "slots"),
        ({"context": 100}, "context"),
    ],
    ids=["unknown", "no-file", "slots", "context"],
)
def test_wrong_options_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Local.model_validate(given)


def test_it_stays_on_this_machine_and_serves_as_many_requests_as_it_has_slots() -> None:
    assert Local.remote is False
    assert Local(slots=3).requests_at_once() == 3
    assert Local.shorthand == "model"
