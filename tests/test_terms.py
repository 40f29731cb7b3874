"""Terms of models and licences of seeds: what is known, and where it does not go with a job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.families import FAMILIES
from textsynth.records import Source
from textsynth.terms import NOTES, licence_of, terms
from textsynth.terms_data import MODELS, SEEDS


@pytest.mark.parametrize(
    ("model", "words", "limits"),
    [
        ("gpt-5-mini", "OpenAI", {"competing", "use_policy"}),
        ("openai/gpt-oss-20b", "Apache", {"use_policy"}),
        ("claude-sonnet-4-5", "Anthropic", {"competing", "use_policy"}),
        ("gemini-2.5-flash", "Google", {"competing", "use_policy"}),
        ("google/gemma-3-4b-it", "Gemma", {"use_policy"}),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama community", {"naming", "use_policy"}),
        ("Qwen/Qwen2.5-1.5B-Instruct", "Apache", set()),
        ("Qwen2.5-Coder-3B-Instruct", "Qwen research", {"noncommercial"}),
        ("Qwen2.5-32B-Instruct", "Apache", set()),
        ("mistralai/Mistral-7B-Instruct-v0.3", "Apache", set()),
        ("mistral-large-2411", "Mistral research", {"noncommercial", "use_policy"}),
        ("DeepSeek-R1-Distill-Llama-8B", "Llama", {"naming", "use_policy"}),
        ("LGAI-EXAONE/EXAONE-3.5-7.8B", "EXAONE", {"noncommercial", "competing", "naming"}),
        ("smollm2-135m", "Apache", set()),
        ("scripted-model", "", set()),
    ],
)
def test_what_is_known_of_a_model(model: str, words: str, limits: set[str]) -> None:
    (found,) = terms([model], []).models
    assert words in found.terms
    assert bool(found.terms) == bool(words)
    assert set(found.limits) == limits


@pytest.mark.parametrize(
    ("text", "terms_"),
    [
        ("CC-BY-4.0", "CC BY"),
        ("cc_by_nc_sa_3.0", "CC BY-NC-SA"),
        ("Creative Commons Attribution-NonCommercial 4.0", "CC BY-NC"),
        ("Creative Commons Attribution-ShareAlike", "CC BY-SA"),
        ("CC0-1.0", "public domain or CC0"),
        ("ODbL-1.0", "ODbL"),
        ("AGPL-3.0", "a copyleft licence"),
        ("MIT", "a permissive licence"),
        ("공공누리 제1유형", "KOGL type 1"),
        ("공공누리 제4유형", "KOGL type 4"),
        ("mit, CC BY-NC 4.0", "CC BY-NC"),
        ("limited to us", None),
        ("", None),
    ],
)
def test_licences_as_people_write_them(text: str, terms_: str | None) -> None:
    found = licence_of(text)
    assert (found.terms if found else None) == terms_


def source(path: str, licence: str) -> Source:
    return Source(path, "documents", 3, "", licence)


@pytest.mark.parametrize(
    ("models", "licences", "purpose", "licence", "words"),
    [
        pytest.param(["gpt-5"], [], None, None, [], id="nobody-says-what-for"),
        pytest.param(["gpt-5"], [], "research", None, ["compete with it"], id="competing"),
        pytest.param(["smollm2-135m"], ["cc0"], "commercial", "mit", [], id="all-well"),
        pytest.param([], ["CC BY-NC 4.0"], "commercial", None, ["no commercial use"], id="nc"),
        pytest.param([], ["CC BY-NC 4.0"], "internal", None, ["no commercial use"], id="in-house"),
        pytest.param([], ["CC BY-NC 4.0"], "research", None, [], id="nc-for-research"),
        pytest.param([], ["CC BY-ND"], None, None, ["adaptations"], id="nd"),
        pytest.param([], ["CC BY-SA"], None, None, ["no licence is chosen"], id="sa-unchosen"),
        pytest.param([], ["CC BY-SA"], None, "mit", ["is to be under mit"], id="sa-other"),
        pytest.param([], ["CC BY-SA"], None, "cc-by-sa-4.0", [], id="sa-same"),
        pytest.param([], ["CC BY-SA", "ODbL"], None, "odbl", ["cannot do for all"], id="two-sa"),
        pytest.param([], [""], "commercial", None, ["no licence is stated"], id="not-stated"),
        pytest.param(["Llama-3.1-8B"], [], "commercial", None, ["carry its name"], id="naming"),
        pytest.param(["command-r"], [], "commercial", None, ["another model"], id="nc-model"),
        pytest.param(["hunyuan-a13b"], [], "commercial", None, ["compete", "country"], id="region"),
    ],
)
def test_warnings(
    models: list[str], licences: list[str], purpose: Any, licence: str | None, words: list[str]
) -> None:
    sources = [source(f"s{n}.csv", text) for n, text in enumerate(licences)]
    found = terms(models, sources, purpose, licence).warnings
    assert len(found) == len(words)
    for one, part in zip(found, words, strict=True):
        assert part in one
        assert "look" in one or "licence:" in one


def test_many_sources_are_told_in_one_line() -> None:
    sources = [source(f"s{n}.csv", "CC BY-NC 4.0") for n in range(9)]
    (words,) = terms([], sources, "commercial").warnings
    assert "s4.csv" in words
    assert "s5.csv" not in words
    assert "and 4 more" in words


def test_a_run_comes_under_what_it_was_made_from() -> None:
    run = Source("first", "run, kept rows", 8)
    assert terms([], [run], "commercial").warnings == ()


def test_the_list_is_of_known_families_and_limits() -> None:
    assert {entry.family for entry in MODELS} <= set(FAMILIES)
    assert {limit for entry in (*MODELS, *SEEDS) for limit in entry.limits} <= set(NOTES)
    last = {entry.family: entry.pattern for entry in MODELS}
    assert [family for family, pattern in last.items() if pattern] == ["ernie", "doubao"]


def test_check_card_manifest_and_push_tell_it(
    project: Project, server: ChatServer, tmp_path: Path
) -> None:
    job = project(
        server.url, count=4, purpose="commercial",
        inputs={"documents": {"paths": ["faq.csv"], "licence": "CC BY-NC-SA 4.0"},
                "personas": "people.jsonl"},
        export=[{"dataset": {"license": "mit"}}],
    )  # fmt: skip
    checked = ts.check(job)
    assert "purpose: commercial" in checked.lines
    told = [words for words in checked.warnings if "faq.csv" in words]
    assert ["no commercial use" in told[0], "under mit" in told[1]] == [True, True]
    run = ts.run(job).path
    card = (run / "README.md").read_text("utf8")
    assert "| scripted-model | model | not stated | not known here: look them up |" in card
    assert "| faq.csv | source | CC BY-NC-SA 4.0 | for no commercial use; what is made" in card
    assert "- **Mind:** the licence of faq.csv (CC BY-NC-SA 4.0) is for no commercial" in card
    manifest = json.loads((run / "manifest.json").read_text("utf8"))
    assert (manifest["licence"], manifest["purpose"]) == ("mit", "commercial")
    assert manifest["terms"]["seeds"]["faq.csv"]["terms"] == "CC BY-NC-SA"
    pushed = ts.push(run, f"file://{tmp_path / 'store'}")
    assert [words for words in pushed.warnings if "faq.csv" in words] == told


def test_a_purpose_is_one_of_a_few(project: Project, server: ChatServer) -> None:
    with pytest.raises(ts.TextsynthError, match="'commercial', 'internal', 'research'"):
        ts.load_job(project(server.url, purpose="money"))
