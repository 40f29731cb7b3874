"""The kinds of questions that `qa` writes: how each is asked for, answered and checked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textsynth.asking import Ask
from textsynth.methods import _lines as lines
from textsynth.methods import _quotes, _words
from textsynth.methods._turns import tidy
from textsynth.records import Brief

Row = dict[str, Any]
_DENSE = ("ja", "zh", "th")
"""Languages that say in few characters what others say in many."""

_OPEN = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how)\b(?! (?:if|ever)\b)"
    r"|무엇|무슨|뭐|뭘|얼마|언제|어디|어떻게|어떤|누구|누가|(?<![가-힣])왜(?![가-힣])|몇",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"\W*(?:not (?:\w+ )?in the text|글에 (?:\S+ )?없|none\b|없음"
    r"|nicht im text|(?:pas|non|n'est pas) dans le texte|no (?:está )?en el texto|niet in de tekst"
    r"|(?:non|não|nao) (?:è |está )?n(?:el test|o text)o|нет в тексте"
    r"|(?:本文|テキスト|文章)に(?:は|も)?[^。]{0,8}(?:ありません|ない|なし)|文(?:中|本中)(?:没有|未))",
    re.IGNORECASE,
)


_TEXT = re.compile(r"\bthe (?:two )?texts?\b", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?<![^.!?, ])(?:as )?the texts? (?:\w+ )?(?:states?|says?|mentions?|specif(?:y|ies)) that ",
    re.I,
)
_PIECE = re.compile(
    r"(?:the|an?|any|my|your|more|whether|how|what|when|which|who|where|if|details|information)\b",
    re.IGNORECASE,
)


class Useless(Exception):
    """A try that came to nothing: what is wrong with it, and the reply."""

    def __init__(self, problem: str, raw: str) -> None:
        super().__init__(problem)
        self.problem, self.raw = problem, raw


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, its answer, the chunks that it rests on and the columns of its kind."""

    question: str
    answer: str
    rests_on: Sequence[Row]
    columns: Mapping[str, Any]
    grounds: str = ""
    """What of the answer the quotes must bear out; all of it when empty."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a kind is written with."""

    brief: Brief
    ask: Ask
    joined: bool = False
    """Whether a question of two chunks is put together from one of each."""

    @property
    def chunks(self) -> list[Row]:
        """The chunk, and the second one where the brief has it."""
        fields = self.brief.fields
        return [fields["chunk"], *([fields["other"]] if fields.get("other") else [])]

    def leaks(self, question: str) -> bool:
        """Whether a question repeats the words that say how its asker sounds."""
        attributes = (self.brief.fields.get("persona") or {}).get("attributes") or {}
        tone = _quotes.telling(str(attributes.get("tone", "")))
        return len(tone) > 1 and len(tone & _quotes.telling(question)) > len(tone) / 2

    def pick(self, take: int) -> int:
        """A number that gives each try of each brief another wording."""
        return self.brief.number("question", 0, 999) + take


async def factual(desk: Desk, take: int) -> Pair:
    """A question that the chunk answers. The short answer that comes with it stands in where the
    second reply finds none: small models say so too often."""
    chunk = desk.brief.fields["chunk"]
    text = chunk["text"]
    reply = await desk.ask("question", take=take, pick=desk.pick(take))
    question, short = parted(reply.text)
    if not sound(question, text) or not lines.asks(question) or desk.leaks(question):
        raise Useless("the model wrote no question", reply.text)
    reply = await desk.ask("answer", question=question)
    answer = tidy(reply.text)
    if answered(answer) and sound(answer, text, question) and answer != question:
        return Pair(question, answer, [chunk], {})
    if sound(short, text, question) and lines.covered(short, text) >= 0.7:
        return Pair(question, short, [chunk], {})
    raise Useless(f"the chunk does not answer the question: {question}", reply.text)


