"""What vectors are blind to: the numbers, dates and names of a text, and what it denies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from textsynth.records import digest

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE = re.compile(r"(?:^|[.!?:;\n]|[\"“‘(])\s*$")
_WORTH = {
    word: str(number)
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
         "twenty"), 2,
    )
}  # fmt: skip
_COUNTING = frozenset(
    (*("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand"),
     *("million", "billion", "half", "quarter", "double", "triple", "twice", "first", "second"),
     *("third", "fourth", "fifth", "monday", "tuesday", "wednesday", "thursday", "friday"),
     *("saturday", "sunday", "january", "february", "march", "april", "june", "july", "august"),
     *("september", "october", "november", "december", "today", "tomorrow", "yesterday"))
)  # fmt: skip
_DENYING = frozenset(
    ("no", "not", "never", "none", "nobody", "nothing", "without", "cannot", "neither", "nor",
     "hardly", "unable")
)  # fmt: skip
_KOREAN_DENIAL = re.compile(r"(?<!\S)(?:안|못)(?=\s)|없|아니|않|못하|말고|마세요|마십시오")


def mark_of(text: str, same: Collection[str]) -> int:
    """A whole number that is equal for two texts if those of `same` (numbers, negation, names) are.

    Numbers count as often as they stand there, in figures or (to twenty) in English words, with
    days and months; negation is whether the text denies an odd number of times; names are words
    with a capital inside a sentence. What is not sure to be the same counts as different.
    """
    found: list[object] = []
    words = _WORD.findall(text)
    lower = [word.casefold().replace("’", "'") for word in words]
    if "numbers" in same:
        plain = _GROUPED.sub(lambda m: m[0].replace(",", ""), text)
        numbers = Counter(_figure(number) for number in _NUMBER.findall(plain))
        numbers.update(_WORTH.get(word, word) for word in lower
                       if word in _WORTH or word in _COUNTING)  # fmt: skip
        found.append(sorted(numbers.items()))
    if "negation" in same:
        denied = sum(word in _DENYING or word.endswith("n't") for word in lower)
        found.append((denied + len(_KOREAN_DENIAL.findall(text))) % 2)
    if "names" in same:
        found.append(sorted(_names(text)))
    return int(digest(found, size=8), 16) >> 1


def bag_of(text: str) -> tuple[int, int]:
    """(of its words in any order, of its words in theirs): equal bags in another order say else."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return int(digest(sorted(words), size=8), 16) >> 1, int(digest(words, size=8), 16) >> 1


def _figure(number: str) -> str:
    """A number without what makes no difference: leading zeros, digits of other scripts."""
    return re.sub(r"\d+", lambda m: str(int(m[0])), number)


def _names(text: str) -> set[str]:
    return {
        match[0].casefold()
        for match in _WORD.finditer(text)
        if match[0][0].isupper() and match[0] not in ("I", "I'm", "I'd", "I'll", "I've")
        and not _SENTENCE.search(text[max(0, match.start() - 4) : match.start()])
    }  # fmt: skip
