"""Documents of services, answers about them in other words, and near-copies of seven sorts."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textsynth.privacy.particles import last_sound

_TEXTS = json.loads(Path(__file__).with_name("copy_texts.json").read_text("utf8"))
SERVICES, HOUSES = _TEXTS["services"], _TEXTS["houses"]
DOCUMENT, ANSWER = _TEXTS["document"], _TEXTS["answer"]
AROUND, CITING = _TEXTS["around"], _TEXTS["citing"]
ASPECTS = ("fee", "days", "limit", "proof", "cancel", "hours", "contact", "loss")


@dataclass(frozen=True, slots=True)
class Document:
    """A chunk, what it says, and its sentences by aspect."""

    id: str
    text: str
    facts: dict[str, str]
    sentences: dict[str, str]


def documents(language: str, count: int, pick: random.Random) -> list[Document]:
    """Chunks of five to seven sentences about one service of one house each."""
    made = []
    for number in range(count):
        service = SERVICES[language][number % len(SERVICES[language])]
        facts = {
            "service": service, "house": pick.choice(HOUSES[language]),
            "fee": str(pick.randint(3, 60)), "days": str(pick.randint(3, 21)),
            "limit": str(pick.randint(4, 40)), "notice": str(pick.choice((6, 12, 24, 36, 48, 72))),
            "open": str(pick.choice((8, 9, 10))), "loss": str(pick.randint(10, 90)),
            "은는": "는" if last_sound(service) == 0 else "은",
        }  # fmt: skip
        chosen = pick.sample(ASPECTS, pick.randint(5, 7))
        sentences = {
            aspect: pick.choice(DOCUMENT[language][aspect]).format(**facts) for aspect in chosen
        }
        made.append(
            Document(f"{language}-{number}", " ".join(sentences.values()), facts, sentences)
        )
    return made


def answers(language: str, count: int, sources: list[Document], pick: random.Random) -> list[str]:
    """What an assistant may say about a document: in its own words, now and then with a sentence
    of it (one in seven, with or without quotation marks), short or on all points."""
    made = []
    for number in range(count):
        source = sources[number % len(sources)]
        aspects = list(source.sentences)
        chosen = pick.sample(aspects, pick.choice((1, 1, 2, 2, 3, 4, len(aspects))))
        parts = [pick.choice(ANSWER[language][a]).format(**source.facts) for a in chosen]
        if number % 7 == 0:
            said = (
                min(source.sentences.values(), key=len)
                if pick.random() < 0.6
                else pick.choice(list(source.sentences.values()))
            )
            parts.insert(
                pick.randint(0, len(parts)), pick.choice(CITING[language]).format(said=said)
            )
        opening, closing = (pick.choice(part).format(**source.facts) for part in AROUND[language])
        made.append(" ".join(part for part in (opening, *parts, closing) if part))
    return made


Edit = Callable[[Document, str, random.Random], str]


def _cut(source: Document, language: str, pick: random.Random) -> str:
    words = source.text.split()
    size = int(len(words) * pick.uniform(0.4, 0.6))
    start = pick.randint(2, max(2, len(words) - size - 2))
    return " ".join(words[start : start + size])


def _names(source: Document, language: str, pick: random.Random) -> str:
    text = source.text
    for old, new in _TEXTS["other_houses"][language]:
        text = text.replace(old, new)
    return text.replace(source.facts["service"], pick.choice(SERVICES[language]))


def _order(source: Document, language: str, pick: random.Random) -> str:
    sentences = list(source.sentences.values())
    pick.shuffle(sentences)
    turned = []
    for sentence in sentences:
        body = sentence.rstrip(".")
        head, mark, tail = body.partition(", " if ", " in body else "; ")
        if mark and language == "en":
            tail = re.sub("^and ", "", tail)
            turned.append(f"{tail[0].upper()}{tail[1:]}, and {head[0].lower()}{head[1:]}.")
        else:
            turned.append(sentence)
    return " ".join(turned)


def _paraphrase(source: Document, language: str, pick: random.Random) -> str:
    text = source.text
    for old, new in _TEXTS["synonyms"][language].items():
        text = re.sub(rf"\b{old}\b" if language == "en" else old, new, text)
    return text


def _numbers(source: Document, language: str, pick: random.Random) -> str:
    text = source.text
    if language == "en":
        text = re.sub(r"£([0-9]+)", r"\1 pounds", text)
        text = re.sub("[0-9]+", lambda m: _TEXTS["numbers"].get(m[0], m[0]), text)
    else:
        text = re.sub(r"([0-9]+),000원", r"\1천 원", text)
    return "\n".join(f"- {line}" for line in re.split(r"(?<=[.;]) ", text))


def _register(source: Document, language: str, pick: random.Random) -> str:
    text = source.text
    for old, new in _TEXTS["shortened" if language == "en" else "endings"]:
        text = text.replace(old, new)
    return text


SORTS: dict[str, Edit] = {
    "verbatim": lambda source, language, pick: source.text,
    "cut out of the middle": _cut,
    "names changed": _names,
    "order changed": _order,
    "light paraphrase": _paraphrase,
    "numbers and format": _numbers,
    "endings, register": _register,
}
COUNTS = {"en": (4, 4, 4, 4, 3, 3, 3), "ko": (3, 3, 3, 4, 4, 4, 4)}


def copies(
    language: str, sources: list[Document], pick: random.Random
) -> list[tuple[str, Document, str]]:
    """(sort, the document, the copy) of 25 near-copies."""
    chosen = iter(pick.sample(sources, sum(COUNTS[language])))
    return [
        (sort, source, edit(source, language, pick))
        for (sort, edit), count in zip(SORTS.items(), COUNTS[language], strict=True)
        for source in (next(chosen) for _ in range(count))
    ]
