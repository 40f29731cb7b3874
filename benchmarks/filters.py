"""Microseconds that each filter which looks at a row alone takes for one.

    python -m benchmarks.filters [filter …]

Rows are conversations of two turns and about 500 characters, a customer's question and an agent's
answer, in English and in Korean; each differs from the others, so that nothing is found in a cache.
The last column is for a row with lists, a table and code. Processor time counts, of the
best of five rounds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from pydantic import ValidationError

from textsynth.errors import JobError
from textsynth.quality import SHELF, Screen
from textsynth.records import Message, Sample, Setting

ROWS, ROUNDS = 400, 5

ENGLISH = (
    "Hi, I sent {n} dollars to my sister's account at another bank on Monday and it still has not "
    "arrived. The app says it is pending, and nobody has told me why. Can you check what happened?",
    "Thanks for letting me know. Transfers to other banks usually take up to two working days, and "
    "Monday was a public holiday, so your {n} dollars should arrive by tomorrow evening. If they "
    "have not, please write to us again with the date of the transfer, and we will ask the other "
    "bank to look for the payment. There is no fee for that, and you can follow it in the app.",
)
KOREAN = (
    "안녕하세요, 월요일에 다른 은행에 있는 동생 계좌로 {n}원을 보냈는데 아직 입금이 안 "
    "됐다고 하네요. 앱에는 처리 중이라고만 나오고 아무 안내도 없어서 걱정이 됩니다. 무슨 "
    "일이 있는지 확인해 주실 수 있을까요? 보낼 때 계좌번호를 두 번이나 확인했고, 수수료도 "
    "이미 빠져나간 상태예요. 동생이 내일 월세를 내야 해서 조금 급합니다.",
    "알려 주셔서 감사합니다. 다른 은행으로 보내신 돈은 보통 영업일 기준으로 이틀 안에 "
    "도착하는데, 월요일이 공휴일이어서 {n}원은 내일 저녁까지 입금될 예정입니다. 그때까지 "
    "입금되지 않으면 이체하신 날짜와 함께 다시 연락 주세요. 상대 은행에 확인을 요청해 "
    "드리겠습니다. 이 요청에는 수수료가 들지 않고, 진행 상황은 앱의 이체 내역에서 보실 수 "
    "있습니다. 급하시면 가까운 지점에서 당일 이체로 바꾸실 수도 있는데, 신분증을 꼭 챙겨 "
    "가셔야 합니다. 지점은 오전 아홉 시부터 오후 네 시까지 열려 있습니다.",
)
MIXED = (
    "How do I read the file `rows_{n}.csv` in Python, and what do the columns mean?",
    "Use the module **csv**:\n\n```python\nimport csv\n\nwith open('rows_{n}.csv') as "
    "file:\n    for row in csv.DictReader(file):\n        print(row['amount'])\n```\n\n| "
    "column | meaning |\n|---|---|\n| amount | in cents |\n| date | when it was booked |\n\n"
    "Then:\n\n1. Check that the file is UTF-8.\n2. Skip rows without a date.\n3. Sum up the "
    "amounts.",
)


def rows(texts: Sequence[str], language: str) -> list[Sample]:
    """Conversations that differ by a number."""
    made = []
    for n in range(ROWS):
        said = [text.replace("{n}", str(1000 + 7 * n)) for text in texts]
        messages = (
            Message(role="user", content=said[0]),
            Message(role="assistant", content=said[1]),
        )
        made.append(Sample(str(n), n, str(n), "dialogue", language, messages))
    return made


def microseconds(screen: Screen, samples: Sequence[Sample]) -> float:
    """The best round, for one row."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for sample in samples:
            screen(sample)
        best = min(best, time.process_time() - began)
    return 1e6 * best / len(samples)


def main(chosen: Sequence[str]) -> None:
    """Prints the table."""
    kinds = {name: SHELF.load(name) for name in chosen or SHELF.names()}
    sets = [(rows(ENGLISH, "en"), "en"), (rows(KOREAN, "ko"), "ko"), (rows(MIXED, "en"), "en")]
    print(f"{'filter':18}{'English':>10}{'Korean':>10}{'code':>10}   µs a row")
    for name, kind in kinds.items():
        if not kind.alone:
            continue
        try:
            part = kind()
            taken = [microseconds(part.screen(Setting(language=c)), found) for found, c in sets]
        except (ValidationError, JobError):
            print(f"{name:18}  needs options or columns of its own")
            continue
        print(f"{name:18}" + "".join(f"{each:10.1f}" for each in taken))


if __name__ == "__main__":
    main(sys.argv[1:])
