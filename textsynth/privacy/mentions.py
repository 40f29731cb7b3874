"""The other mentions of a person whom a cue has named: given name, surname after a title."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from textsynth.privacy.english_names import first_names
from textsynth.privacy.folding import Page
from textsynth.privacy.korean_names import DOUBLE, PARTICLE, TITLES
from textsynth.privacy.resolving import Candidate
from textsynth.privacy.wordlists import words

_HANGUL = re.compile("[가-힣]+")
_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞŁŚŠŻŽČĆ][A-Za-zÀ-ÖØ-öø-ž]*(?:['’-][A-ZÀ-Ö][A-Za-zÀ-ÖØ-öø-ž]+)*")
_AFTER_TITLE = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Nurse|Inspector|Judge|MR|MRS|MS|DR)\.? $"
)
COMMON = frozenset(
    words(
        """
    will may mark grace hope faith joy rose lily daisy ivy violet ruby pearl summer autumn april
    june august dawn eve art bill bob rob frank grant chase drew jack max miles pat ray rich
    sandy sky sterling storm sue victor ward wade guy gene dean earl duke king prince christian
    jewel crystal amber angel charity destiny brown white black green gray grey young long short
    small little rich poor good best day night hill wood woods forest field fields lake rivers
    stone rock bell ball bush bird fox wolf lamb fish cook baker carter mason miller smith taylor
    turner walker hunter fisher porter potter price love power powers hall house church street
    park lane north west south east banks bank case cash cross field ford gates glass law lord
    major marsh may moon noble page parish pope post reed sharp snow spring summers sweet swift
    temple waters waller wise world york london paris holland england ireland wales france china
    india jordan chad israel china georgia austin dallas houston washington lincoln savannah
    sydney florence victoria chelsea brooklyn an in so do go to no van de la le al el bin ter der
    den von di da del the and for hart hand head foot root roots penny nickel minor page justice
    trinity early frost winter winters gold silver garden gardens cannon chambers christmas
    friend friends lawyer doctor bishop shepherd knight archer butler chandler barber parker
    cooper carpenter weaver dyer wright singer parsons abbott monk dear home case more better
    sales
    """
    )
)
_GIVEN_AFTER = re.compile(
    rf" ?(?:씨|님|아|야|이|가|는|은|를|을|이가|이는|이를|한테|에게|의|와|과|랑|이랑|도|"
    rf"만|께서)?(?: ?(?:{TITLES}))?(?:[은는이가을를의도만와과에])?(?![가-힣])"
)
_PARTICLE = re.compile(f"(?:{PARTICLE})")


def mentions(page: Page, named: Collection[Candidate]) -> Iterator[Candidate]:
    """Further places where those people are named, in one pass however many they are."""
    whole: set[str] = set()
    given: set[str] = set()
    family: set[str] = set()
    korean: set[str] = set()
    for one in named:
        name = page.text[one.start : one.end]
        if re.match("[가-힣] ", name):
            name = name.replace(" ", "")
        if _HANGUL.fullmatch(name):
            korean.add(name)
            continue
        parts = [part for part in re.split(r"[\s.]+", name.replace(",", " ,")) if part]
        if "," in parts:
            cut = parts.index(",")
            parts = parts[cut + 1 :] + parts[:cut]
        whole.add(parts[0].lower())
        if len(parts) > 1:
            given.add(parts[0].lower())
            family.add(parts[-1].lower())
        else:
            (given if parts[0].lower() in first_names() else family).add(parts[0].lower())
    if given or family:
        yield from _english(page.text, given, family)
    if korean:
        yield from _korean(page.text, korean)


def _english(text: str, given: set[str], family: set[str]) -> Iterator[Candidate]:
    last: tuple[int, int] | None = None
    for match in _WORD.finditer(text):
        low = match[0].lower()
        if low.endswith(("'s", "’s")):
            low = low[:-2]
        is_given, is_family = low in given, low in family
        if not (is_given or is_family):
            last = None
            continue
        start, end = match.span()
        end = start + len(low)
        joined = last is not None and text[last[1] : start] == " " and is_family
        titled = _AFTER_TITLE.search(text[max(0, start - 11) : start])
        if joined and last is not None:
            yield Candidate("name", last[0], end)
        elif (low not in COMMON and len(low) > 1) or (is_family and titled):
            yield Candidate("name", start, end)
        last = (start, end) if is_given else None


def _korean(text: str, names: set[str]) -> Iterator[Candidate]:
    given: dict[str, str] = {}
    surnames: set[str] = set()
    for name in names:
        size = 2 if name[:2] in DOUBLE and len(name) > 3 else 1
        surnames.add(name[:size])
        if len(name) - size > 1:
            given[name[size:]] = name
    after = re.compile(rf" ?(?:{TITLES})")
    for match in _HANGUL.finditer(text):
        run, start = match[0], match.start()
        for size in (4, 3, 2):
            if run[:size] in names and (len(run) == size or size > 2 or _PARTICLE.match(run, size)):
                yield Candidate("name", start, start + size)
                break
        else:
            if run[:2] in given and _GIVEN_AFTER.match(text, start + 2):
                yield Candidate("name", start, start + 2)
            for size in (2, 1):
                whole = len(run) == size and after.match(text, start + size)
                if run[:size] in surnames and (whole or after.match(run, size)):
                    yield Candidate("name", start, start + size)
                    break
