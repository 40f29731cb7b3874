"""Replies for the methods knowledge, creative and converse: lines that their checks let pass."""

from __future__ import annotations

import re

_WORD = re.compile(r"[가-힣]{2,}|[A-Za-z]{5,}")


def teaching_reply(texts: list[str]) -> str | None:
    """The reply to a prompt of one of the three methods, by its words; None to any other."""
    last = texts[-1]
    if "numbered list of the terms" in last:
        return "1. starter culture\n2. oven spring\n3. crumb structure\n4. proving time"
    if "번호를 붙인 목록만" in last:
        return "1. 발효 온도\n2. 이자 계산\n3. 상환 기간\n4. 응급 조치"
    if "Only the question, in one line." in last and 'about "' in last:
        return f"I tried {' with '.join(_quoted(last))} at home; how does one go about it?"
    if "질문만 존댓말로 한 줄에" in last:
        return f"제가 {', '.join(_quoted(last))}을 써 보려고 하는데 어떻게 하나요?"
    if re.search(r"\((?:Answer|First say)", last):
        return _steps(last.split("?")[0], "Many people believe otherwise, but in fact it is so")
    if re.search(r"\((?:먼저|짧은 단계|두 가지를|사실을|세 문장)", last):
        return _steps(last.split("?")[0], "흔히 잘못 생각하지만 사실은 다릅니다")
    if "Write what they type" in last or "그 사람이 입력할 요청" in last:
        return _request(last)
    if "You begin in the middle of things" in texts[0] or "글을 불쑥 시작합니다" in texts[0]:
        return _piece(texts)
    if "Write the person's next message" in last:
        words = _words(last.split("last answer:")[1].split("Write the")[0])
        return f"But I wonder why {words} come in: what does that mean, in short, for example?"
    if "이 사람이 이어서 쓸 말" in last:
        words = _words(last.split("마지막 답:")[1].split("이 사람이")[0])
        return (
            f"그런데 제가 {words} 왜 나오는지 모르겠어요. 시간이 없다면 예를 들어 요약해 주실래요?"
        )
    return None


def _quoted(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'"([^"\n]+)"', text.split("{")[0])))[:2]


def _words(text: str) -> str:
    found = list(dict.fromkeys(_WORD.findall(text)))
    return " ".join(sorted(found, key=len)[-4:])


def _steps(named: str, opening: str) -> str:
    return f"{opening}: {named}.\n1. {named[:40]}.\n2. Wait.\n3. Look again."


def _request(text: str) -> str:
    lines = [line for line in text.splitlines() if re.match(r"Somebody wants|내용|조건|어떤", line)]
    return " ".join(lines).replace("Somebody wants", "I want")


def _piece(texts: list[str]) -> str:
    """Four lines that name what is asked for; as a dialogue where one is wanted."""
    said = [word for word in _WORD.findall(texts[-1].split("\n")[0]) if len(word) > 1]
    name = re.search(r'"(\w+): \.\.\."', texts[-1])
    other = re.search(r"(?:turn: \w+ and (\w+)|번갈아 말합니다: \w+, (\w+))", texts[-1])
    if name and other:
        who = (name[1], other[1] or other[2])
        return "\n".join(f"{who[n % 2]}: {' '.join(said)} {n}." for n in range(6))
    return "\n".join(f"{' '.join(said[n::4])} {' '.join(said[:4])}, {n}." for n in range(8))