async def yes_no(desk: Desk, take: int) -> Pair:
    """A question that is answered by yes or no, the one that this brief is for, with the reason."""
    chunk = desk.brief.fields["chunk"]
    text, language = chunk["text"], desk.brief.language
    wanted = ("yes", "no")[desk.brief.half]
    yes, no = _words.yes_no(language)
    word = yes if wanted == "yes" else no
    reply = await desk.ask("yes_no", take=take, pick=desk.pick(take), wanted=wanted, word=word)
    question, short = parted(reply.text)
    # What is to be denied may name a figure that the text does not have.
    known = text if wanted == "yes" else f"{text} {question}"
    bad = not lines.asks(question) or _OPEN.search(question) or desk.leaks(question)
    if bad or not sound(question, known):
        raise Useless("the model wrote no question for yes or no", reply.text)
    reply = await desk.ask("yes_no_answer", question=question, yes=yes, no=no)
    answer = tidy(reply.text)
    if not answered(answer) and lines.covered(short, text) >= 0.7:
        answer = short
    said, reason = _words.polarity(without_source(answer), language)
    before = _words.polarity(short, language)[0]
    if said != wanted or before not in ("", wanted):
        # Asked twice, a small model that guesses says one thing and then the other.
        raise Useless(f"the answer was to be '{word}': {question}", reply.text)
    if (
        len(reason) < (4 if language in _DENSE else 8)
        or not sound(reason, text, question)
        or not answered(reason)
    ):
        raise Useless(f"the answer gives no reason: {question}", reply.text)
    answer = _words.opened(wanted, reason, language)
    return Pair(question, answer, [chunk], {"yes_no": wanted}, reason)


async def unanswerable(desk: Desk, take: int) -> Pair:
    """A question that fits the chunk and is not answered by it; the answer is in set words."""
    chunk = desk.brief.fields["chunk"]
    text = chunk["text"]
    reply = await desk.ask("unanswerable", take=take, pick=desk.pick(take))
    question, needed = parted(reply.text)
    bad = lines.refuses(question) or lines.about_text(question) or not lines.asks(question)
    if not question or bad or "..." in question or "…" in question or desk.leaks(question):
        raise Useless("the model wrote no question", reply.text)
    words = _quotes.telling(question)
    if not words & _quotes.telling(text):
        raise Useless(f"the question has nothing to do with the chunk: {question}", reply.text)
    if any(
        len(words & _quotes.telling(text[a:b])) >= 0.7 * len(words) > 1
        for a, b in _quotes.sentences(text)
    ):
        raise Useless(f"a sentence of the chunk has all of the question: {question}", reply.text)
    if len(needed.split()) > 5 and _quotes.bearing(needed, text, least=0.8):
        # Small models answer the question instead of saying what is missing.
        raise Useless(f"the model answered the question from the chunk: {question}", reply.text)
    reply = await desk.ask("answerable", question=question)
    if not _NO_ANSWER.match(tidy(reply.text)):
        # Fails closed: only the plain word that nothing answers it counts.
        raise Useless(f"the chunk may answer the question: {question}", reply.text)
    if not _is_piece(needed, desk.brief.language):
        reply = await desk.ask("needed", question=question)
        needed = one_line(reply.text)
    if not _is_piece(needed, desk.brief.language):
        raise Useless("the model did not say what an answer would need", reply.text)
    return Pair(question, _words.unknown(needed, desk.brief.language), [], {"needed": needed})


def _is_piece(needed: str, language: str) -> bool:
    """Whether a line names a piece of information, and is neither an answer nor the question."""
    least = 2 if language in _DENSE else 6
    if not least <= len(needed) <= 120 or re.search(r"\d|[?？|]|\.\.\.|…|[.!]\s", needed):
        return False
    if lines.refuses(needed) or lines.about_text(needed) or lines.first_person(needed, language):
        return False
    if language == "en" and needed.isascii() and not _PIECE.match(needed):
        return False
    return (
        not re.search(r"(?:(?:니다|어요|아요|세요|네요)[.\s]*|(?:です|ます|ません)。?)$", needed)
        and len(needed.split()) <= 16
    )


async def multi_hop(desk: Desk, take: int) -> Pair:
    """A question whose answer needs something of each of two chunks."""
    if len(desk.chunks) < 2:
        raise Useless("no other chunk has enough in common with this one", "")
    make = _joined if desk.joined else _of_two
    pair = await make(desk, take, "multi_hop")
    one, other = desk.chunks
    for this, that in ((one, other), (other, one)):
        own = _quotes.telling(this["text"]) - _quotes.telling(that["text"])
        if not own & _quotes.telling(pair.answer):
            raise Useless("the answer needs only one of the two chunks", pair.answer)
    return pair


