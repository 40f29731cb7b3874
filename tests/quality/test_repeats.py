"""Duplicates however the work is done: streaming, batch, either kernel, elsewhere, after a stop."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.quality.samples import chat, kept
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request, prompt_texts
from tests.test_minhash import compiled, texts_with_copies
from textsynth.jobfile import load_job
from textsynth.quality import Filter
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.records import Sample, Setting, Verdict
from textsynth.runfolder import read_rows
from textsynth.screening import Screening

FIELDS = ("question", "answer")


def words(request: Request) -> str:
    """Questions of which many come again, some of them with one word changed."""
    dice = random.Random(sum(prompt_texts(request)[-1].encode()) % 90)
    names = "abcdefghij"
    said = " ".join(dice.choice(names) * 3 + dice.choice(names) for _ in range(12))
    return f"Why does {said}{dice.choice(('', '', ' too'))} stand on my bill?"


def rows_of(run: Path) -> list[dict[str, Any]]:
    found = [
        row for kind in ("kept", "dropped") for row in read_rows(run / "rows" / f"{kind}.jsonl")
    ]
    return sorted(found, key=lambda row: row["index"])


def indexes(run: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((run / "index").iterdir())}


def test_streaming_batch_and_both_kernels_agree(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    quality = [{"exact_duplicates": {"on": "question"}},
               {"near_duplicates": {"on": ["question", "answer"]}}]  # fmt: skip
    runs = []
    with ChatServer(script=words) as server:
        path = project(server.url, count=12, quality=quality)
        for at_once in (1, 32):
            runs.append(ts.run(path, concurrency=at_once, out=path.parent / f"out{at_once}").path)
    rows = rows_of(runs[0])
    reasons = {v["reason"] for row in rows for v in row["verdicts"]}
    assert reasons >= {"", "exact_duplicate", "near_duplicate"}
    assert rows_of(runs[1]) == rows
    assert indexes(runs[1]) == indexes(runs[0])
    for kernel in ("compiled", "numpy"):
        if kernel == "numpy":
            monkeypatch.setattr("textsynth.minhash._native", None)
        batch = Screening(load_job(path).quality, Setting(home=path.parent))
        for row in rows:
            sample = Sample.from_json({k: v for k, v in row.items() if k != "verdicts"})
            found = batch.decide(batch.look(sample))[1]
            assert [v.to_json() for v in found] == row["verdicts"]
        batch.save(runs[0])
        assert indexes(runs[0]) == indexes(runs[1])


def test_a_run_that_goes_on_ends_as_one_that_did_not_stop(project: Project) -> None:
    quality = [{"near_duplicates": {"on": ["question", "answer"]}}, "exact_duplicates"]
    with ChatServer(script=words) as server:
        path = project(server.url, quality=quality)
        part = ts.run(path, count=5, out=path.parent / "a").path
        early = indexes(part)
        ts.run(path, count=12, out=path.parent / "a")
        ts.run(path, count=12, out=path.parent / "b")
    assert rows_of(part) == rows_of(path.parent / "b")
    assert indexes(part) == indexes(path.parent / "b") != early


def digest_of_run() -> str:
    texts = [text for text, _ in texts_with_copies(4, 150)]
    found: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "old.jsonl").write_text(
            "".join(json.dumps({"question": t, "answer": "x"}) + "\n" for t in texts[:40]), "utf8"
        )
        for kind in (ExactDuplicates, NearDuplicates):
            part = kind.model_validate({"on": FIELDS, "against": "old.jsonl"})
            screening = Screening([part], Setting(home=Path(folder)))
            for n, text in enumerate(texts[20:]):
                sample = replace(chat(text, f"{text} {n % 9}"), id=f"r{n}", index=n)
                found.append([v.to_json() for v in screening.decide(screening.look(sample))[1]])
            screening.save(Path(folder))
        found += [file.read_bytes() for file in sorted(Path(folder, "index").iterdir())]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_another_process_says_the_same_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path / "one"))
    here = digest_of_run()
    root = Path(__file__).parents[2]
    script = "from tests.quality.test_repeats import digest_of_run as d; print(d())"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root, text=True, check=True, capture_output=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(root), "PATH": "",
             "TEXTSYNTH_CACHE": str(tmp_path / "two")},
    )  # fmt: skip
    assert ran.stdout.strip() == here
    monkeypatch.setattr("textsynth.minhash._native", None)
    assert digest_of_run() == here, "the cached index of the kernel, read by its twin"
    monkeypatch.setenv("TEXTSYNTH_CACHE", str(tmp_path / "three"))
    assert digest_of_run() == here


@compiled
@pytest.mark.parametrize("seed", range(3))
def test_verdicts_do_not_depend_on_the_kernel(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for text, _ in texts_with_copies(seed, 300)] + ["ok", "네", "OK", "네"]

    def verdicts() -> list[Verdict]:
        screen = NearDuplicates(on=FIELDS, threshold=0.7).screen(Setting())
        return [
            screen(replace(chat(text, texts[(7 * n) % 90]), id=f"r{n}", index=n))
            for n, text in enumerate(texts)
        ]

    with_kernel = verdicts()
    monkeypatch.setattr("textsynth.minhash._native", None)
    assert verdicts() == with_kernel
    assert {v.details.get("field") for v in with_kernel} >= {"question", "answer"}


JAPANESE = "昨日注文した新しいカードはいつごろ自宅に届きますか。教えてください。"
KOREAN = "어제 지점에서 신청한 새 카드는 언제쯤 집으로 배송되는지 알려 주세요."


@pytest.mark.parametrize(
    ("text", "near", "other"),
    [
        pytest.param(JAPANESE, JAPANESE.replace("ください", "ね"),
                     "貯金の金利は来月からどのように変わりますか。教えてください。", id="japanese"),
        pytest.param(KOREAN, KOREAN.replace("알려 주세요", "알려주세요"),
                     "적금 금리는 다음 달부터 어떻게 바뀌는지 알려 주세요.", id="korean"),
        pytest.param("我昨天在网点申请的新银行卡大概什么时候能寄到家里来呢",
                     "我昨天在网点申请的新银行卡大概什么时候能寄到家里来啊",
                     "下个月开始定期存款的利率会有什么样的变化呢", id="chinese"),
    ],
)  # fmt: skip
def test_languages_written_without_spaces_or_in_syllables(text: str, near: str, other: str) -> None:
    assert kept(NearDuplicates(), [chat(text), chat(near), chat(other)]) == [True, False, True]
    assert kept(ExactDuplicates(), [chat(text), chat(near), chat(text)]) == [True, True, False]


NUMBERED = [
    ("私は林檎を{}個持っていて、さらに{}個買いました。全部で何個ですか。", 0.95),
    ("我有{}个苹果，又买了{}个，请问现在一共有多少个苹果？", 0.95),
    ("어느 가게에서 사과를 {}개 팔고 배를 {}개 팔았습니다. 모두 몇 개를 팔았나요?", 0.95),
    ("A train leaves at {} and another one follows it at {}. When do the two trains meet?", 0.95),
]


@pytest.mark.parametrize(("problem", "threshold"), NUMBERED)
def test_problems_that_differ_in_numbers_stay(problem: str, threshold: float) -> None:
    rows = [chat(problem.format(11 + 3 * n, 97 - 2 * n)) for n in range(40)]
    assert all(kept(NearDuplicates(threshold=threshold), rows))
    assert all(kept(ExactDuplicates(), rows))


@pytest.mark.parametrize("part", [ExactDuplicates, NearDuplicates])
def test_reversed_words_and_single_words_stay(part: type[Filter]) -> None:
    text = "저는 어제 은행에서 새로운 통장을 하나 만들고 왔습니다"
    rows = [chat(text), chat(" ".join(reversed(text.split()))), *map(chat, text.split())]
    assert all(kept(part(), rows))
