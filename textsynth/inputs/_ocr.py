"""Text out of pictures of pages, by tesseract through kreuzberg."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textsynth.errors import InputError

ALIASES = {"en": "eng", "ko": "kor", "ja": "jpn", "zh": "chi_sim", "de": "deu", "fr": "fra",
           "es": "spa", "it": "ita", "nl": "nld", "pl": "pol", "pt": "por", "ru": "rus",
           "uk": "ukr", "ar": "ara", "hi": "hin", "id": "ind", "th": "tha", "tr": "tur",
           "vi": "vie", "cs": "ces", "sv": "swe"}  # fmt: skip
"""Language codes of jobs → those of tesseract."""

DEFAULT = ("kor", "eng")

_MISSING = re.compile(r"Language '(\w+)' not found|(\w+)\.traineddata|language[^']*'(\w+)'", re.I)
_SPECKS = r"[|¦_~—–=;:.,'\"‘’“”`°·ㆍ<>\\-]+"
_SPECKS_AFTER = re.compile(rf"(?<=\S)(?:[ \t]+{_SPECKS})+[ \t]*$", re.M)
_SPECKS_BEFORE = re.compile(r"^(?:[|¦_~;:.,'\"‘’“”`°=\\]+[ \t]+)+", re.M)
_FAR_OFF = re.compile(r"[ \t]{8,}\S{1,2}[ \t]*$", re.M)
_ONLY_SPECKS = re.compile(r"^[^\w\n]*$\n?", re.M)


class Languages:
    """The languages to read in: those asked for, or those of the default that are installed."""

    def __init__(self, asked: Sequence[str] | None) -> None:
        named = DEFAULT if asked is None else asked
        # English last: in the first place it takes Hangul for Latin letters.
        self.names = sorted(dict.fromkeys(named), key=lambda name: name == "eng")
        self.strict = asked is not None

    def read(self, picture: bytes, mime: str, shown: str) -> str:
        """The text of one page. Raises InputError when a language is not installed."""
        while True:
            try:
                return tidy(_read(picture, mime, "+".join(self.names)))
            except Exception as error:
                words = str(error)
                if "esseract" not in words or "nitializ" not in words:
                    raise
                match = _MISSING.search(words)
                missing = next((name for name in match.groups() if name), "") if match else ""
                if self.strict or missing not in self.names or len(self.names) == 1:
                    raise _not_installed(shown, missing or self.names[0]) from error
                self.names.remove(missing)


def _read(picture: bytes, mime: str, languages: str) -> str:
    from kreuzberg import ExtractionConfig, OcrConfig, TesseractConfig, extract_bytes_sync

    # Its own defaults put spaces into Hangul words.
    how = TesseractConfig(language=languages, output_format="text", psm=6, use_cache=False)
    ocr = OcrConfig(backend="tesseract", language=languages, tesseract_config=how)
    config = ExtractionConfig(use_cache=False, ocr=ocr)
    return str(extract_bytes_sync(picture, mime, config=config).content)


def tidy(text: str) -> str:
    """Without the bars and dots that specks on the paper become at the edges of lines."""
    text = _FAR_OFF.sub("", text.replace("\r\n", "\n"))
    text = _SPECKS_AFTER.sub("", text)
    return _ONLY_SPECKS.sub("", _SPECKS_BEFORE.sub("", text))


def _not_installed(shown: str, language: str) -> InputError:
    package = f"tesseract-ocr-{language.replace('_', '-')}"
    return InputError(
        f"'{shown}' is a picture of text, and tesseract cannot read '{language}' on this machine",
        "its data for that language is not installed, or the folder in TESSDATA_PREFIX lacks it",
        f"install it (Debian, Ubuntu: `apt install {package}`; macOS: `brew install "
        f"tesseract-lang`), or set `ocr` to the languages that are there",
    )