async def comparison(desk: Desk, take: int) -> Pair:
    """A question that sets two things side by side, of two chunks or of one."""
    pair = await _of_two(desk, take, "comparison")
    if len(desk.chunks) == 2:
        for row in desk.chunks:
            if not _quotes.telling(row["text"]) & _quotes.telling(pair.answer):
                raise Useless("the answer says nothing of one of the two", pair.answer)
    return pair


async def _joined(desk: Desk, take: int, step: str) -> Pair:
    """A question of each chunk, put into one: what a small model manages."""
    questions, answers = [], []
    for row in desk.chunks:
        text = row["text"]
        reply = await desk.ask("fact", take=take, pick=desk.pick(take), passage=text)
        question, answer = parted(reply.text)
        if not sound(question, text) or not lines.asks(question) or desk.leaks(question):
            raise Useless("the model wrote no question", reply.text)
        if not sound(answer, text, question) or lines.covered(answer, text) < 0.7:
            raise Useless(f"the chunk does not answer the question: {question}", reply.text)
        questions.append(question)
        answers.append(answer if answer[-1] in ".!?。" else f"{answer}.")
    reply = await desk.ask("join", take=take, first=questions[0], second=questions[1])
    question = one_line(reply.text)
    whole = all(lines.covered(part, question) >= 0.5 for part in questions)
    if not whole or not lines.asks(question) or not sound(question, " ".join(questions)):
        raise Useless("the two questions did not become one", reply.text)
    return Pair(question, " ".join(answers), desk.chunks, {})


async def _of_two(desk: Desk, take: int, step: str) -> Pair:
    known = " ".join(row["text"] for row in desk.chunks)
    reply = await desk.ask(step, take=take, pick=desk.pick(take))
    question, short = parted(reply.text)
    if not sound(question, known) or not lines.asks(question) or desk.leaks(question):
        raise Useless("the model wrote no question", reply.text)
    reply = await desk.ask("answer_two", question=question)
    answer = without_source(tidy(reply.text))
    if answered(answer) and sound(answer, known, question) and answer != question:
        return Pair(question, answer, desk.chunks, {})
    if sound(short, known, question) and lines.covered(short, known) >= 0.7:
        return Pair(question, short, desk.chunks, {})
    raise Useless(f"the chunks do not answer the question: {question}", reply.text)


KINDS: dict[str, Callable[[Desk, int], Awaitable[Pair]]] = {
    "factual": factual,
    "multi_hop": multi_hop,
    "unanswerable": unanswerable,
    "yes_no": yes_no,
    "comparison": comparison,
}


def parted(text: str) -> tuple[str, str]:
    """The question and what comes after the bar, of the first line that has something."""
    question, _, rest = one_line(text).partition("|")
    return question.strip(), rest.strip()


def sound(line: str, chunk: str, question: str = "") -> bool:
    """Whether a line is no refusal, does not speak of the text, and has its figures from it.

    Dots for something left out come from the form that the prompt shows.
    """
    bad = lines.refuses(line) or lines.about_text(line) or "..." in line or "…" in line
    bad = bad or (bool(_TEXT.search(line)) and not _TEXT.search(chunk))
    return bool(line) and not bad and lines.grounded(line, chunk, question)


def without_source(answer: str) -> str:
    """An answer without the words that name its source, such as "The text states that"."""
    found = _SOURCE.search(answer)
    if not found:
        return answer
    rest = answer[found.end() :]
    return answer[: found.start()] + rest[:1].upper() + rest[1:]


def answered(line: str) -> bool:
    """Whether a line is an answer, and not the word that there is none."""
    return not _NO_ANSWER.match(line)


def one_line(text: str) -> str:
    """The first line that is not empty, without numbering or a label."""
    there = [line for line in tidy(text).splitlines() if line.strip()]
    if not there:
        return ""
    head, mark, rest = there[0].partition(":")
    label = head.strip("* ").lower() in ("question", "q", "질문")
    line = rest if mark and label else there[0]
    return tidy(line.strip().lstrip("0123456789.)-* "))
