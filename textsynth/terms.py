"""Licences and terms behind a dataset: of the models that wrote it and of what it was made from.

Points at terms and says what is known of them; it is no legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from textsynth.families import families
from textsynth.records import Source
from textsynth.terms_data import KNOWN, MODELS, SEEDS, Entry, Limit

Purpose = Literal["commercial", "internal", "research", "education"]

NOTES: Mapping[Limit, str] = {
    "competing": "limits the use of outputs for models that compete with it",
    "noncommercial": "for no commercial use",
    "share_alike": "what is made from it keeps the licence",
    "no_derivatives": "no adaptations may be shared",
    "naming": "asks that the name of a model trained on it tells where it comes from",
    "attribution": "asks for a notice of where it comes from",
    "use_policy": "has a list of uses that are not allowed",
    "region": "does not hold in every country",
    "unclear": "differs between versions and ways to get it",
}
"""Limit → what the card says of it."""

_BUSINESS = ("commercial", "internal")


@dataclass(frozen=True, slots=True)
class Term:
    """One model or source: its terms as they are known ("" where they are not), their limits."""

    name: str
    kind: Literal["model", "source"]
    stated: str
    """The licence as the job states it; "" for models."""
    terms: str
    limits: tuple[Limit, ...]
    own: bool = False
    """Whether it is a run, whose own sources are named too."""

    def notes(self) -> str:
        """What is known of the terms, in a line."""
        if not self.terms:
            return "not known here: look them up"
        return "; ".join(NOTES[limit] for limit in self.limits) or "no limits known here"


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a dataset comes under, and where it does not go with what it is for."""

    models: tuple[Term, ...]
    sources: tuple[Term, ...]
    warnings: tuple[str, ...]
    known: str = KNOWN


def terms(
    models: Iterable[str],
    sources: Iterable[Source],
    purpose: Purpose | None = None,
    licence: str | None = None,
) -> Terms:
    """The terms behind a dataset. `models`: names of those that wrote or judged it; `sources`: what
    it was made from; `purpose`: what it is for; `licence`: what it is to be given out under.

    Warns where a licence does not go with the purpose or with the licence of the result. Unknown
    terms are told as unknown. No legal advice: each warning says to look at the terms.
    """
    wrote = tuple(_model(name) for name in dict.fromkeys(models))
    read = tuple(_source(one) for one in dict.fromkeys(sources) if _counts(one))
    warnings = [*_of_models(wrote, purpose), *_of_sources(read, purpose)]
    warnings += _of_result(read, licence)
    return Terms(wrote, read, tuple(warnings))


def _counts(source: Source) -> bool:
    return not source.problem and source.kind != "stage"


def _model(name: str) -> Term:
    own, bare = families(name), name.lower()
    for entry in MODELS:
        if entry.family in own and re.search(entry.pattern, bare):
            return Term(name, "model", "", entry.terms, entry.limits)
    return Term(name, "model", "", "", ())


def _source(source: Source) -> Term:
    entry = licence_of(source.licence)
    found = (entry.terms, entry.limits) if entry else ("", ())
    return Term(source.path, "source", source.licence, *found, own=source.kind.startswith("run"))


def licence_of(text: str) -> Entry | None:
    """What is known of a licence as people write it; of several the strictest. None: nothing."""
    plain = re.sub(r"[\s_]+", "-", text.strip().lower()).replace("attribution-", "by-")
    plain = plain.replace("noncommercial", "nc").replace("sharealike", "sa")
    fits = [e for e in SEEDS for form in (plain, text.lower()) if re.search(e.pattern, form)]
    return max(fits, key=lambda e: len(set(e.limits) & _STRICT), default=None)


_STRICT = {"noncommercial", "no_derivatives", "share_alike"}


def _named(terms_: Iterable[Term]) -> str:
    """`a.csv (CC BY-NC), b.csv (CC BY-NC)`, the first few of them."""
    found = [f"{one.name} ({one.stated or one.terms})" for one in terms_]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return ", ".join(found[:5]) + more


def _with(terms_: Iterable[Term], limit: Limit) -> list[Term]:
    return [one for one in terms_ if limit in one.limits]


def _of_models(wrote: tuple[Term, ...], purpose: Purpose | None) -> list[str]:
    if purpose is None:
        return []
    found = []
    if some := _with(wrote, "competing"):
        found.append(
            f"the terms of {_named(some)} limit training models on its outputs that compete with "
            f"it, and purpose is {purpose}; look at the terms before you train"
        )
    if purpose in _BUSINESS and (some := _with(wrote, "noncommercial")):
        found.append(
            f"{_named(some)} may be for no commercial use, and purpose is {purpose}; look at the "
            "terms, or write the rows with another model"
        )
    if some := _with(wrote, "naming"):
        found.append(
            f"under the terms of {_named(some)} a model trained on these rows may have to carry "
            "its name; look at the terms before you name one"
        )
    if purpose in _BUSINESS and (some := _with(wrote, "region")):
        found.append(
            f"the licence of {_named(some)} does not hold in every country; look whether it does "
            "in yours"
        )
    return found


def _of_sources(read: tuple[Term, ...], purpose: Purpose | None) -> list[str]:
    found = []
    if purpose in _BUSINESS and (some := _with(read, "noncommercial")):
        found.append(
            f"the licence of {_named(some)} is for no commercial use, and purpose is {purpose}; "
            "leave it out, ask its owner, or look at the licence"
        )
    if some := _with(read, "no_derivatives"):
        found.append(
            f"the licence of {_named(some)} lets nobody share adaptations, which rows made from it "
            "may be; look at the licence before you share them"
        )
    # The rows of a run come under what that was made from, which stands beside it.
    unknown = [one for one in read if not one.stated and not one.own]
    if purpose in _BUSINESS and unknown:
        names = ", ".join(one.name for one in unknown[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        found.append(
            f"no licence is stated for {names}{more}; `licence:` beside an input states it"
        )
    return found


def _of_result(read: tuple[Term, ...], licence: str | None) -> list[str]:
    """Share-alike asks for its own licence; two different ones cannot both have it."""
    alike = _with(read, "share_alike")
    kinds = {one.terms for one in alike}
    if not alike:
        return []
    if len(kinds) > 1:
        return [
            f"{_named(alike)} each ask that what is made from them keeps their licence, which one "
            "dataset cannot do for all; look at the licences, or keep the sources apart"
        ]
    own = licence_of(licence) if licence else None
    if own is not None and own.terms in kinds:
        return []
    chosen = f"the dataset is to be under {licence}" if licence else "no licence is chosen yet"
    return [
        f"{_named(alike)} asks that what is made from it keeps its licence, and {chosen}; look at "
        "the licence, and set `export: [{dataset: {license: …}}]`"
    ]
