"""Deterministic replies for the test chat server: texts and embeddings."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from hashlib import blake2b
from math import sqrt
from typing import Any

from .schemas import schema_value

Request = dict[str, Any]
Reply = str | dict[str, Any]
Script = Callable[[Request], Reply]

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_DELIVERY_KEYS = ("stream", "stream_options")
_HANGUL = re.compile("[\uac00-\ud7a3\u3131-\u318e]")


def request_hash(request: Request) -> str:
    """Return 32 hexadecimal digits that identify a request body by its canonical JSON."""
    return blake2b(_CANONICAL(request).encode(), digest_size=16).hexdigest()


def message_text(message: Any) -> str:
    """Return the text of one message (or plain prompt); text parts are joined by newlines."""
    content = message.get("content") if isinstance(message, dict) else message
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (p.get("text") if isinstance(p, dict) else p for p in content)
        return "\n".join(p for p in parts if isinstance(p, str))
    return ""


def prompt_texts(request: Request) -> list[str]:
    """Return the texts of a request, oldest first: its messages, or its raw prompt."""
    if "messages" in request:
        return [message_text(message) for message in request["messages"]]
    return [message_text(request.get("prompt", ""))]


def is_korean(request: Request) -> bool:
    """Say whether either of the last two messages contains Hangul."""
    text = "".join(prompt_texts(request)[-2:])
    return not text.isascii() and _HANGUL.search(text) is not None


def request_digest(request: Request) -> bytes:
    """Return 64 bytes that depend on what is asked, not on how the answer is to travel."""
    # How the answer travels must not change what it says, or a streamed reply could not be
    # compared with the same reply in one piece.
    if "stream" in request or "stream_options" in request:
        request = {k: v for k, v in request.items() if k not in _DELIVERY_KEYS}
    return blake2b(_CANONICAL(request).encode()).digest()


_ENGLISH_WORDS = {
    "adj": "quiet sturdy recent careful ordinary narrow patient curious fragile generous hidden "
    "modest distant familiar gentle stubborn practical bright uneven seasonal reliable temporary "
    "complex elegant rural formal playful dense shallow ancient digital early foreign global "
    "humble joint local manual noisy obvious portable rapid skilled typical urgent vivid weekly "
    "yearly",
    "who": "teachers farmers nurses engineers students pilots editors bakers tourists managers "
    "scientists carpenters neighbours volunteers lawyers musicians parents gardeners drivers "
    "librarians painters analysts cooks designers sailors clerks historians athletes reporters "
    "mechanics poets miners",
    "thing": "bridge recipe schedule contract garden engine lesson harbour budget melody survey "
    "journal forecast kitchen lantern workshop policy tunnel orchard ledger compass festival "
    "archive notebook carriage glacier theatre vaccine satellite pension mirror border harvest "
    "charter keyboard blanket museum protocol mountain staircase ferry algorithm telescope "
    "passport warehouse fountain diagram pavement",
    "things": "maps tickets letters crops samples tools stories invoices batteries windows records "
    "seeds lectures cables jackets proposals puzzles markets rivers sketches bottles machines "
    "rumours exams shipments coins filters portraits meals signals trails mistakes questions "
    "islands servers fabrics murals habits wheels treaties",
    "verb": "repair compare measure describe postpone translate redesign inspect borrow defend "
    "simplify collect replace announce protect finance abandon rebuild question celebrate label "
    "restore examine publish combine ignore revise organise purchase document share test",
    "past": "repaired compared measured described postponed translated redesigned inspected "
    "borrowed defended simplified collected replaced announced protected financed abandoned "
    "rebuilt questioned celebrated labelled restored examined published combined ignored revised "
    "organised purchased documented shared tested",
    "adv": "slowly eagerly quietly openly rarely gladly often nearly firmly loosely warily calmly "
    "boldly neatly freely briefly cheaply politely secretly properly barely jointly smoothly "
    "honestly swiftly partly promptly bravely mostly fairly duly wisely",
}
_ENGLISH_PHRASES = {
    "place": "near the old station|in northern villages|across three districts|behind city hall|"
    "along the coast|at a small clinic|inside the main hall|on the second floor|around Lake Orta|"
    "under heavy snow|by the west gate|between two highways|within most offices|"
    "outside the capital|beside a canal|throughout the valley|over rough terrain|"
    "at several universities|in her cousin's shop|down in the basement",
    "time": "last winter|before sunrise|every other Tuesday|during the long drought|"
    "after the election|since 1998|within six weeks|at the end of March|when prices fell|"
    "just after lunch|for nearly a decade|once the rain stopped|by late autumn|"
    "as soon as possible|over the holidays|two days ago|until the deadline|throughout June|"
    "in the first quarter|on short notice",
    "lead": "As far as I know|To be fair|In practice|Roughly speaking|For example|On balance|"
    "Oddly enough|If you ask me|In many cases|Above all|Strictly speaking|At first glance|"
    "Looking back|More precisely|Even so|By contrast|Then again|In short",
    "why": "costs kept rising|nobody expected trouble|safety comes first|the old one failed|"
    "demand had doubled|time was short|experts disagreed|it saved energy|the law changed|"
    "visitors complained|space was limited|results looked promising|trust takes years|"
    "the weather turned|funding ran out|children love it",
}
# Four groups in turn: sentence i of a reply draws from every fourth template starting at i,
# so that one reply never uses a template twice.
_ENGLISH_TEMPLATES = (
    "The {adj} {thing} was {past} {time} because {why}.",
    "Many {who} {past} {adj} {things} {place}, and {who} {adv} {past} the {thing}.",
    "You could {verb} the {thing} {time} or {verb} {adj} {things} {adv}.",
    "{lead}, {who} who {verb} {things} {adv} also {verb} every {adj} {thing}.",
    "{lead}, the {thing} matters more than {adj} {things}, since {why}.",
    "{adj} {who} {place} {adv} {past} their {things} {time}.",
    "{time}, two {who} {past} the {adj} {thing} {place}.",
    "Should {who} {verb} {adj} {things} {time}, or {adv} {verb} the {thing}?",
    "{place}, {adj} {who} {adv} {verb} {things}, while {who} {verb} the {thing}.",
    "Try to {verb} each {thing} {adv}; {adj} {things} {place} help too.",
    "{things} and {things} were {adv} {past} {place}, although {why}.",
    "Some {adj} {who} {verb} {things} {place} to {verb} one {thing}!",
    "My {adj} {thing} {place} was {adv} {past} by {who}, for {why}.",
    "{time}, {adj} {things} replaced the {thing}, so {who} {verb} {things}.",
    "{lead}, {why}, and {adj} {who} {adv} {past} some {things}.",
    "Both {thing} and {thing} need {adj} {who} {place}, not {adj} {things}.",
    "{who} {past} {things} {time}; {adj} {who} {past} the {thing} {adv}.",
    "{lead}, I would {verb} this {adj} {thing} {time}.",
    "{why}, which made {who} {verb} the {adj} {thing} {place}.",
    "Without {adj} {things}, {who} {adv} {past} a certain {thing} {time}.",
)
_KOREAN_PHRASES = {
    "who": "동료들은|우리 팀은|학생들이|선생님께서는|이웃 주민들은|젊은 연구원이|담당자는|친구들이|"
    "여행객들은|지역 상인들이|개발자들은|부모님은|새 회원들이|전문가들은|기자들이|봉사자들은",
    "time": "어제 저녁에|지난 겨울|다음 주부터|점심시간마다|올해 초에|방학 동안|비가 그친 뒤|"
    "주말이면|오래전부터|회의가 끝나고|매달 첫날|이른 아침에|작년 가을|며칠 전|연말까지|요즘 들어",
    "place": "도서관에서|시장 근처에서|바닷가 마을에서|회사 강당에서|오래된 역 앞에서|온라인으로|"
    "연구실에서|공원 입구에서|시골 학교에서|병원 로비에서|작은 카페에서|박물관에서|강변에서|"
    "공장 옆에서|옥상에서|부산에서",
    "adj": "새로운|복잡한|오래된|간단한|중요한|낯선|조용한|값비싼|튼튼한|특별한|가벼운|어려운|"
    "흥미로운|소중한|평범한|급한",
    "obj": "계획을|문제를|자료를|지도를|계약서를|악기를|정원을|일정을|예산을|소설을|요리법을|"
    "설문을|기계를|그림을|규칙을|편지를|실험을|전시회를|의자를|프로그램을|보고서를|씨앗을|노래를|다리를",
    "adv": "천천히|꼼꼼하게|기꺼이|함께|다시 한번|몰래|자주|서둘러|조심스럽게|열심히|차례대로|가끔|"
    "정확하게|즐겁게|끝까지|조금씩",
    "and": "살펴보고|고친 뒤에|비교하면서|나누어 보고|준비하다가|기록한 다음|옮기면서|설명하고|"
    "모은 뒤|연습하며|바꾸느라|확인하고",
    "verb": "검토했습니다|완성했습니다|소개했어요|미루었습니다|다시 만들었어요|팔았습니다|"
    "기록해 두었습니다|찾아냈어요|보호했습니다|포기하지 않았습니다|공유했어요|줄였습니다|"
    "빌려 갔습니다|발표했어요|정리했습니다|바꾸었습니다",
    "lead": "제 생각에는|사실|예를 들어|그래도|솔직히 말하면|다행히|무엇보다|반대로|결국|의외로|"
    "보통은|요약하자면",
}
_KOREAN_TEMPLATES = (
    "{time} {who} {place} {adj} {obj} {adv} {verb}.",
    "{lead} {who} {obj} {and} {adj} {obj} {verb}.",
    "{place} {adj} {obj} {and} {who} {adv} {obj} {verb}.",
    "{lead}, {time} {adj} {obj} {adv} {and} {obj} {verb}.",
    "{who} {time} {obj} {and} {place} {adj} {obj} {verb}.",
    "{adj} {obj} {and} {time} {who} {obj} {adv} {verb}.",
    "{time} {place} {who} {adj} {obj} {and} {adv} {verb}!",
    "{lead} {adj} {obj} {place} {and}, {who} {obj} {adv} {verb}.",
)
_SLOT = re.compile(r"\{(\w+)\}")
_SLOTS_PER_SENTENCE = 14
_Template = tuple[str, tuple[tuple[str, ...], ...]]


def _compile(templates: tuple[str, ...], tables: dict[str, list[str]]) -> tuple[_Template, ...]:
    # Every table is stretched to 256 entries: then one digest byte picks an entry, with no
    # arithmetic on the hot path.
    wide = {name: tuple(t[i % len(t)] for i in range(256)) for name, t in tables.items()}
    compiled = []
    assert len(templates) % 4 == 0
    for template in templates:
        slots = tuple(wide[name] for name in _SLOT.findall(template))
        assert len(slots) <= _SLOTS_PER_SENTENCE
        compiled.append((_SLOT.sub("%s", template), slots))
    return tuple(compiled)


_ENGLISH = _compile(
    _ENGLISH_TEMPLATES,
    {k: v.split() for k, v in _ENGLISH_WORDS.items()}
    | {k: v.split("|") for k, v in _ENGLISH_PHRASES.items()},
)
_KOREAN = _compile(_KOREAN_TEMPLATES, {k: v.split("|") for k, v in _KOREAN_PHRASES.items()})


def _sentences(digest: bytes, templates: tuple[_Template, ...]) -> str:
    sentences = []
    for i in range(1 + (digest[0] & 3)):
        at = 1 + i * (_SLOTS_PER_SENTENCE + 1)
        template, slots = templates[digest[at] % (len(templates) // 4) * 4 + i]
        words = [t[b] for t, b in zip(slots, digest[at + 1 :], strict=False)]
        sentence = template % tuple(words)
        sentences.append(sentence[0].upper() + sentence[1:])
    return " ".join(sentences)


def _string(schema: dict[str, Any], digest: bytes) -> str:
    text = _sentences(bytes([digest[0] & 0xFC]) + digest[1:], _ENGLISH)  # one sentence
    if len(text) < schema.get("minLength", 0):
        text += "." * (schema["minLength"] - len(text))
    return text[: schema.get("maxLength", len(text))]


def varied_text(request: Request) -> str:
    """Reply with 1 to 4 sentences that depend only on the request, or with JSON if it asks so.

    The sentences are Korean when the last two messages contain Hangul, else English.
    """
    digest = request_digest(request)
    wanted = request.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") == "json_schema":
        schema = wanted.get("json_schema", {}).get("schema", {})
        return json.dumps(schema_value(schema, digest, _string), ensure_ascii=False)
    text = _sentences(digest, _KOREAN if is_korean(request) else _ENGLISH)
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        return json.dumps({"reply": text}, ensure_ascii=False)
    return text


def asking_text(request: Request) -> str:
    """Reply as `varied_text` does, but with a question without figures.

    Every method can use such a line: nothing in it contradicts a document. Forms keep figures.
    """
    if "response_format" in request:
        return varied_text(request)
    text = varied_text(request).rstrip(".!? ") + "?"
    return re.sub(r"\d", lambda digit: "abcdefghij"[int(digit[0])], text)


def echo_text(request: Request) -> str:
    """Reply with the text of the last message."""
    return prompt_texts(request)[-1]


def refuse_text(request: Request) -> str:
    """Reply with a refusal, in Korean when the last two messages contain Hangul."""
    if is_korean(request):
        return "죄송하지만 그 요청은 도와드릴 수 없습니다."
    return "I'm sorry, but I can't help with that request."


def fixed_text(request: Request) -> str:
    """Reply with the same sentence to every request."""
    return "This is a fixed reply."


def word_scores(request: Request) -> dict[str, Any]:
    """Moderation: violence where the text has the word "fight", else small scores by its hash."""
    text = str(request["input"])
    low = (zlib.crc32(text.encode("utf-8", "replace")) % 100) / 1000
    return {"harassment": low, "violence": 0.9 if "fight" in text else low / 2}


SCRIPTS: dict[str, Script] = {
    "varied": varied_text,
    "asking": asking_text,
    "echo": echo_text,
    "refuse": refuse_text,
    "fixed": fixed_text,
}


def embedding(text: str, dimensions: int = 64) -> list[float]:
    """Return a unit vector of signed character-trigram counts: similar texts lie close."""
    vector = [0.0] * dimensions
    padded = f"  {text.lower()} "
    for i in range(len(padded) - 2):
        code = zlib.crc32(padded[i : i + 3].encode("utf-8", "replace"))
        # The sign bit must not be one of the bits that pick the dimension.
        vector[code % dimensions] += 1.0 if code & 0x8000_0000 else -1.0
    length = sqrt(sum(x * x for x in vector))
    if length == 0.0:
        return [1.0] + [0.0] * (dimensions - 1)
    return [x / length for x in vector]
