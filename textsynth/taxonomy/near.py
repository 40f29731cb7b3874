"""Which topics are the same under two names, and siblings made one where they are.

Equal are names that differ in case, punctuation, spacing, plural, spelling (British and American),
connectives ("&", "and", "/", 및, 와), word order and one slip of the pen in a long word; in Korean
also in the particles 의, 와 and 과, in 들, and in the usual spellings of loan words. Figures always
count, and so does one letter for another (employer, employee). "A of B" is "B A", never "A B". Two
Korean words the other way round are something else (카드 대출, 대출 카드).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from textsynth.taxonomy.tree import BETWEEN, Node

Alike = Callable[[Sequence[str]], Sequence[int]]
"""For each of these names the number of an earlier one that means the same, or -1."""

_LONG, _LONGER = 8, 10
_AND = {"and", "및", "그리고", "또는"}
_OF = {"of", "for"}
_WORD = re.compile(r"\w+(?:(?<=\d)[.,]\d+)*[+#%]*")
_DOTS = re.compile("[\u318d\u30fb\uff65\u2022\u2027]")
_INITIALS = re.compile(r"\s*\(([A-Za-z]{2,8}?)s?\)")
_IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "criteria": "criterion",
    "phenomena": "phenomenon", "lives": "life", "wives": "wife", "knives": "knife",
    "halves": "half", "leaves": "leaf", "shelves": "shelf", "thieves": "thief",
    "news": "news", "series": "series", "species": "species", "means": "means", "lens": "lens",
    "lenses": "lens", "always": "always", "cheque": "check", "cheques": "check",
    "programme": "program", "programmes": "program", "aeroplane": "airplane",
    "aeroplanes": "airplane", "tyre": "tire", "tyres": "tire",
}  # fmt: skip
_SPELLINGS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"^(\w{2,}[^aeiou])our(s|ed|ing|al|ful|hood|able|ly|it\w*)?$", r"\1or\2"),
        (r"^(\w{3,})is(e|ed|er|ing|ation|ational|able)$", r"\1iz\2"),
        (r"^(\w{3,})ys(e|ed|er|ing)$", r"\1yz\2"),
        (r"^(\w{2,}[bt])re$", r"\1er"),
        (r"^(\w{3,})ogue$", r"\1og"),
        (r"^(\w{2,})ence$", r"\1ense"),
        (r"^(?=\w{7})(\w*)[ao]e(\w+)$", r"\1e\2"),
    )
)
_LOANS = {
    "컨텐츠": "콘텐츠", "메세지": "메시지", "데이타": "데이터", "디지탈": "디지털",
    "센타": "센터", "네비게이션": "내비게이션", "메뉴얼": "매뉴얼", "악세사리": "액세서리",
    "악세서리": "액세서리", "렌트카": "렌터카", "리더쉽": "리더십", "멤버쉽": "멤버십",
    "파트너쉽": "파트너십", "워크샵": "워크숍", "어플리케이션": "애플리케이션",
    "컨퍼런스": "콘퍼런스", "스케쥴": "스케줄", "레포트": "리포트", "타겟": "타깃",
    "로보트": "로봇", "까페": "카페",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merge:
    """Two siblings that became one: which name stayed, which went, and under which path."""

    kept: str
    gone: str
    under: str = ""


def near_equal(a: str, b: str) -> bool:
    """Whether two names say the same, in English and in Korean."""
    return bool(keys(a) & keys(b)) or _slip(_stems(a), _stems(b))


def merged(
    children: Sequence[Node], alike: Alike | None = None, under: str = ""
) -> tuple[list[Node], list[Merge]]:
    """Siblings of which near-equal ones are one, at every level, and what was merged.

    The first one's name, weight and place stay, and its `about` unless it has none; what both are
    divided into is merged in turn. `alike` adds pairs by meaning. What is given is not changed.
    """
    kept: list[Node] = []
    merges: list[Merge] = []
    for group in _groups([child.name for child in children], alike):
        first, *others = (children[number] for number in group)
        merges += [Merge(first.name, other.name, under) for other in others]
        below = [child for number in group for child in children[number].children]
        path = f"{under}{BETWEEN}{first.name}" if under else first.name
        made, deeper = merged(below, alike, path) if below else ([], [])
        about = next((children[n].about for n in group if children[n].about), "")
        kept.append(replace(first, about=about, children=made))
        merges += deeper
    return kept, merges


def _groups(names: Sequence[str], alike: Alike | None) -> list[list[int]]:
    """The numbers of names that are one, each group in order, groups by their first."""
    if len(names) == 1:
        return [[0]]
    groups: list[list[int]] = []
    by_key: dict[str, int] = {}
    by_slip: dict[tuple[str, ...], list[int]] = {}
    of: list[int] = []
    also = alike(names) if alike and len(names) > 1 else ()
    stems = [_stems(name) for name in names]
    for number, name in enumerate(names):
        mine = keys(name)
        found = [by_key[key] for key in sorted(mine) if key in by_key]
        shortened = list(_shortened(stems[number]))
        if not found:
            near = (before for short in shortened for before in by_slip.get(short, ()))
            found = [of[n] for n in near if _slip(stems[n], stems[number])][:1]
        if not found and also and also[number] >= 0:
            found = [of[also[number]]]
        place = min(found) if found else len(groups)
        if not found:
            groups.append([])
        groups[place].append(number)
        of.append(place)
        for key in mine:
            by_key.setdefault(key, place)
        for short in shortened:
            by_slip.setdefault(short, []).append(number)
    return groups


def keys(name: str) -> frozenset[str]:
    """What a name may be known by: two names that share one of these say the same."""
    text = _plain(name)
    words = _words(text)
    comma = "," in text
    joined = bool(_AND & set(words)) or "/" in text or "·" in text
    found = set(_readings([word for word in words if word not in _AND], joined, comma))
    split, and_too, of_too = _without_particles(words)
    if split != words:
        bare = [word for word in split if word not in _AND]
        found |= set(_readings(bare, joined or and_too, comma, ordered=of_too))
    return frozenset(found or {"=" + " ".join(name.casefold().split())})


def _readings(words: list[str], joined: bool, comma: bool, ordered: bool = False) -> Iterator[str]:
    """Keys of one way to read a name: its words as they stand, and in any order where it may be."""
    if not words:
        return
    stems = [_stem(word) for word in words]
    korean = any("가" <= letter <= "힣" for stem in stems for letter in stem)
    pieces: list[list[str]] = [[]]
    for word, stem in zip(words, stems, strict=True):
        if word in _OF and pieces[-1]:
            pieces.append([])
        else:
            pieces[-1].append(stem)
    turned = [stem for piece in reversed(pieces) for stem in piece]
    free = len(pieces) == 1 and not ordered and not (korean and len(stems) < 3 and not joined)
    for flag in {joined, joined and not comma}:
        sign = "&" if flag else ""
        yield f"{sign}|{''.join(stems)}"
        yield f"{sign}<{''.join(turned)}"
        if free or comma:
            yield f"{sign}~{' '.join(sorted(turned))}"


def _plain(name: str) -> str:
    """NFKC, small letters, connectives as words, no "(ATM)" after what it stands for."""
    text = unicodedata.normalize("NFKC", _DOTS.sub("·", name))
    text = _INITIALS.sub(lambda m: "" if _stands_for(m[1], text[: m.start()]) else m[0], text)
    text = re.sub(r"(?<=\w)\s+an?\s+(?=\w)", " ", text)  # an article, where it is in small letters
    text = text.casefold().replace("&", " and ").replace("_", " ").replace("’", "'")
    return re.sub(r"'s\b|(?<=s)'(?=\s|$)", "", text).replace("'", "")


def _stands_for(initials: str, words: str) -> bool:
    letters = [word[0] for word in re.findall(r"[^\W\d_]+", words)]
    return "".join(letters).casefold().endswith(initials.casefold())


def _words(text: str) -> list[str]:
    found = _WORD.findall(text)
    return [word for word in found if word != "the"] or found


def _stems(name: str) -> list[str]:
    return [_stem(word) for word in _words(_plain(name)) if word not in _AND]


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """The singular, in one spelling; a Korean word without 들."""
    if not word.isascii():
        for written, usual in _LOANS.items():
            word = word.replace(written, usual)
        return word[:-1] if len(word) > 2 and word.endswith("들") else word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 3 and word.isalpha():
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith("is") and len(word) > 4:
            word = word[:-2]
        elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    word = _IRREGULAR.get(word, word)
    for pattern, instead in _SPELLINGS:
        word = pattern.sub(instead, word)
    # The plural of a box and of a house end alike.
    return re.sub(r"(x|ch|sh|s|z)e$", r"\1", word)


def _without_particles(words: list[str]) -> tuple[list[str], bool, bool]:
    """Korean words without 의, 와 and 과, and whether there was an "and", and an "of"."""
    found: list[str] = []
    joined = of = False
    for word in words[:-1]:
        stem, last = word[:-1], word[-1:]
        if not stem or not "가" <= stem[-1] <= "힣" or last not in ("의", "와", "과"):
            found.append(word)
            continue
        closed = (ord(stem[-1]) - ord("가")) % 28 > 0
        if last == "의" or closed == (last == "과"):
            found.append(stem)
            joined, of = joined or last != "의", of or last == "의"
        else:
            found.append(word)
    return [*found, *words[-1:]], joined, of


def _shortened(stems: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The name without one letter of a long word: what two names share that differ by a slip."""
    for place, word in enumerate(stems):
        if len(word) >= _LONG and word.isascii() and word.isalpha():
            for cut in range(1, len(word)):
                yield (*stems[:place], word[:cut] + word[cut + 1 :], *stems[place + 1 :])
            yield tuple(stems)


def _slip(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two names differ by one slip, in one long word."""
    if len(a) != len(b):
        return False
    unlike = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(unlike) == 1 and _is_slip(*unlike[0])


def _is_slip(a: str, b: str) -> bool:
    """Two neighbouring letters swapped, a letter doubled, or one left out inside a longer word."""
    short, long = sorted((a, b), key=len)
    if len(short) < _LONG or not (a + b).isascii() or not (a + b).isalpha():
        return False
    at = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if at == 0:
        return False
    if len(short) == len(long):
        swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
        return swapped == long
    if len(long) != len(short) + 1 or long[:at] + long[at + 1 :] != short:
        return False
    doubled = long[at] == long[at - 1]
    return doubled or (len(short) >= _LONGER and 2 <= at < len(short) - 2)
