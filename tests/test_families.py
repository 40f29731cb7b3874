"""Which family a model is of, by its name."""

from __future__ import annotations

import pytest

from textsynth.families import families, related


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-5-mini", "gpt"), ("o3-mini", "gpt"), ("openai/o4-mini", "gpt"),
        ("openai/gpt-oss-120b", "gpt"), ("claude-sonnet-4-5", "claude"),
        ("anthropic.claude-3-haiku", "claude"), ("gemini-2.5-flash", "gemini"),
        ("google/gemma-3-27b-it", "gemini"), ("meta-llama/Llama-3.3-70B-Instruct", "llama"),
        ("Qwen/Qwen3-32B", "qwen"), ("qwen2.5-coder-1.5b", "qwen"), ("QwQ-32B", "qwen"),
        ("mixtral-8x7b", "mistral"), ("ministral-8b", "mistral"), ("deepseek-chat", "deepseek"),
        ("microsoft/phi-4", "phi"), ("Phi-3.5-mini", "phi"),
        ("LGAI-EXAONE/EXAONE-3.5-7.8B", "exaone"), ("upstage/SOLAR-10.7B", "solar"),
        ("HyperCLOVAX-SEED-3B", "hyperclova"), ("kakaocorp/kanana-nano-2.1b", "kanana"),
        ("smollm2-135m", "smollm"), ("grok-4", "grok"), ("command-r-plus", "command"),
        ("glm-4.5", "glm"), ("kimi-k2", "kimi"), ("skt/A.X-4.0", "ax"), ("Yi-34B", "yi"),
    ],
)  # fmt: skip
def test_the_family_of_a_name(model: str, family: str) -> None:
    assert families(model) == {family}


def test_a_distilled_model_is_of_two_families() -> None:
    assert families("DeepSeek-R1-Distill-Qwen-7B") == {"deepseek", "qwen"}


@pytest.mark.parametrize("model", ["my-model", "delphi-7b", "philosopher", "foo1-small", "novel"])
def test_an_unknown_name_is_a_family_of_its_own(model: str) -> None:
    assert families(model) == {model}


@pytest.mark.parametrize(
    ("one", "other", "tie"),
    [
        ("gpt-5", "GPT-5", "same"), ("gpt-5", "gpt-4.1", "family"), ("gpt-5", "claude-4", ""),
        ("house-model", "house-model", "same"), ("org/house-model", "house-model", "family"),
        ("house-model", "other-model", ""), ("deepseek-r1-distill-llama-8b", "llama-3", "family"),
    ],
)  # fmt: skip
def test_who_is_kin(one: str, other: str, tie: str) -> None:
    assert related(one, other) == tie
