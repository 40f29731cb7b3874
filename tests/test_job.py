"""The job file: what may be written, what it becomes, and every complaint with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project
from textsynth.apportion import share
from textsynth.errors import JobError
from textsynth.inputs.documents import Documents
from textsynth.inputs.personas import Personas
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.methods.support import Support
from textsynth.providers.local import Local
from textsynth.providers.openai import Openai
from textsynth.quality.length import Length
from textsynth.quality.near_duplicates import NearDuplicates

SMALL = "name: faq\nmethod: qa\ncount: 10\n"


def written(tmp_path: Path, text: str, **overrides: Any) -> Job:
    """The job that this text makes."""
    file = tmp_path / "job.yaml"
    file.write_text(text, "utf8")
    return load_job(file, overrides)


def complaint(tmp_path: Path, text: str, **overrides: Any) -> str:
    with pytest.raises(JobError) as caught:
        written(tmp_path, text, **overrides)
    return str(caught.value)


def test_three_lines_make_a_job_and_the_rest_has_defaults(tmp_path: Path) -> None:
    job = written(tmp_path, SMALL)
    assert (job.name, job.method.part, job.count, job.seed, job.language) == (
        "faq", "qa", 10, 0, "en"
    )  # fmt: skip
    assert job.provider == Local()
    assert [part.part for part in job.quality] == [
        "length", "unicode", "language", "truncated", "refusal", "scaffolding", "repetition",
        "role_flip", "copied_question", "exact_duplicates", "near_duplicates",
    ]  # fmt: skip
    assert (job.inputs, job.vary, job.quotas, job.export) == ({}, {}, {}, ())
    assert (job.concurrency, job.retries, job.brief_limit) == (None, 5, 70)
    assert (job.home, job.text) == (tmp_path, SMALL)


def test_parts_are_written_as_a_name_a_mapping_or_a_bare_value(tmp_path: Path) -> None:
    job = written(
        tmp_path,
        "name: a\nmethod: {support: {company: ACME}}\ncount: 1\nprovider:\n  openai:\n"
        "    model: m\ninputs:\n  documents: docs/*.md\n  personas: {from: p.jsonl, each: 2}\n"
        "quality: [length, near_duplicates: 0.9]\n",
    )
    assert isinstance(job.method, Support)
    assert job.method.company == "ACME"
    assert job.provider == Openai(model="m")
    assert job.inputs["documents"] == Documents(paths=["docs/*.md"], ocr=["eng"])
    assert job.inputs["personas"] == Personas.model_validate({"from": "p.jsonl", "each": 2})
    assert job.quality == (Length(), NearDuplicates(threshold=0.9))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("export: messages", ["messages"]),
        ("export: [messages, sharegpt: {}]", ["messages", "sharegpt"]),
        ("export: [messages: ]", ["messages"]),
        ("export:", []),
    ],
    ids=["name", "list", "null-options", "null"],
)
def test_export_takes_one_part_or_several(tmp_path: Path, line: str, expected: list[str]) -> None:
    assert [part.part for part in written(tmp_path, SMALL + line).export] == expected


def test_no_filters_when_the_list_is_empty(tmp_path: Path) -> None:
    assert written(tmp_path, SMALL + "quality: []\n").quality == ()


def test_facets_are_a_list_or_weights(tmp_path: Path) -> None:
    job = written(
        tmp_path, SMALL + "vary:\n  mood: [angry, 3, 고마움]\n  end: {a: 6, b: 0.5, c: 0}\n"
    )
    assert job.vary == {
        "mood": {"angry": 1.0, "3": 1.0, "고마움": 1.0},
        "end": {"a": 6.0, "b": 0.5, "c": 0.0},
    }


@pytest.mark.parametrize(
    ("weights", "count", "expected"),
    [
        ({"a": 6, "b": 3, "c": 1}, 500, {"a": 300, "b": 150, "c": 50}),
        ({"a": 1, "b": 1, "c": 1}, 10, {"a": 4, "b": 3, "c": 3}),
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 6, "b": 3, "c": 1}, 7, {"a": 4, "b": 2, "c": 1}),
        ({"a": 0.1, "b": 0.2, "c": 0.7}, 10, {"a": 1, "b": 2, "c": 7}),
        ({"a": 1, "b": 0}, 3, {"a": 3, "b": 0}),
    ],
    ids=["exact", "tie-to-the-first", "fewer-than-values", "remainder", "fractions", "zero"],
)
def test_rows_are_shared_by_largest_remainder(
    weights: dict[str, float], count: int, expected: dict[str, int]
) -> None:
    assert share(weights, count) == expected


def test_quotas_are_exact_shares_or_numbers_of_rows(tmp_path: Path) -> None:
    text = SMALL + (
        "vary:\n  mood: {angry: 2, polite: 1}\n  end: [good, bad]\n"
        "quotas:\n  mood: exact\n  end: {good: 9, bad: 1}\n"
    )
    assert written(tmp_path, text).quota_rows() == {
        "mood": {"angry": 7, "polite": 3},
        "end": {"good": 9, "bad": 1},
    }


FACET = SMALL + "vary:\n  mood: [angry, polite]\nquotas:\n"
SHARED = SMALL + "vary:\n"
# What is written → the line and the words that the complaint must have.
COMPLAINTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "unknown field": (SMALL + "langage: ko", ("line 4", "'langage'", "did you mean 'language'?")),
    "misspelt required": ("name: a\nmethod: qa\ncuont: 3", ("line 3", "did you mean 'count'?")),
    "unknown method": ("name: a\nmethod: dialog\ncount: 3", ("line 2", "did you mean 'dialogue'?")),
    "unknown provider": (SMALL + "provider: opena", ("line 4", "did you mean 'openai'?")),
    "unknown input": (
        SMALL + "inputs:\n  personas: a\n  docments: b",
        ("line 6", "did you mean 'documents'?"),
    ),
    "unknown filter": (
        SMALL + "quality:\n- length\n- lenght",
        ("line 6", "did you mean 'length'?"),
    ),
    "unknown option": (
        SMALL + "quality:\n- length:\n    min_word: 3",
        ("line 6", "'quality.0.length.min_word'", "did you mean 'min_words'?"),
    ),
    "option of wrong type": (
        SMALL + "quality:\n- near_duplicates:\n    threshold: high",
        ("line 6", "quality.0.near_duplicates.threshold", "valid number", "'high'"),
    ),
    "missing option": (
        SMALL + "provider: openai",
        ("line 4", "'provider.openai.model' is missing"),
    ),
    "two parts in one": (SMALL + "provider: {local: {}, openai: {}}", ("line 4", "one part")),
    "filter twice": (SMALL + "quality: [length, length]", ("line 4", "'length' is listed twice")),
    "missing field": ("name: a\nmethod: qa", ("line 1", "'count' is missing")),
    "count 0": ("name: a\nmethod: qa\ncount: 0", ("line 3", "count", "greater", "given: 0")),
    "count in words": ("name: a\nmethod: qa\ncount: many", ("line 3", "count", "'many'")),
    "name with a slash": ("name: a/b\nmethod: qa\ncount: 1", ("line 1", "name", "'a/b'")),
    "retries": (SMALL + "retries: 21", ("line 4", "retries", "21")),
    "duplicate key": (
        SMALL + "count: 11",
        ("line 4", "'count' stands twice", "first is on line 3"),
    ),
    "duplicate deep key": (SHARED + "  m: {a: 1, a: 2}", ("line 5", "'a' stands twice")),
    "language": (SMALL + "language: en-GB", ("line 4", "'en-GB'", "did you mean 'en'?")),
    "negative weight": (SHARED + "  m: {a: 1, b: -1}", ("line 5", "'b' has the weight '-1'")),
    "weight in words": (SHARED + "  m: {a: lots}", ("line 5", "'a' has the weight 'lots'")),
    "weight not a number": (SHARED + "  m: {a: .nan}", ("line 5", "'a' has the weight 'nan'")),
    "weights zero": (SHARED + "  m: {a: 0, b: 0}", ("line 5", "weights of 'm' add up to 0")),
    "facet without values": (SHARED + "  m: []", ("line 5", "'m' has no values")),
    "vary a list": (SMALL + "vary: [a]", ("line 4", "vary must be a mapping")),
    "inputs a list": (SMALL + "inputs: [a.md]", ("line 4", "inputs must be a mapping")),
    "quota on no facet": (
        FACET + "  moods: exact",
        ("line 7", "'moods', which is no facet", "did you mean 'mood'?"),
    ),
    "quota on no value": (
        FACET + "  mood: {angri: 10}",
        ("line 7", "10 rows of 'angri', which never comes", "did you mean 'angry'?"),
    ),
    "quota sum": (
        FACET + "  mood: {angry: 3, polite: 5}",
        ("line 7", "add up to 8, count is 10"),
    ),
    "quota in words": (FACET + "  mood: exactly", ("line 7", "quotas.mood", "'exact'")),
    "negative quota": (FACET + "  mood: {angry: -1, polite: 11}", ("line 7", "angry", "-1")),
    "a list": ("- name: a", ("not a job", "textsynth init")),
    "empty": ("# nothing\n", ("not a job",)),
    "no YAML": ("name: a\nmethod: [qa\ncount: 3", ("line 3", "not valid YAML")),
    "colon in a value": ("name: a\nmethod: qa: b", ("line 2", "not valid YAML", "in quotes")),
    "impossible date": (SHARED + "  day: [2024-02-30]", ("job.yaml",)),
}


@pytest.mark.parametrize("case", COMPLAINTS)
def test_a_fault_is_told_with_its_line_and_the_way_out(tmp_path: Path, case: str) -> None:
    text, words = COMPLAINTS[case]
    said = complaint(tmp_path, text)
    for word in words:
        assert word.lower() in said.lower()


def test_the_file_is_called_by_its_own_name(tmp_path: Path) -> None:
    assert complaint(tmp_path, SMALL + "langage: ko").startswith("job.yaml, line 4: ")


def test_a_missing_file_is_told_with_the_nearest_one_there(tmp_path: Path) -> None:
    (tmp_path / "support.yaml").write_text(SMALL, "utf8")
    with pytest.raises(JobError, match=r"(?i)there is no job file .*did you mean 'support.yaml'"):
        load_job(tmp_path / "suport.yaml")
    with pytest.raises(JobError, match=r"(?i)there is no job file .*textsynth init"):
        load_job(tmp_path / "nowhere" / "job.yaml")


def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_bytes(SMALL.encode("utf-16"))
    with pytest.raises(JobError, match="cannot be read"):
        load_job(tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_bytes(
        b"\xef\xbb\xbf" + b"name: faq\r\nmethod: qa\r\ncount: 10\r\n"
    )
    job = load_job(tmp_path / "job.yaml")
    assert (job.name, job.text) == ("faq", SMALL)


def test_a_folder_stands_for_the_job_file_in_it(tmp_path: Path) -> None:
    written(tmp_path, SMALL)
    assert load_job(tmp_path).count == 10


def test_overrides_replace_fields_and_none_leaves_them(tmp_path: Path) -> None:
    job = written(tmp_path, SMALL, count=3, seed=None, provider="local", language="ko")
    assert (job.count, job.seed, job.provider, job.language) == (3, 0, Local(), "ko")
    assert job.text == SMALL


def test_overrides_are_checked_like_the_file(tmp_path: Path) -> None:
    assert "did you mean 'qa'" in complaint(tmp_path, SMALL, method="q_a").lower()
    assert "given: 0" in complaint(tmp_path, SMALL, count=0)


def test_a_quota_is_checked_against_the_count_that_holds(tmp_path: Path) -> None:
    text = FACET + "  mood: {angry: 5, polite: 5}\n"
    assert written(tmp_path, text).count == 10
    assert "count is 12" in complaint(tmp_path, text, count=12)


def test_paths_belong_to_the_home_that_is_given(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    home.mkdir()
    written(tmp_path, SMALL)
    assert load_job(tmp_path / "job.yaml", home=home).home == home


def test_a_key_in_the_job_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = complaint(
        tmp_path, SMALL + "provider:\n  openai:\n    model: m\n    api_key: sk-topsecret-123\n"
    )
    assert "line 7" in said
    assert "did you mean 'api_key_env'" in said.lower()
    assert "topsecret" not in said


@pytest.mark.parametrize(
    "url",
    ["http://user:topsecret@gpu:8000/v1", "http://topsecret@gpu/v1", "ftp://u:topsecret@gpu/v1"],
    ids=["password", "user", "other-scheme"],
)
def test_a_password_in_base_url_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    said = complaint(tmp_path, SMALL + f"provider:\n  openai:\n    model: m\n    base_url: {url}\n")
    assert "line 7" in said
    assert "base_url must" in said
    assert "topsecret" not in said


def test_a_key_given_where_a_variable_is_named_is_refused_and_not_repeated(
    tmp_path: Path,
) -> None:
    said = complaint(
        tmp_path,
        SMALL + "provider:\n  openai:\n    model: m\n    api_key_env: sk-topsecret-123\n",
    )
    assert "api_key_env" in said
    assert "topsecret" not in said


def test_a_job_is_frozen(tmp_path: Path) -> None:
    job = written(tmp_path, SMALL)
    with pytest.raises(ValueError, match="frozen"):
        job.count = 3  # type: ignore[misc]


def test_an_option_called_on_is_read_from_yaml(project: Project) -> None:
    file = project("http://127.0.0.1:9/v1", quality=["length"])
    text = file.read_text("utf8")
    assert "- length\n" in text
    file.write_text(text.replace("- length\n", "- near_duplicates: {on: [question]}\n"), "utf8")
    (part,) = load_job(file).quality
    assert getattr(part, "on", None) == ("question",)
