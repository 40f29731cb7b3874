"""Raw completion: the user's place in a chat template, and endpoints with and without it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.servers.chat import ChatServer, Faults
from tests.servers.templates import DEFAULT_SYSTEM
from textsynth.engine.catalogue import MODELS, SMALLEST
from textsynth.engine.fetch import fetch
from textsynth.errors import ProviderError, RequestError, TransientError
from textsynth.providers import Call, Link
from textsynth.providers._templates import ALIASES, TEMPLATES, applied, slot_of
from textsynth.providers.batch import Batch
from textsynth.providers.local import Local
from textsynth.providers.openai import Openai
from textsynth.providers.pool import Pool
from textsynth.records import Message, Raw, Reply

SYSTEM: list[Message] = [{"role": "system", "content": "You help."}]
SAID: list[Message] = [
    *SYSTEM, {"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}
]  # fmt: skip
CHATML = "<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\n"


def ask(
    server: ChatServer, messages: list[Message], raw: Raw = "user", **options: Any
) -> tuple[Reply, dict[str, Any]]:
    """The reply, and the body of the last request that the script saw."""
    seen: list[dict[str, Any]] = []

    def script(request: dict[str, Any]) -> str:
        seen.append(request)
        return "  What is tea? \n"

    async def main() -> Reply:
        made = {"model": "m", "base_url": server.url, "completions": True, **options}
        provider = Openai.model_validate(made)
        async with provider.connect(Link()) as session:
            return await session.ask(Call(messages, {"temperature": 1.1}, raw=raw))

    server.script = script
    return asyncio.run(main()), seen[-1]


@pytest.mark.parametrize(
    ("name", "prefix", "stop"),
    [
        ("chatml", CHATML, "<|im_end|>"),
        ("qwen", CHATML, "<|im_end|>"),
        (
            "llama3",
            "<|start_header_id|>system<|end_header_id|>\n\nYou help.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\n",
            "<|eot_id|>",
        ),
        ("gemma", "<start_of_turn>user\nYou help.\n\n", "<end_of_turn>"),
        ("mistral", "[INST] You help.\n\n", "[/INST]"),
        ("phi3", "<|system|>\nYou help.<|end|>\n<|user|>\n", "<|end|>"),
        (
            "phi4",
            "<|im_start|>system<|im_sep|>You help.<|im_end|><|im_start|>user<|im_sep|>",
            "<|im_end|>",
        ),
    ],
)
def test_a_known_template_is_cut_at_the_users_place(name: str, prefix: str, stop: str) -> None:
    slot = asyncio.run(applied(name)(SYSTEM))
    assert (slot.prefix, slot.stops) == (prefix, (stop,))


@pytest.mark.parametrize("name", [*TEMPLATES, *ALIASES])
def test_every_known_template_takes_a_conversation_and_nothing_at_all(name: str) -> None:
    slot = asyncio.run(applied(name)(SAID))
    assert slot.prefix.index("You help.") < slot.prefix.index("Hi.") < slot.prefix.index("Hello.")
    assert "You help." not in asyncio.run(applied(name)([])).prefix


@pytest.mark.parametrize(
    "template",
    [TEMPLATES["chatml"], [{"name": "tool_use", "template": "no"},
                           {"name": "default", "template": TEMPLATES["chatml"]}]],
    ids=["one", "several"],
)  # fmt: skip
def test_the_template_of_a_models_own_file(
    tmp_path: Path, server: ChatServer, template: Any
) -> None:
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps({"chat_template": template}), "utf8")
    provider = Openai.model_validate(
        {"model": "m", "base_url": server.url, "completions": True, "template": path.name},
        context={"home": tmp_path},
    )
    assert provider.template == str(path)
    assert ask(server, SYSTEM, template=str(path))[1]["prompt"] == CHATML


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("chatmll", "", "template 'chatmll'.*chatml"),
        ("t.json", "{}", "has no chat_template"),
        ("t.jinja", "{% for m in %}", "cannot be read"),
        ("missing.json", None, "there is no template"),
    ],
)
def test_a_template_that_cannot_be_used(
    tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    if text:
        (tmp_path / name).write_text(text, "utf8")
    with pytest.raises(ValidationError, match=words):
        Openai.model_validate(
            {"model": "m", "base_url": "http://x/v1", "template": name}, context={"home": tmp_path}
        )


def test_a_template_without_a_place_for_the_user_says_so() -> None:
    with pytest.raises(ProviderError, match="its place cannot be found"):
        slot_of("<|im_start|>system\nNothing of the user.<|im_end|>\n")


def test_a_template_reaches_nothing_but_its_text(tmp_path: Path) -> None:
    path = tmp_path / "evil.jinja"
    path.write_text("{{ ''.__class__.__mro__ }}{% for m in messages %}{{ m.content }}{% endfor %}")
    with pytest.raises(RequestError, match="does not take these messages"):
        asyncio.run(applied(str(path))([]))


@pytest.mark.parametrize(
    ("api", "own"), [("llama.cpp", {}), ("vllm", {"add_special_tokens": False})]
)
def test_the_server_is_asked_for_the_template(
    server: ChatServer, api: str, own: dict[str, Any]
) -> None:
    server.template_api = api
    reply, body = ask(server, [])
    assert reply == Reply("What is tea?", "m", "stop", reply.tokens_in, reply.tokens_out)
    assert reply.tokens_in > 0
    prefix = f"<|im_start|>system\n{DEFAULT_SYSTEM}<|im_end|>\n<|im_start|>user\n"
    assert body == {
        "model": "m", "temperature": 1.1, "prompt": prefix, "stop": ["<|im_end|>"], **own
    }  # fmt: skip
    assert ask(server, SYSTEM)[1]["prompt"] == CHATML


def test_a_server_that_does_not_tell_its_template(server: ChatServer) -> None:
    with pytest.raises(ProviderError, match="Set `template` of the provider: chatml, llama3"):
        ask(server, [])


def test_without_a_template_a_users_turn_is_refused_and_a_text_is_not(server: ChatServer) -> None:
    with pytest.raises(ProviderError, match=r"`template` of the provider is empty.*auto"):
        ask(server, SYSTEM, template="")
    reply, _ = ask(server, [{"role": "raw", "content": "Q: Why?"}], raw="text", template="")
    assert reply.text


def test_a_raw_text_is_sent_as_it_is(server: ChatServer) -> None:
    reply, body = ask(server, [{"role": "raw", "content": "Q: Why?\nA:"}], raw="text")
    assert body == {"model": "m", "temperature": 1.1, "prompt": "Q: Why?\nA:"}
    assert reply.text == "  What is tea? \n", "all of what the model says counts"


@pytest.mark.parametrize("template", ["chatml", "auto"])
def test_an_endpoint_without_completions(server: ChatServer, template: str) -> None:
    server.completions, server.template_api = False, "llama.cpp"
    words = "a raw completion.*It answers 404: Invalid URL.*Use `provider: local`"
    with pytest.raises(ProviderError, match=words):
        ask(server, SYSTEM, template=template)


def test_an_unknown_model_is_no_missing_endpoint(server: ChatServer) -> None:
    server.models = ["another"]
    with pytest.raises(ProviderError, match="does not know the model 'm'"):
        ask(server, SYSTEM, template="chatml")


def test_a_fault_of_an_endpoint_can_be_tried_again(server: ChatServer) -> None:
    server.faults = Faults(fail_all=503)
    with pytest.raises(TransientError) as caught:
        ask(server, SYSTEM, template="chatml")
    assert caught.value.overload


def test_an_answer_of_another_kind_can_be_tried_again(server: ChatServer) -> None:
    server.faults = Faults(rate_invalid_json=1.0)
    with pytest.raises(TransientError, match="not a completion"):
        ask(server, SYSTEM, template="chatml")


@pytest.mark.parametrize(
    ("provider", "why"),
    [
        (Openai(model="gpt-5-mini", completions=True), "OpenAI's own API"),
        (
            Openai(model="gpt", base_url="https://api.openai.com/v1", completions=True),
            "OpenAI's own API",
        ),
        (Openai(model="m", base_url="http://gpu:8000/v1"), "completions: true"),
        (Openai(model="m", base_url="http://gpu:8000/v1", completions=True), ""),
        (Batch(model="m", base_url="http://gpu:8000/v1", completions=True), "Batch API"),
        (Local(model=SMALLEST), ""),
        (Pool.model_validate({"of": [{"openai": {"model": "m"}}]}), "OpenAI's own API"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.part,
)
def test_who_can_complete(provider: Any, why: str) -> None:
    assert (why in provider.cannot_complete()) if why else not provider.cannot_complete()


def test_chat_sessions_refuse_what_was_not_switched_on(server: ChatServer) -> None:
    async def main() -> Reply:
        async with Openai(model="m", base_url=server.url).connect(Link()) as session:
            return await session.ask(Call(SYSTEM, {}, raw="user"))

    with pytest.raises(ProviderError, match="a raw completion"):
        asyncio.run(main())


def test_the_embedded_model_makes_up_what_a_user_says(
    session_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(session_cache))
    provider = Local(model=str(fetch(MODELS[SMALLEST])), slots=2, context=512)

    async def main() -> list[Reply]:
        options = {"temperature": 1.0, "max_tokens": 60}
        async with provider.connect(Link()) as session:
            calls = [Call([], {**options, "seed": seed}, raw="user") for seed in (1, 2)]
            calls.append(
                Call([{"role": "raw", "content": "One, two, three,"}], options, raw="text")
            )
            return await asyncio.gather(*(session.ask(call) for call in calls))

    first, second, text = asyncio.run(main())
    assert all(reply.text for reply in (first, second, text))
    assert first.text != second.text, "each brief has a seed of its own"
    for reply in (first, second):
        assert "<|im_" not in reply.text
        assert reply.finish in ("stop", "length")
        assert 0 < reply.tokens_out <= 60
