"""Canaries: planted in documents, found in rows however they are spelled, and told of."""

from __future__ import annotations

from collections.abc import Callable
from math import log2
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat, verdict
from tests.servers.chat import ChatServer
from tests.servers.scripts import asking_text
from tests.test_run import rows
from textsynth.canaries import DIGITS, Canary, Exposure, Finder, drawn, own, plant
from textsynth.errors import JobError
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.quality.canaries import Canaries
from textsynth.records import Setting

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda s: s,
    "groups": lambda s: f"{s[:3]} {s[3:6]}-{s[6:]}",
    "dotted": ".".join,
    "commas": ", ".join,
    "wide": lambda s: "".join(chr(0xFF10 + int(d)) for d in s),
    "words": lambda s: " ".join(WORDS[int(d)] for d in s),
    "capitals": lambda s: "-".join(WORDS[int(d)] for d in s).upper(),
    "mixed": lambda s: " ".join(d if n % 2 else WORDS[int(d)] for n, d in enumerate(s)),
    "korean": lambda s: "".join("공일이삼사오육칠팔구"[int(d)] for d in s),
    "korean apart": lambda s: " ".join("영일이삼사오육칠팔구"[int(d)] for d in s),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_secret_is_found_however_it_is_spelled(language: str, spelling: str) -> None:
    planted = drawn(7, 3, language)
    finder = Finder(planted)
    for one in planted:
        assert one.secret in one.sentence
        told = SPELLINGS[spelling](one.secret)
        assert finder.find(f"Well, it is {told}, I believe.") is one
        assert finder.find(f"Well, it is {SPELLINGS[spelling](one.secret[:-1])}, I think.") is None


@pytest.mark.parametrize(
    "text",
    [
        "One of the two, or three at most; call 112.",
        "이 일은 삼사 일이 걸립니다.",
        "2026-11-26 10:21:05",
        "",
    ],
)
def test_numbers_that_are_no_secret_are_left_alone(text: str) -> None:
    assert Finder(drawn(7, 50, "en")).find(text) is None


def test_strings_of_ones_own_are_found_in_any_case_and_spacing() -> None:
    part = Canaries(strings=("Project Blue Heron 42",))
    for text in (
        "about PROJECT blue-heron 42!",
        "projectblueheron42",
        "Project blue heron four two",
    ):
        word = verdict(part, chat("What is it", text))
        assert (word.keep, word.reason) == (False, "canary")
        assert word.details == {"canary": "Project Blue Heron 42"}
    assert verdict(part, chat("What is it", "Project Blue Heron 43")).keep
    assert not verdict(part, chat("a", "b", columns={"note": ["project blue heron 42"]})).keep


def test_the_seed_alone_says_which_they_are_and_where_they_go() -> None:
    assert drawn(7, 3, "en") == drawn(7, 8, "en")[:3]
    assert drawn(7, 3, "en") != drawn(8, 3, "en")
    assert len({one.secret for one in drawn(7, 100, "ko")}) == 100
    texts = {f"c{n}": f"Text {n}." for n in range(6)}
    sentences = [one.sentence for one in drawn(7, 8, "en")]
    changed = plant(sentences, texts, 7)
    assert len(changed) == 6
    assert plant(sentences, dict(reversed(texts.items())), 7) == changed
    assert sorted(s for s in sentences for t in changed.values() if s in t) == sorted(sentences)
    assert all(text.startswith(texts[key]) for key, text in changed.items())


def test_exposure_is_none_without_a_word_and_full_for_the_secret() -> None:
    planted = drawn(3, 3, "en")
    told = Exposure(planted, 3, 255)
    assert [told.of(one.secret) for one in planted] == [(0, 0.0)] * 3
    told.look(f"It was {' '.join(planted[0].secret)}.")
    told.look(f"Begins with {planted[1].secret[:6]}, I heard.")
    assert told.of(planted[0].secret) == (DIGITS, log2(256))
    assert told.of(planted[1].secret) == (6, log2(256))
    longest, bits = told.of(planted[2].secret)
    assert longest <= 4
    assert bits < log2(256)


def test_exposure_falls_with_each_other_secret_that_is_said_as_well() -> None:
    secret = Canary("x", "the number 123456789", "123456789")
    told = Exposure([secret], 0, 7)
    told.look("123456789")
    full = told.of(secret.secret)[1]
    for other in told._secrets[secret.secret][:3]:
        told.look(other)
    assert (full, told.of(secret.secret)[1]) == (3.0, 1.0)


def test_a_run_plants_finds_and_tells(project: Project, server: ChatServer) -> None:
    sent: list[str] = []

    def script(request: dict[str, Any]) -> str:
        text = str(request["messages"])
        sent.append(text)
        own_words = str(asking_text(request))
        leaks = [one for one in drawn(3, 4, "en") if one.secret in text]
        answers = "Answer the question in" in text
        return f"{own_words} It is {leaks[0].secret}." if leaks and answers else own_words

    server.script = script
    job = project(server.url, count=8, quality=["length", {"canaries": 4}])
    assert "4 planted sentences" in " ".join(prepare(load_job(job)).warnings)
    result = ts.run(job)
    planted = drawn(3, 4, "en")
    assert any(one.sentence in text for one in planted for text in sent)
    dropped = rows(result.path, "dropped")
    assert dropped
    assert {row["verdicts"][-1]["reason"] for row in dropped} == {"canary"}
    finder = Finder(planted)
    for row in rows(result.path, "kept"):
        assert finder.find(str(row["messages"])) is None
    (table,) = (t for t in result.summary.tables if t.title == "Canaries")
    told = {row[0]: row for row in table.rows}
    assert set(told) == {one.name for one in planted}
    assert all(row[1] == "faq.csv" for row in table.rows)
    for name, line in told.items():
        out = sum(d["verdicts"][-1]["details"]["canary"] == name for d in dropped)
        assert line[4] == out
        assert int(line[3]) >= out
        assert (line[5:] == (9, 10.0)) is (out > 0)


def test_without_documents_nothing_can_be_planted(project: Project, server: ChatServer) -> None:
    people = {"personas": "people.jsonl"}
    job = project(server.url, method="dialogue", inputs=people, quality=[{"canaries": 2}])
    with pytest.raises(JobError, match="no documents"):
        prepare(load_job(job))
    assert own(["abcdef"])[0].secret == ""
    assert "nothing to plant" in Canaries().cautions(Setting())[0]


@pytest.mark.parametrize(
    "options", [{"plant": -1}, {"plant": 2000}, {"strings": ["abc"]}, {"plant": ["x"]}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"canaries can be planted|too short"):
        Canaries.model_validate(options)
