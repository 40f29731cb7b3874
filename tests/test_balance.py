"""Quotas on what is known only of written rows: kept in brief order, told where they fall short."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.asking_filter import AskingFilter
from tests.conftest import Project
from tests.quality.samples import chat
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, prompt_texts
from textsynth.errors import JobError, ShortError
from textsynth.jobfile import load_job
from textsynth.materials import prepare
from textsynth.quality import Filter
from textsynth.quality.balance import Balance
from textsynth.records import Closing, Setting
from textsynth.runfolder import read_rows
from textsynth.screening import Screening


def uneven(request: Request) -> str:
    """A text: short in two of three replies, long in the others."""
    text = prompt_texts(request)[-1]
    number = zlib.crc32(text.encode())
    if text.startswith("Good?"):
        return "yes"
    more = " and again" * 60 if number % 3 == 0 else ""
    tone = ("thank you, that is great", "this is terrible", "so it is")[number % 7 % 3]
    return f"Matter {number % 9973} came up{more}, {tone}."


def rows(run: Path, kind: str) -> list[dict[str, Any]]:
    return list(read_rows(run / "rows" / f"{kind}.jsonl"))


def made(project: Project, url: str, **fields: Any) -> Path:
    """A job of the method classify, whose texts are whatever the model says."""
    vary = {"label": ["one", "two"], **fields.pop("vary", {})}
    return project(url, method={"classify": {"verify": "none"}}, inputs=None, vary=vary, **fields)


LENGTHS = {"length_band": {"short": 10, "medium": 14}}


def test_quotas_on_measured_properties_hold_whatever_the_concurrency(project: Project) -> None:
    found, tables = [], []
    for at_once in (1, 8, 64):
        with ChatServer(script=uneven, latency=0.002 * (at_once > 1), jitter=0.9) as server:
            path = made(
                project, server.url, count=24, quotas=LENGTHS, concurrency=at_once,
                quality=["length"], max_briefs=400,
            )  # fmt: skip
            result = ts.run(path, out=path.parent / f"out{at_once}")
        assert result.summary.facets["length_band"] == {"medium": 14, "short": 10}
        reasons = result.summary.reasons
        assert reasons.keys() == {"balance: full: length_band=short"}
        found.append(
            tuple((result.path / "rows" / f"{k}.jsonl").read_bytes() for k in ("kept", "dropped"))
        )
        tables += [t for t in result.summary.tables if ("length_band=medium", 14, 14, 0) in t.rows]
    assert found[0] == found[1] == found[2]
    assert set(tables[0].rows) == {
        ("length_band=short", 10, 10, reasons["balance: full: length_band=short"]),
        ("length_band=medium", 14, 14, 0),
    }


def test_a_row_that_another_filter_drops_fills_no_cell(project: Project) -> None:
    with ChatServer(script=uneven) as server:
        strict = {"length": {"min_chars": 20, "max_chars": 300}}
        path = made(
            project, server.url, count=8, quotas={"length_band": {"short": 8}}, quality=[strict]
        )
        result = ts.run(path)
    assert result.summary.facets["length_band"] == {"short": 8}
    assert {row["verdicts"][-1]["keep"] for row in rows(result.path, "kept")} == {True}


def test_a_cell_that_cannot_be_filled_is_named_and_the_run_ends(project: Project) -> None:
    with ChatServer(script=uneven) as server:
        quotas = {"length_band": {"short": 6, "medium": 4, "long": 3}}
        path = made(project, server.url, count=13, quotas=quotas, quality=["length"], max_briefs=90)
        with pytest.raises(ShortError, match=r"3 of 13 rows are missing.*long: 3 more") as e:
            ts.run(path)
    assert e.value.exit_code == 4


def test_two_properties_and_a_product_with_a_facet(project: Project) -> None:
    with ChatServer(script=uneven) as server:
        path = made(
            project, server.url, count=12, vary={"mood": ["angry", "polite"]}, quality=["length"],
            max_briefs=400,
            quotas={
                "sentiment": "exact",
                "mood x length_band": {
                    "angry x short": 3, "angry x medium": 3, "polite x short": 6
                },
            },
        )  # fmt: skip
        result = ts.run(path)
    facets = [row["facets"] for row in rows(result.path, "kept")]
    assert Counter(f["sentiment"] for f in facets) == {
        "positive": 4, "neutral": 4, "negative": 4
    }  # fmt: skip
    assert Counter(f["mood x length_band"] for f in facets) == {
        "angry x short": 3, "angry x medium": 3, "polite x short": 6
    }  # fmt: skip


def test_a_judge_is_not_paid_for_rows_whose_cell_is_full(project: Project) -> None:
    with ChatServer(script=uneven) as server:
        path = made(
            project, server.url, count=10, quality=["length"], max_briefs=400, concurrency=1
        )
        folder = path.parent / "prompts" / "asking_filter"
        folder.mkdir(parents=True)
        (folder / "word.en.jinja").write_text("--- user\nGood? {{ text }}\n", "utf8")
        filters: tuple[Filter, ...] = (
            Balance(rows={"length_band": {"short": 2, "*": 8}}), AskingFilter(),
        )  # fmt: skip
        job = load_job(path).model_copy(update={"quality": filters})
        result = ts.run(job)
    assert result.summary.dropped > 5
    late = rows(result.path, "dropped")[2:]
    assert all("asking_filter" not in str(row["replies"]) for row in late)


@pytest.mark.parametrize(
    ("quotas", "words"),
    [
        ({"length_band": {"short": 3}}, "line .*cannot be met.*add up to 3, count is 20"),
        ({"lenght_band": {"short": 20}}, "Did you mean 'length_band'"),
        ({"language": "exact"}, "says not how many rows"),
        ({"length_band": {"short": -1}}, "greater than or equal to 0"),
    ],
    ids=["sum", "spelling", "exact", "negative"],
)
def test_quotas_that_cannot_be_are_refused(
    project: Project, quotas: dict[str, Any], words: str
) -> None:
    path = project("http://127.0.0.1:9/v1", quotas=quotas)
    with pytest.raises(JobError, match=words):
        prepare(load_job(path))


def test_a_facet_goes_before_a_property_of_its_name(project: Project) -> None:
    path = project("http://127.0.0.1:9/v1", vary={"label": ["a", "b"]}, quotas={"label": "exact"})
    job = load_job(path)
    assert job.quotas == {"label": "exact"}
    assert "balance" not in [part.part for part in job.quality]


def test_bands_of_ones_own_and_the_rest_of_the_values() -> None:
    part = Balance.model_validate(
        {"bands": {"tiny": 10, "big": None}, "length_band": {"tiny": 1, "big": 2}}
    )
    assert Balance.model_validate(part.model_dump()) == part
    screening = Screening([part], Setting())
    said = ["hi", "hello", "a text of some length", "짧은글이다"]
    words = [screening.decide(screening.look(chat(text)))[1][0].reason for text in said]
    assert words == ["", "full: length_band=tiny", "", ""]
    assert screening.short() == []


def test_values_that_nobody_named_are_unwanted() -> None:
    screening = Screening([Balance(rows={"column.level": {"easy": 1}})], Setting())
    hard = replace(chat("x"), columns={"level": "hard"})
    (verdict,) = screening.decide(screening.look(hard))[1]
    assert (verdict.reason, verdict.details["measured"]) == (
        "unwanted: column.level", {"column.level": "hard"}
    )  # fmt: skip
    assert screening.short() == ["column.level=easy: 1 more"]


@pytest.mark.parametrize(
    "bands", [{"a": 10}, {"a": 10, "b": 5}, {"a": 20, "b": 10, "c": None}], ids=str
)
def test_bands_must_rise_to_an_open_one(bands: dict[str, int | None]) -> None:
    with pytest.raises(ValueError, match="bands must rise"):
        Balance(bands=bands)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"length_band": {"tiny": 5}}, "no row can have the length_band 'tiny'"),
        ({"turns x sentiment": {"2 x glad": 5}}, "no row can have the sentiment 'glad'"),
    ],
    ids=["alone", "in a product"],
)
def test_a_value_that_no_row_can_have_is_refused(rows: dict[str, Any], words: str) -> None:
    with pytest.raises(JobError, match=words):
        Balance(rows=rows).cautions(Setting(count=5))
    Balance(rows={"length_band x sentiment": {"short x positive": 3, "*": 2}}).cautions(
        Setting(count=5)
    )


def test_the_table_counts_all_other_values_together() -> None:
    part = Balance(rows={"length_band": {"short": 1, "*": 2}})
    screening = Screening([part], Setting(count=3))
    texts = ["hi", "hello", "word " * 100, "word " * 2000]
    found = [screening.decide(screening.look(chat(text)))[:2] for text in texts]
    screened = [(sample, tuple(words)) for sample, words in found]
    closing = Closing(Path(), Path(), (), (), screened=screened, setting=Setting(count=3))
    (table,) = part.closing(closing)
    assert table.rows[0] == ("length_band=short", 1, 1, 1)
    assert table.rows[-1] == ("length_band: all others", 2, 2, 0)
