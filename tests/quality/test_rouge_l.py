"""RougeL: rows whose instruction says what an earlier kept one or an example says go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.quality.samples import chat
from textsynth.errors import JobError
from textsynth.quality.rouge_l import RougeL
from textsynth.records import Closing, Sample, Setting

WASH = "Explain how to wash a woollen jumper by hand."
NEAR = "Explain how to wash a woollen hat by hand."  # 8 of 9 words: 0.89
NEARER = "Explain how to dry a woollen hat by sun."  # 7 of 9 with NEAR, 5 of 9 with WASH
FAR = "Name three rivers that flow into the North Sea."


def task(text: str, **columns: Any) -> Sample:
    return chat(text, "An answer.", columns=columns)


def words(part: RougeL, samples: list[Sample], **rows: Any) -> list[tuple[bool, float | None]]:
    screen = part.screen(Setting(rows=rows))
    return [(v.keep, v.score) for v in map(screen, samples)]


def test_a_row_like_an_earlier_one_goes_with_its_score() -> None:
    screen = RougeL().screen(Setting())
    first, second, third = (screen(task(text)) for text in (WASH, NEAR, FAR))
    assert (first.keep, first.score) == (True, 0.0)
    assert (second.keep, second.reason, second.score) == (False, "like_an_earlier_one", 0.8889)
    assert (third.keep, third.score) == (True, 0.0)


def test_what_it_dropped_drops_no_other() -> None:
    found = words(RougeL(), [task(WASH), task(NEAR), task(NEARER)])
    assert [keep for keep, _ in found] == [True, False, True]
    assert words(RougeL(), [task(NEAR), task(NEARER)])[1][0] is False


def test_what_has_no_answer_drops_no_other() -> None:
    assert words(RougeL(), [chat(WASH, ""), task(NEAR)])[1][0] is True
    asked_only = chat(WASH, "")
    asked_only = replace(asked_only, messages=asked_only.messages[:1])
    assert words(RougeL(), [asked_only, task(NEAR)])[1][0] is False


def test_the_examples_count_as_earlier_rows() -> None:
    examples = [{"id": "1", "instruction": WASH}, {"id": "2", "question": FAR}, {"id": "3"}]
    found = words(RougeL(), [task(NEAR), task(FAR)], examples=examples)
    assert found == [(False, 0.8889), (False, 1.0)]


def test_the_threshold_itself_drops() -> None:
    pair = [task("one two three four"), task("one two three five")]  # 0.75
    assert words(RougeL(threshold=0.75), pair)[1][0] is False
    assert words(RougeL(threshold=0.7501), pair)[1][0] is True


def test_what_is_compared() -> None:
    columns = {"instruction": FAR, "input": WASH}
    row, other = task(WASH, **columns), task(WASH, instruction=NEAR, input=WASH)
    assert words(RougeL(), [row, other])[1][0] is True
    assert words(RougeL(on="input"), [row, other])[1] == (False, 1.0)
    assert words(RougeL(on="first_turn"), [row, other])[1] == (False, 1.0)
    with pytest.raises(JobError, match="'verdict'"):
        words(RougeL(on="verdict"), [row])


def test_a_row_without_an_instruction_goes() -> None:
    verdict = RougeL().screen(Setting())(task("  "))
    assert (verdict.keep, verdict.reason) == (False, "empty")
    assert words(RougeL(), [task("?!"), task("?!")])[1] == (True, 0.0)


def on_disk(home: Path, scores: list[tuple[bool, float | None]], name: str = "rouge_l") -> Closing:
    (home / "rows").mkdir()
    for kind in (True, False):
        lines = [
            {"index": 3 * i, "verdicts": [
                {"filter": "length", "keep": True, "score": None},
                {"filter": name, "keep": keep, "score": score},
            ]}
            for i, (keep, score) in enumerate(scores) if keep is kind
        ]  # fmt: skip
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (home / "rows" / f"{'kept' if kind else 'dropped'}.jsonl").write_text(text, "utf8")
    return Closing(home, home, (), ())


def test_the_novelty_curve_is_told_in_the_order_of_the_briefs(tmp_path: Path) -> None:
    scores: list[tuple[bool, float | None]] = [(i % 10 >= i // 10, i / 100) for i in range(100)]
    (table,) = RougeL().closing(on_disk(tmp_path, scores))
    assert table.title == "Novelty of the instructions"
    assert [row[1] for row in table.rows] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert table.rows[0] == ("1 to 10", 10, "100 %", 0.045)
    assert table.rows[9] == ("91 to 100", 1, "10 %", 0.945)


def test_a_curve_of_few_rows_and_of_none(tmp_path: Path) -> None:
    few, none = tmp_path / "few", tmp_path / "none"
    few.mkdir()
    none.mkdir()
    (table,) = RougeL().closing(on_disk(few, [(True, 0.1), (False, 0.9), (True, None)]))
    assert table.rows == (("1 to 1", 1, "100 %", 0.1), ("2 to 2", 0, "0 %", 0.9))
    assert RougeL().closing(on_disk(none, [(True, 0.1)], name="another")) == []
    assert RougeL().closing(Closing(none, none / "gone", (), ())) == []
