"""Invented people: each part of a name has one stand-in in a document, so that parts agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from textsynth.privacy.draws import Draw
from textsynth.privacy.korean_names import DOUBLE, SURNAMES
from textsynth.privacy.wordlists import words

GIVEN_EN = words(
    """
    Alex Ashton Aubrey Avery Bailey Blair Blake Brook Cameron Casey Charlie Corey Dakota Darcy
    Devon Drew Eden Ellis Emerson Emery Finley Frankie Gray Harley Harper Hayden Indigo Jamie
    Jesse Jordan Jules Kai Keegan Kendall Kit Lane Lee Lennon Linden Logan London Marlow Micah
    Morgan Nico Noel Oakley Parker Peyton Phoenix Quinn Reese Remy Riley Robin Rory Rowan Sage
    Sam Sasha Sawyer Shay Shiloh Sidney Skyler Spencer Taylor Teagan Toby Tracy Val Wren
    """
)
FAMILY_EN = words(
    """
    Ashdown Bramley Calder Dunmore Ellery Fairburn Garrick Hathaway Ingram Jarrow Kestrel
    Langford Merrick Norwood Oakden Penrose Quarrie Radcliffe Selwyn Thornbury Underhill Vance
    Wexford Yardley Arkwright Blackwood Colbourne Draycott Eastman Farleigh Greenhalgh Holloway
    Islington Kingsley Lockhart Marchbank Netherby Ormond Pemberton Ravenhill Stanhope Tilbury
    Upton Vickers Winslow
    """
)
_FAMILY_KO = tuple(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민"
    "진나지엄채원천방"
)
_FIRST_KO = tuple(
    "가건경규나다도동로민보상서선성세소수승시아안연영예우원유윤은이인재정주준지진찬채태하한해현혜호"
)
_LAST_KO = tuple(
    "강경규나담라람린림민빈서선솔수슬아안언연영온우원유윤율은이인재정주준지진찬채하한현형호환"
)
_LINKS = frozenset(
    words(
        """
    van von der den de la di da del bin ibn al el le ter
    """
    )
)


@cache
def _more(kind: str) -> Sequence[str]:
    """Further English names, for documents that hold more people than our own lists."""
    from faker.providers.person.en_US import Provider

    names = Provider.first_names if kind == "given" else Provider.last_names
    return tuple(sorted({str(name) for name in names if str(name).isalpha()}))


def _closed(name: str) -> str:
    """A Korean name without the gaps that forms put between its syllables."""
    return name.replace(" ", "") if re.match("[가-힣] ", name) else name


class People:
    """The stand-ins of one document: part of a name to part of a name, no two the same."""

    def __init__(self, seed: int, document: str) -> None:
        self._key = (seed, document)
        self._parts: dict[tuple[str, str], str] = {}
        self._used: set[tuple[str, str]] = set()
        self._avoid: set[str] = set()
        self._roles: dict[str, str] = {}

    def meet(self, names: Iterable[str]) -> None:
        """Takes note of who is named, so that a single part is known as given or family name."""
        for shown in names:
            name = _closed(shown)
            if re.search("[가-힣]", name):
                given = self._cut(name)[1]
                self._avoid.update(part for part in (name, given) if part)
                if len(name) > 2:
                    self._roles.setdefault(given, "given")
                continue
            parts = self._tokens(name)
            self._avoid.update(part.lower() for part in parts)
            if len(parts) > 1:
                last, first = (0, -1) if "," in name else (-1, 0)
                self._roles.setdefault(parts[last].lower(), "family")
                self._roles.setdefault(parts[first].lower(), "given")

    def stand_in(self, name: str, titled: bool = False) -> str:
        """The other name, part for part, in the same case and order."""
        if re.search("[가-힣]", name):
            new = self._korean(_closed(name))
            return new if _closed(name) == name else " ".join(new)
        parts = self._tokens(name)
        single = len(parts) == 1
        shown = name
        out: list[str] = []
        at = 0
        for number, part in enumerate(parts):
            start = shown.index(part, at)
            out.append(shown[at:start])
            at = start + len(part)
            if "," in name:
                role = "family" if number == 0 else "given"
            else:
                role = "family" if number == len(parts) - 1 and not single else "given"
            if single:
                role = self._roles.get(part.lower(), "family" if titled else "given")
            out.append(self._english(part, role))
        return "".join(out) + shown[at:]

    def _tokens(self, name: str) -> list[str]:
        return [part for part in re.findall(r"[^\s.,]+", name) if part.lower() not in _LINKS] or [
            name
        ]

    def _english(self, part: str, role: str) -> str:
        if len(part) == 1:
            return Draw(*self._key, "initial", part.lower()).pick("ABCDEFGHJKLMNPRSTW")
        first = GIVEN_EN if role == "given" else FAMILY_EN
        new = self._part(role, part.lower(), (first, _more(role)))
        if part.isupper() and len(part) > 1:
            return new.upper()
        return new.lower() if part.islower() else new

    def _part(self, role: str, old: str, pools: Sequence[Sequence[str]]) -> str:
        if (role, old) in self._parts:
            return self._parts[role, old]
        new = ""
        for attempt in range(160):
            draw = Draw(*self._key, role, old, attempt)
            new = draw.pick(pools[0] if attempt < 60 else pools[-1])
            if attempt >= 140:
                new = f"{new}-{draw.pick(pools[-1])}"
            if (role, new) not in self._used and new.lower() not in self._avoid:
                break
        self._parts[role, old] = new
        self._used.add((role, new))
        return new

    def _cut(self, name: str) -> tuple[str, str]:
        size = 2 if name[:2] in DOUBLE and len(name) > 2 else 1
        if len(name) < 3 and self._roles.get(name) == "given":
            return "", name
        if name[0] not in SURNAMES and size == 1 and len(name) < 3:
            return "", name
        return name[:size], name[size:]

    def _korean(self, name: str) -> str:
        family, given = self._cut(name)
        new = self._part("성", family, (_FAMILY_KO,)) if family else ""
        if given:
            pool = (
                _LAST_KO if len(given) == 1 else tuple(a + b for a in _FIRST_KO for b in _LAST_KO)
            )
            new += self._part("이름", given, (pool,))
        return new
