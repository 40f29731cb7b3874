"""Personal data in text: recall by kind, false positives on clean text, and speed.

    python -m benchmarks.privacy

Recall and false positives are those of the sets in tests/data/privacy. Speed is characters of CPU
time on one core, over a text of clean sentences, a text where one sentence in twenty holds values,
and texts made to send a careless pattern into the woods.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from benchmarks.copies import row as row_of
from benchmarks.copy_texts import answers, documents
from tests.privacy.planted import rows, score
from textsynth.privacy import KINDS, find, gates
from textsynth.quality.pii import Pii
from textsynth.records import Setting

SIZE = 400_000
PROSE = {
    "en": (
        "The loan officer read the file twice before lunch.",
        "We opened a second branch by the river, and the old one stays open on weekdays.",
        "Rain fell all afternoon while the team went through the claims one by one.",
        "If the parcel does not arrive within five days, ask the shop for a new one.",
        "Most patients leave the clinic with a short letter for their own practice.",
        "The court heard both sides and put off its ruling until the next session.",
    ),
    "ko": (
        "상담을 원하시는 분은 번호표를 뽑고 자리에서 기다려 주시기 바랍니다.",
        "오늘은 비가 많이 와서 배송이 하루 늦어질 수 있다는 안내를 받았습니다.",
        "계약서를 다시 읽어 보니 해지 조건이 생각보다 까다로웠습니다.",
        "진료가 끝난 뒤에는 처방전을 들고 가까운 약국으로 가시면 됩니다.",
        "새로 나온 적금 상품은 매달 조금씩 넣어도 이자가 붙는다고 합니다.",
        "법원은 양쪽의 주장을 모두 들은 다음 선고 날짜를 정하였습니다.",
    ),
}


def texts() -> Iterator[tuple[str, str]]:
    """(what it is, the text), of about SIZE characters each."""
    for language, prose in PROSE.items():
        pick = random.Random(7)
        clean = [row["text"] for row in rows("clean") if row["language"] == language]
        planted = [row["text"] for row in rows("planted") if row["language"] == language]
        yield f"prose {language}", _fill(lambda p=pick, s=prose: p.choice(s))
        yield f"clean set {language}", _fill(lambda p=pick, s=clean: p.choice(s))
        mixed = [*prose * 4, planted[0]]
        yield f"mixed {language}", _fill(lambda p=pick, s=mixed: p.choice(s))
    for name, unit in HARD.items():
        yield name, unit * (SIZE // len(unit))


HARD = {
    "digits": "1234567890",
    "digits and spaces": "1 2 3 4 ",
    "a.a.a.a@": "a.a.a.a@",
    "spaces": " ",
    "surnames": "김이박최정강조윤",
    "capitals": "Aa Bb Cc ",
    "hyphens": "0-1-2-3-",
    "quotes": "name: \"'",
    "titles": "Mr Mrs Dr ",
    "commas": "name,phone,",
    "colons": "a:b:c::d",
    "JWT": "eyJ.eyJ-",
    "keys": "-----BEGIN ",
    "roads": "가로길동리 1",
    "pluses": "+1 2 3 4 5 6",
}


def _fill(draw: object) -> str:
    assert callable(draw)
    parts: list[str] = []
    size = 0
    while size < SIZE:
        parts.append(str(draw()))
        size += len(parts[-1]) + 1
    return "\n".join(parts)


def main() -> None:
    """Prints three tables."""
    sets = {name: score(name) for name in ("planted", "second", "clean", "second_clean")}
    print("kind             planted   second")
    for kind in KINDS:
        shown = [f"{sets[n].found[kind]}/{sets[n].planted[kind]}" for n in ("planted", "second")]
        print(f"{kind:15} {shown[0]:>8} {shown[1]:>8}")
    for name in ("clean", "second_clean"):
        print(f"{name}: {len(sets[name].beside)} false positives in {len(rows(name))} texts")
    print("\ntext               MB/s (UTF-8)   M characters/s   findings")
    for name, text in texts():
        started = time.process_time()
        found = len(find(text))
        took = time.process_time() - started
        size = len(text.encode()) / 1e6
        print(f"{name:18} {size / took:12.2f} {len(text) / 1e6 / took:16.2f} {found:10}")
    _filter()


def _filter() -> None:
    """The filter pii over rows of a question and an answer, with and without the gates."""
    print("\nrows of pii   characters   us/row   without gates   rows with findings")
    for language in ("en", "ko"):
        pick = random.Random(f"pii {language}")
        texts = answers(language, 1000, documents(language, 60, pick), pick)
        kept = [row["text"] for row in rows("planted") if row["language"] == language]
        mixed = [f"{text}\n{pick.choice(kept)}" if n % 20 == 0 else text
                 for n, text in enumerate(texts)]  # fmt: skip
        made = [row_of(n, text, language, "") for n, text in enumerate(mixed)]
        mend = Pii().mend(Setting(language))
        took, found = {}, 0
        for gates.OPEN in (False, True):
            for sample in made[:50]:
                mend(sample)
            started = time.process_time()
            found = sum(bool(mend(sample)[1]) for sample in made)
            took[gates.OPEN] = (time.process_time() - started) / len(made) * 1e6
        gates.OPEN = False
        size = sum(map(len, mixed)) / len(mixed)
        print(f"{language:11} {size:12.0f} {took[False]:8.0f} {took[True]:15.0f} {found:20}")


if __name__ == "__main__":
    main()
