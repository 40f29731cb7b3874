"""Puts stand-ins or placeholders where personal data stood, the same one for the same value."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from textsynth.errors import JobError
from textsynth.privacy.draws import Draw
from textsynth.privacy.finding import find
from textsynth.privacy.folding import fold
from textsynth.privacy.kinds import KINDS, Finding, Redacted, Replaced
from textsynth.privacy.normal import normal
from textsynth.privacy.particles import agreed
from textsynth.privacy.people import People
from textsynth.privacy.standins import stand_in

_KOREAN = {
    "email": "이메일",
    "phone": "전화번호",
    "national_id": "주민번호",
    "passport": "여권번호",
    "driver_license": "면허번호",
    "card": "카드번호",
    "iban": "IBAN",
    "bank_account": "계좌번호",
    "ip": "IP",
    "secret": "비밀값",
    "name": "이름",
    "address": "주소",
    "date_of_birth": "생년월일",
    "vehicle": "차량번호",
}
_TITLED = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|nurse|inspector|judge)\.? $")
_DOCUMENTS = 512
_ATTEMPTS = 40
_CROWDED = 6
"""After so many stand-ins that were taken, the next come from a wider range."""
_SHARED = frozenset({"date_of_birth"})
"""Kinds of which two people may have the same: a year has fewer days than customers."""


class _Document:
    """What one document has been given so far."""

    def __init__(self, seed: int, name: str) -> None:
        self.seed, self.name = seed, name
        self.people = People(seed, name)
        self.shown: dict[tuple[str, str], int] = {}
        self.taken: set[tuple[str, str]] = set()
        self.numbers: dict[tuple[str, str], int] = {}
        self.count: Counter[str] = Counter()
        self.persons: dict[str, str] = {}


class Pseudonyms:
    """Redacts texts; a value has one stand-in in a document, and another in the next document.

    What a stand-in is depends on the seed, the document's name, the kind, the normal form of the
    value, and, where two would fall together, on which came first. Texts of one document (the turns
    of a talk) are handed in one after another under one name: a person named in one is known in the
    next, and what this object put in is left alone when it comes again. The last 512 documents are
    remembered; calls without a name share nothing, so that redacting their result again draws new
    stand-ins (once per call: it never goes on by itself).
    """

    def __init__(
        self, seed: int = 0, style: Literal["surrogate", "placeholder"] = "surrogate"
    ) -> None:
        if style not in ("surrogate", "placeholder"):
            raise JobError(
                f"{style!r} is no style of redaction", "known: placeholder, surrogate", "take one"
            )
        self._seed, self._style = seed, style
        self._documents: OrderedDict[str, _Document] = OrderedDict()

    def __repr__(self) -> str:
        return f"Pseudonyms(seed={self._seed}, style={self._style!r})"

    def redact(
        self,
        text: str,
        document: str = "",
        kinds: Collection[str] = KINDS,
        allow: Collection[str] = (),
        *,
        raw: bool = False,
        found: Sequence[Finding] | None = None,
    ) -> Redacted:
        """The text with its personal data replaced.

        `allow`: values, in any spelling, or patterns such as `*@company.example`, that stay.
        `raw`: no stand-in of this object can be in it, so that a value that equals one goes too.
        `found`: what to replace, where the caller has looked already; sorted and apart.
        Raises JobError where a kind does not exist.
        """
        state = self._state(document)
        allowed = Allowed(allow)
        found = [
            one
            for one in (find(text, kinds) if found is None else found)
            if not self._stays(one, text, state, allowed, raw)
        ]
        if not found:
            return Redacted(text, (), frozenset())
        names = [fold(text[f.start : f.end]).text for f in found if f.kind == "name"]
        state.people.meet(names)
        korean = len(re.findall("[가-힣]", text)) * 3 > len(re.findall("[A-Za-z]", text))
        parts: list[str] = []
        edits: list[Replaced] = []
        values: set[tuple[str, str]] = set()
        at = size = 0
        for one, follows in zip(found, [*found[1:], None], strict=False):
            old = text[one.start : one.end]
            new = self._new(one, old, text, state, korean)
            fit, length = "", 0
            if self._style == "surrogate":
                fit, length = agreed(text, one.end, old, new)
            if follows is not None and follows.start < one.end + length:
                fit, length = "", 0
            parts += [text[at : one.start], new, fit]
            size += one.start - at
            end = size + len(new) + len(fit)
            edits.append(Replaced(one.kind, one.start, one.end + length, size, end))
            values.add((one.kind, old))
            at, size = one.end + length, end
        return Redacted("".join(parts) + text[at:], tuple(edits), frozenset(values))

    def _state(self, document: str) -> _Document:
        if not document:
            return _Document(self._seed, "")
        if document not in self._documents:
            self._documents[document] = _Document(self._seed, document)
            if len(self._documents) > _DOCUMENTS:
                self._documents.popitem(last=False)
        self._documents.move_to_end(document)
        return self._documents[document]

    def _stays(
        self, one: Finding, text: str, state: _Document, allowed: Allowed, raw: bool
    ) -> bool:
        if raw and not allowed:
            return False
        plain = normal(one.kind, text[one.start : one.end])
        return (not raw and (one.kind, plain) in state.taken) or allowed.has(one.kind, plain)

    def _new(self, one: Finding, old: str, text: str, state: _Document, korean: bool) -> str:
        plain = normal(one.kind, old)
        if self._style == "placeholder":
            return _placeholder(one.kind, plain, state, korean)
        value = fold(old).text
        if one.kind == "name":
            titled = bool(_TITLED.search(text[max(0, one.start - 12) : one.start].lower()))
            new = state.people.stand_in(value, titled)
            state.taken.add(("name", normal("name", new)))
            return new
        key = (one.kind, plain)
        start = state.shown.get(key, 0)
        for attempt in range(start, _ATTEMPTS):
            draw = Draw(state.seed, state.name, one.kind, plain, attempt)
            crowded = attempt >= _CROWDED
            new = stand_in(one.kind, value, plain, draw, crowded=crowded)
            mark = (one.kind, normal(one.kind, new))
            free = mark not in state.taken or (crowded and one.kind in _SHARED)
            if key in state.shown or (free and mark[1] != plain):
                state.shown[key] = attempt
                state.taken.add(mark)
                return new
        state.shown[key] = _ATTEMPTS
        return _placeholder(one.kind, plain, state, korean)


def _placeholder(kind: str, plain: str, state: _Document, korean: bool) -> str:
    """[EMAIL_1], [이름_2]: numbered as they come; a part of a name has the number of the whole."""
    label = _KOREAN[kind] if korean else kind.upper()
    if kind == "name":
        whole = state.persons.setdefault(plain, plain)
        for part in (
            *plain.split(),
            plain[1:] if re.search("[가-힣]", plain) and len(plain) > 2 else plain,
        ):
            state.persons.setdefault(part, whole)
        plain = whole
    if (kind, plain) not in state.numbers:
        state.count[kind] += 1
        state.numbers[kind, plain] = state.count[kind]
    return f"[{label}_{state.numbers[kind, plain]}]"


class Allowed:
    """The values that stay as they are."""

    def __init__(self, allow: Collection[str]) -> None:
        self._patterns = [entry.lower() for entry in allow if "*" in entry and "@" in entry]
        self._values = [entry for entry in allow if not ("*" in entry and "@" in entry)]
        self._plain: dict[str, frozenset[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._patterns or self._values)

    def has(self, kind: str, plain: str) -> bool:
        """Whether a value, in its normal form, is one of them."""
        if kind == "email" and any(fnmatchcase(plain, pattern) for pattern in self._patterns):
            return True
        if kind not in self._plain:
            self._plain[kind] = frozenset(normal(kind, value) for value in self._values)
        return plain in self._plain[kind]
