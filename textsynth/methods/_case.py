"""What a support conversation is about, settled before anyone speaks: needs, answers, and a no."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import _lines as lines
from textsynth.methods._turns import line_of, tidy
from textsynth.records import Brief

_NUMBERING = re.compile(r"^\W*(?:\d+[.)]|[-*•])?\s*")
_SENTENCES = re.compile(r"(?<=[.!?।])\s+|(?<=[。！？])\s*|\n+")
_END = re.compile("[.!。।\u0e01-\u0e5b]$")
"""How a sentence ends; Thai has no mark for it."""

_LABEL = re.compile(r"^[\w ]{1,20}:\s+")
_LIMITS = re.compile(
    r"\b(?:cannot|can't|can not|not|never|only|at most|at least|up to|must|limit|within \d+|not yet"
    r"|planned)\b|없|않|못|불가|만 (?:가능|이용|신청)|까지|이내|이상|이하|한도|최대|예정|해야",
    re.IGNORECASE,
)
# What is only so in some case is easily turned round, what is free denies nothing, and what begins
# with "they" is about nothing.
_LOOSE = re.compile(
    r"\b(?:if|unless|otherwise|free)\b|무료|^(?:they|it|this|these|that|both|each|also)\b|면 |경우"
    r"|^(?:이|그)\b",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"\b(?:can|may|you|free)\b|있습니다|하시면|됩니다|하세요|가능", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Case:
    """What the customer wants to know, in order, with the answers; and what it is denied.

    `wish` goes against `rule`, a sentence of the policy or of the document; `instead` is what is
    possible. All three are empty unless the outcome is `refused`.
    """

    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    wish: str = ""
    rule: str = ""
    instead: str = ""

    @property
    def requests(self) -> tuple[str, ...]:
        """All that the customer asks for; the wish comes last."""
        return (*self.needs, self.wish) if self.wish else self.needs


async def needs_of(brief: Brief, ask: Ask, company: str, about: str, wanted: int) -> dict[str, str]:
    """What the customer wants to know, with the answers: `wanted`, or fewer if there are.

    Raises ReplyError when three replies hold none.
    """
    chunk = brief.fields["chunk"]["text"]
    found: dict[str, str] = {}
    for take in range(3):
        number = wanted - len(found)
        # Small models go on listing: the next number ends the list.
        stop = {"stop": ["\n" if number == 1 else f"\n{number + 1}."]}
        reply = await ask(
            "needs", take=take, options=stop, company=company, about=about, number=number
        )
        for need, answer in pairs(reply.text, chunk, brief.language).items():
            said = " ".join([*found, *found.values()])
            if lines.covered(need, said) < 0.8 and lines.covered(answer, said) < 0.8:
                found[need] = answer
        if len(found) >= wanted or (found and take):
            return dict(list(found.items())[:wanted])
    raise ReplyError("the model found nothing that a customer may want to know", reply.text)


def pairs(text: str, chunk: str, language: str = "en") -> dict[str, str]:
    """The questions of a list of `question | answer`, with the answers that stand in the chunk."""
    found: dict[str, str] = {}
    shortest = 6 if language in ("ja", "zh", "th") else 12
    for line in re.sub(r"\s*\n+\s*\|", " |", text).splitlines():
        question, _, answer = _NUMBERING.sub("", tidy(line)).partition("|")
        question, answer = question.strip(), answer.strip()
        sound = lines.grounded(answer, chunk) and lines.covered(answer, chunk) >= 0.7
        whole = shortest <= len(answer) <= 400 and _END.search(answer) and not lines.asks(answer)
        fresh = lines.covered(answer, question) < 0.9 and not lines.about_text(answer)
        agent = not lines.first_person(answer, language) and lines.answers(answer, question)
        fits = sound and whole and fresh and agent and "..." not in question + answer
        if 6 <= len(question) <= 110 and lines.asks(question) and fits:
            found.setdefault(question, answer)
    return found


def rule_of(brief: Brief, policy: str) -> tuple[str, str]:
    """(what stands against a wish, what is possible instead) for a brief, drawn by its number.

    A line of the policy, `rule | what is possible instead`, where there is one; else a sentence of
    the chunk that sets a limit, a figure if it can, or any. Raises ReplyError where it has none.
    """
    told = [line for line in policy.splitlines() if not line.startswith("#")]
    own = [rule for rule in (_NUMBERING.sub("", line).strip() for line in told) if rule]
    if own:
        rule, _, instead = own[brief.number("rule", 0, len(own) - 1)].partition("|")
        return rule.strip(), instead.strip() or _instead(brief, rule)
    told = _told(brief)
    firm = [line for line in told if not _LOOSE.search(line)]
    limits = [line for line in firm if _LIMITS.search(line)]
    figures = [line for line in firm if re.search(r"\d", line)]
    choice = limits or figures or firm or told
    if not choice:
        raise ReplyError("the document holds nothing that could be declined", "")
    rule = choice[brief.number("rule", 0, len(choice) - 1)]
    return rule, _instead(brief, rule)


def _told(brief: Brief) -> list[str]:
    """The sentences of the chunk that tell something."""
    parts = _SENTENCES.split(brief.fields["chunk"]["text"])
    found = [_LABEL.sub("", part.strip()) for part in parts]
    return [part for part in found if 20 <= len(part) <= 240 and not lines.asks(part)]


def _instead(brief: Brief, rule: str) -> str:
    others = [line for line in _told(brief) if line not in rule and lines.covered(line, rule) < 0.8]
    fits = [line for line in others if _POSSIBLE.search(line)]
    return fits[brief.number("instead", 0, len(fits) - 1)] if fits else ""


async def wish_of(brief: Brief, ask: Ask, rule: str) -> str:
    """What a customer asks for that the rule does not allow. Raises ReplyError if nothing fits."""

    def fits(line: str) -> bool:
        bad = lines.refuses(line) or lines.serves(line) or lines.echoes(line, rule)
        # Asking for just the figures of the rule does not go against it.
        bad = bad or (any(map(str.isdigit, line)) and lines.grounded(line, rule))
        return 6 <= len(line) <= 160 and lines.asks(line) and not bad and "\n" not in line

    reply = await line_of(ask, "wish", fits, rule=rule)
    return tidy(reply.text, ("Customer", "Agent"))
