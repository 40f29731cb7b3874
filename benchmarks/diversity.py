"""The diversity figures of a varied, a templated and a collapsed corpus, side by side.

    python -m benchmarks.diversity [10000]

Each row is a customer's question and an agent's answer of several sentences. Varied: subjects,
objects, verbs and places are drawn one by one for each of a dozen sentence forms. Templated: three
frames with two slots. Collapsed: one frame, one slot with eight fillers. A figure that is worth
having orders the three.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence

from textsynth.variety.figures import Diversity, Row, Survey

COUNT = 10_000
_SYLLABLES = [first + last for first in "bdfghjklmnprstvwz" for last in "aeiou"]
_KOREAN = "가나다라마바사아자차카타파하거너더러머버서어저처고노도로모보"
_FORMS = {
    "en": (
        "I was wondering whether the {0} could be {1} before {2}.",
        "My {0} stopped working near {1}, so {2} is out of the question.",
        "Does anyone know how {0} and {1} fit together with {2}?",
        "Last week {0} sent me to {1}; nobody there had heard of {2}.",
        "Please cancel {0}. It clashes with {1} and costs more than {2}.",
        "Could you explain why {0} needs {1} when {2} does not?",
        "For {0} we recommend {1}, unless {2} is already in place.",
        "Thanks for writing in about {0}; {1} will look at {2} today.",
        "There are two ways: {0} through {1}, or {2} by post.",
        "Once {0} has been checked, {1} follows and {2} is closed.",
        "Nothing in {0} rules out {1}, so try {2} first.",
        "It depends on {0}: with {1} it takes a day, with {2} a week.",
    ),
    "ko": (
        "{0}을 {1} 전에 {2}로 바꿀 수 있는지 궁금합니다.",
        "{1} 근처에서 {0}이 멈춰서 {2}는 생각도 못 하겠어요.",
        "{0}하고 {1}이 {2}랑 어떻게 맞물리는지 아시나요?",
        "지난주에 {0}에서 {1}로 가라고 했는데 {2}는 아무도 모르더라고요.",
        "{0}은 취소해 주세요. {1}과 겹치고 {2}보다 비쌉니다.",
        "{2}에는 없는데 왜 {0}에만 {1}이 필요한가요?",
        "{0}이라면 {1}을 권해 드립니다. {2}가 없을 때만요.",
        "{0} 문의 주셔서 감사합니다. {1} 담당자가 오늘 {2}를 살펴보겠습니다.",
        "방법은 두 가지입니다. {1}에서 {0}하시거나 {2}를 우편으로 보내세요.",
        "{0} 확인이 끝나면 {1}이 이어지고 {2}는 마감됩니다.",
        "{0}에는 {1}을 막는 내용이 없으니 {2}부터 해 보시죠.",
        "{0}에 따라 다릅니다. {1}이면 하루, {2}면 일주일 걸립니다.",
    ),
}  # fmt: skip
_FRAMES = {
    "en": (
        ("I'm calling about my {0}, can you help me with {1}?",
         "Of course. To change your {0} I need to look at {1} first. Is that all right with you?"),
        ("Hi, I have a question about {0} and {1}.",
         "Happy to help! Your {0} is ready, and {1} will follow soon. Anything else today?"),
        ("Could you tell me more about {0}? I also need {1}.",
         "Certainly. The {0} is free of charge, while {1} has a small fee. Shall I go on?"),
    ),
    "ko": (
        ("{0} 때문에 전화드렸는데요, {1}도 도와주실 수 있나요?",
         "네, 물론입니다. {0}을 바꾸려면 먼저 {1}을 확인해야 합니다. 괜찮으시겠어요?"),
        ("안녕하세요, {0}하고 {1}에 대해 질문이 있습니다.",
         "네, 도와드리겠습니다. {0}은 준비되었고 {1}은 곧 이어집니다. 더 필요한 것 있으세요?"),
        ("{0}에 대해 더 알려 주시겠어요? {1}도 필요합니다.",
         "알겠습니다. {0}은 무료이고 {1}은 수수료가 조금 있습니다. 계속할까요?"),
    ),
}  # fmt: skip


def words(language: str, count: int) -> list[str]:
    """Made-up nouns."""
    rng = random.Random(11)
    parts = _KOREAN if language == "ko" else _SYLLABLES
    return ["".join(rng.choices(parts, k=rng.randint(2, 4))) for _ in range(count)]


def corpus(kind: str, language: str, count: int) -> list[Row]:
    """Rows of one kind: varied, templated or collapsed."""
    rng, many = random.Random(5), words(language, 4000)
    few = many[:60]

    def free() -> str:
        forms = rng.sample(_FORMS[language], 3)
        return " ".join(form.format(*rng.choices(many, k=3)) for form in forms)

    def varied() -> tuple[str, str]:
        return free(), free()

    def templated() -> tuple[str, str]:
        ask, answer = rng.choice(_FRAMES[language])
        slots = rng.choices(few, k=2)
        return ask.format(*slots), answer.format(*slots)

    def collapsed() -> tuple[str, str]:
        ask, answer = _FRAMES[language][0]
        slots = [rng.choice(few[:8]), few[0]]
        return ask.format(*slots), answer.format(*slots)

    make: Callable[[], tuple[str, str]] = {
        "varied": varied, "templated": templated, "collapsed": collapsed
    }[kind]  # fmt: skip
    return [Row([("user", asked), ("assistant", told)]) for asked, told in
            (make() for _ in range(count))]  # fmt: skip


def measured(rows: Sequence[Row]) -> tuple[Diversity, float, float]:
    """(figures, seconds, MB that it took at most beside the rows)."""
    began = time.perf_counter()
    Survey().extend(rows).diversity()
    seconds = time.perf_counter() - began
    tracemalloc.start()
    found = Survey().extend(rows).diversity()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found, seconds, peak


def lines(found: Diversity) -> dict[str, str]:
    """Figure → value in words."""
    own, whole = found.all, found.whole
    kinds, runs = found.unseen[-1], found.unseen[-2]
    top = next(iter(found.openings["user"]), ("", 0, 0.0))
    return {
        **{f"distinct-{n}, all rows": f"{whole[f'distinct_{n}']:.4f}" for n in (1, 2, 3)},
        **{f"distinct-{n}, blocks of {own.distinct_tokens:,} tokens": f"{share:.3f}"
           for n, share in enumerate(own.distinct, 1)},
        "self-BLEU": f"{own.self_bleu:.3f}",
        "nearest, mean": f"{own.nearest_mean:.3f}", "nearest, 5 %": f"{own.nearest_low:.3f}",
        f"Vendi of {own.pair_rows:,}": f"{own.vendi:.1f}", "compression": f"{own.compression:.1f}",
        "most frequent opening": f"{100 * top[2]:.0f} %",
        "next run of 3 tokens is new": f"{100 * runs.new:.0f} %",
        "next first turn is of a new kind": f"{100 * kinds.new:.1f} %",
        "kinds of first turns, at least": (
            "not known yet" if kinds.in_all is None else f"{kinds.in_all:,}"
        ),
    }  # fmt: skip


def main(count: int) -> None:
    """Prints one table a language."""
    for language in ("en", "ko"):
        found = [
            measured(corpus(kind, language, count)) for kind in ("varied", "templated", "collapsed")
        ]
        columns = [
            {**lines(own), "seconds": f"{seconds:.1f}", "MB at most": f"{peak:.0f}"}
            for own, seconds, peak in found
        ]
        print(f"| {language}, {count:,} rows | varied | templated | collapsed |")
        print("|---|---:|---:|---:|")
        for name in columns[0]:
            print(f"| {name} | {' | '.join(column[name] for column in columns)} |")
        print(flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
