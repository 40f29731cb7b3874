"""Drops samples with a turn that is not in the job's language, or mixes in a foreign script."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from pydantic import Field, field_validator

from textsynth.errors import JobError
from textsynth.quality import GIVEN, KEEP, Filter, Screen
from textsynth.quality._code import prose
from textsynth.quality._drift import drift
from textsynth.quality._markers import KIN, WEAK, told
from textsynth.quality._text import DENSE, SCRIPT_CLASSES, scripts, turns
from textsynth.records import LANGUAGES, Closing, Sample, Setting, Table, Verdict
from textsynth.tongues import chances

SCRIPTS: dict[str, tuple[str, ...]] = {
    "ko": ("hangul",), "ja": ("kana", "han"), "zh": ("han",), "ru": ("cyrillic",),
    "uk": ("cyrillic",), "bg": ("cyrillic",), "kk": ("cyrillic",), "mn": ("cyrillic",),
    "sr": ("cyrillic", "latin"), "uz": ("latin", "cyrillic"),
    "ar": ("arabic",), "fa": ("arabic",), "ur": ("arabic",), "he": ("hebrew",), "el": ("greek",),
    "hi": ("devanagari",), "mr": ("devanagari",), "ne": ("devanagari",), "bn": ("bengali",),
    "pa": ("gurmukhi",), "gu": ("gujarati",), "ta": ("tamil",), "te": ("telugu",),
    "kn": ("kannada",), "ml": ("malayalam",), "si": ("sinhala",), "th": ("thai",), "lo": ("lao",),
    "my": ("burmese",), "km": ("khmer",), "ka": ("georgian",), "hy": ("armenian",),
    "am": ("ethiopic",),
}  # fmt: skip
"""Language → its scripts; Latin for those not named."""

_LONG = 60
_SURE = 0.5
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+|[@#]\w+")
_FOREIGN = "".join(v for k, v in SCRIPT_CLASSES.items() if k not in ("latin", "greek"))
_GLOSS = re.compile(
    rf"""[(（\["'“‘「『《«][{_FOREIGN}\s·,.!?-]+[)）\]"'”’」』》»]"""
    rf"|[(（\[][^()（）\[\]\n]{{0,160}}?[{_FOREIGN}][^()（）\[\]\n]{{0,160}}[)）\]]"
    # Faces: a letter or two among signs.
    rf"|(?<![^\s])[^\w\s{_FOREIGN}][^\w\s{_FOREIGN}]*_?[{_FOREIGN}]{{1,2}}[_.\-‿ω﹏]*[{_FOREIGN}]?_?"
    rf"[^\w\s{_FOREIGN}]+(?:_/¯)?|¯\\_\(ツ\)_/¯"
)
_TRANSLATES = re.compile(
    r"\b(?:translat|in (?:french|german|spanish|italian|english|korean|chinese|japanese"
    r"|russian|arabic|portuguese|latin|dutch|hindi)\b)|번역|통역|[어문]로 ?(?:옮|바꿔|써|말|답)",
    re.I,
)
_ONLY_ENGLISH = frozenset(("the", "and", "with", "that", "this", "from", "which"))
_GREEK_WORD = re.compile(rf"[{SCRIPT_CLASSES['greek']}]{{3,}}")
_ENGLISH = frozenset((
    "the", "and", "of", "is", "it", "that", "this", "with", "you", "your", "are", "was", "were",
    "have", "has", "had", "not", "been", "will", "would", "could", "should", "my", "our", "their",
    "they", "them", "there", "which", "when", "what", "how", "who", "why", "from", "if", "by",
    "be", "we", "i'm", "it's", "i've", "don't", "can't", "didn't", "isn't", "you're", "that's",
))  # fmt: skip
_LATIN_WORD = re.compile(rf"[{SCRIPT_CLASSES['latin']}][{SCRIPT_CLASSES['latin']}\d'’&.-]*")


class Language(Filter):
    """Each turn is judged by its scripts first, and a longer one by the packaged lid.176 model too.

    Latin letters are welcome in every language as names ("iPhone", "VISA"), not as prose. Letters
    of a third script are foreign unless they stand in brackets or quotation marks of their own. In
    given rows names may stand in the user's text in their own script, up to a tenth of it, and an
    answer may be taken from that text as it is. What is translated is in its own language.
    Code, addresses and links are left out. The score is the share or probability that fell short.
    """

    alone = True

    shorthand = "expect"

    expect: str | None = None
    """Code of the language to expect; unset for the language of the job."""

    min_share: float = Field(default=0.5, ge=0, le=1)
    """Least share of the language's own script in a turn, names aside."""

    threshold: float = Field(default=0.25, ge=0, le=1)
    """Least probability of the language among those that share its script; under 60 letters two
    fifths of it will do, since a foreign name weighs more there."""

    min_letters: int = Field(default=24, ge=1)
    """Letters from which the model is asked; shorter turns are judged by script alone."""

    max_foreign: int = Field(default=0, ge=0)
    """Most letters of a foreign script that a turn may carry."""

    @field_validator("expect")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value.partition("-")[0].lower() not in LANGUAGES:
            raise ValueError(f"'{value}' is none of the languages: {', '.join(LANGUAGES)}")
        return value

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first turn that fails decides."""
        code = (self.expect or setting.language).partition("-")[0].lower()
        if code not in LANGUAGES:
            raise JobError(
                f"the language filter does not know '{code}'",
                f"it knows {', '.join(LANGUAGES)}",
                "set `expect` to one of them",
            )

        def verdict(sample: Sample) -> Verdict:
            before = ""
            for number, (role, text) in enumerate(turns(sample), 1):
                failed = self._failed(text, code)
                if failed and not _meant(failed, text, before, role, sample):
                    return replace(failed, details={"turn": number})
                before += text + "\n"
            return KEEP

        return verdict

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What share of the rows came in the language, by who speaks, and what the others were."""
        first = next(itertools.chain(closing.kept, closing.dropped), None)
        if first is None:
            return ()
        code = (self.expect or first.language).partition("-")[0].lower()
        rows = (
            (sample, kept, passed)
            for sample, kept, passed in self._screened(closing)
            if self.expect or sample.language == first.language
        )

        def failed(text: str) -> Verdict | None:
            return self._failed(text, code)

        def named(text: str) -> str:
            name = self._named(text)
            # What failed is in more than one language where the model still finds the right one.
            return f"partly {name}" if name == LANGUAGES[code] else name

        table = drift(code, rows, failed, named)
        return () if table is None else (table,)

    def _screened(self, closing: Closing) -> Iterator[tuple[Sample, bool, bool]]:
        """Each row, whether it was kept, and whether it passed this filter, by the word that stands
        on it; a dropped row without one is looked at again."""
        if closing.screened == ():
            yield from ((sample, True, True) for sample in closing.kept)
            yield from ((sample, False, False) for sample in closing.dropped)
        for sample, words in closing.screened:
            kept = all(word.keep for word in words)
            own = any(word.filter == self.part and word.keep for word in words)
            yield sample, kept, kept or own

    def _named(self, text: str) -> str:
        """What a text is in that is not in the language: by its script where it is too short."""
        prose = _prose(text)
        counts = scripts(prose)
        most = max(counts, key=lambda name: counts[name], default="")
        homes = [code for code, own in SCRIPTS.items() if own[-1] == most and len(own) < 2]
        if most and (counts[most] >= self.min_letters or most == "kana"):
            label = "ja" if most == "kana" else next(iter(chances(prose)), "")
            return LANGUAGES.get(label, label or most)
        return LANGUAGES[homes[0]] if len(homes) == 1 else f"{most.capitalize() or 'No'} letters"

    def _failed(self, text: str, code: str) -> Verdict | None:
        own = SCRIPTS.get(code, ("latin",))
        prose = _prose(text)
        counts = scripts(prose)
        if not counts:
            return None
        share = _own_share(prose, counts, own)
        if share < self.min_share:
            return Verdict(keep=False, reason="wrong_language", score=round(share, 3))
        if code == "ja" and counts.get("han", 0) >= 8 and not counts.get("kana"):
            return Verdict(keep=False, reason="wrong_language", score=0.0)
        foreign = _foreign(prose, own, counts)
        if foreign > self.max_foreign:
            return Verdict(keep=False, reason="mixed_script", score=float(foreign))
        letters = sum(counts.get(name, 0) for name in own)
        if letters < self.min_letters or len(_rivals(code)) < 2:
            return None
        if code == "en" and self.threshold <= _SURE and _english(prose, letters):
            return None
        chance = _weak(prose, code) if code in WEAK else _chance(prose, code)
        if chance < self.threshold * (1.0 if letters >= _LONG else 0.4):
            return Verdict(keep=False, reason="wrong_language", score=round(chance, 3))
        return None


def _meant(failed: Verdict, text: str, before: str, role: str, sample: Sample) -> bool:
    """Whether what is in another language or script stands there rightly."""
    asked = before + (text if role == "user" else "")
    if failed.reason == "wrong_language" and _TRANSLATES.search(asked):
        return True
    if sample.method != GIVEN or not role:
        return False
    if text.strip() in before:
        return True
    if failed.reason == "mixed_script" and role == "user":
        return (failed.score or 0) * 10 <= sum(scripts(text).values())
    return False


def _prose(text: str) -> str:
    text = prose(text)
    signs = "@" in text or "#" in text or "://" in text or "www." in text
    return _ADDRESS.sub(" ", text) if signs else text


def _own_share(text: str, counts: dict[str, int], own: tuple[str, ...]) -> float:
    """The own script's share of the letters: without Latin names, dense letters counted double."""
    weights = {name: n * (2 if name in DENSE else 1) for name, n in counts.items()}
    mine = sum(weights.get(name, 0) for name in own)
    if "greek" not in own and "greek" in weights:
        # Single letters are signs of mathematics.
        weights["greek"] = sum(len(word) for word in _GREEK_WORD.findall(text))
    if "latin" not in own and "latin" in weights:
        found = _LATIN_WORD.findall(text)
        prose = sum(len(w) for w in found if w.islower())
        weights["latin"] = prose if mine or prose else (weights["latin"] if len(found) > 4 else 0)
    total = sum(weights.values())
    return mine / total if total else 1.0


def _foreign(text: str, own: tuple[str, ...], there: dict[str, int]) -> int:
    """Letters of third scripts, those in brackets or quotation marks of their own left out."""
    if text.isascii():
        return 0
    welcome = (*own, "latin", "greek")
    if all(name in welcome for name in there):
        return 0
    counts = scripts(_GLOSS.sub(" ", text))
    return sum(n for name, n in counts.items() if name not in welcome)


@cache
def _rivals(code: str) -> frozenset[str]:
    """The languages that could be taken for `code`, itself included: those that share a script.

    Japanese and Chinese are told by the kana.
    """
    own = set(SCRIPTS.get(code, ("latin",)))
    if "han" in own:
        return frozenset((code,))
    return frozenset(c for c in LANGUAGES if own & set(SCRIPTS.get(c, ("latin",))))


def _english(text: str, letters: int) -> bool:
    """Whether three of ten words are small ones of English alone, or one word of a short text is of
    the surest: then no model need be asked."""
    words = text.lower().split()
    if letters < _LONG and text.isascii() and not _ONLY_ENGLISH.isdisjoint(words):
        return True
    return sum(map(_ENGLISH.__contains__, words)) * 10 >= 3 * len(words)


def _chance(text: str, code: str) -> float:
    """Probability of `code` among its rivals; 1 if the model sees none of them."""
    seen = chances(text)
    kin = KIN.get(code, ())
    own = sum(seen.get(name, 0.0) for name in (code, *kin))
    rivals = _rivals(code)
    total = own + sum(p for name, p in seen.items() if name in rivals and name not in (code, *kin))
    return own / total if total > 0 else 1.0


def _weak(text: str, code: str) -> float:
    """The same for a language that the model hardly knows: its small words come first, and the
    model only counts where it is sure of another one."""
    own, other, words = told(text, code)
    if other > own + 1:
        return 0.0
    seen = chances(text)
    sure = max((p for name, p in seen.items() if name not in (code, *KIN.get(code, ()))), default=0)
    return 0.0 if sure >= _SURE and own < words / 10 else 1.0
