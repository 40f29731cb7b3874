"""Bytes into clean text: which encoding a file is in, and what is taken out of its characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path
from typing import Any

from textsynth.errors import InputError

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\ufeff\ufffe\uffff]")
_TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINE_END = re.compile("(?<![ \t])[ \t]*(?:\r\n|[\r\n\x0c\x85\u2028\u2029])")
_BLANK_LINES = re.compile(r"\n{3,}")
_PAIR = re.compile(rb"[\x81-\xfe][\x41-\xfe]")
_BLOCK = 1 << 20


def clean(text: str) -> str:
    """`text` as NFC, its broken characters mended, without control characters and blank runs."""
    text = _TERMINAL.sub("", whole(text))
    text = _LINE_END.sub("\n", text)
    if not text.isascii():
        text = _mend(_CONTROL.sub("", text))
        text = unicodedata.normalize("NFC", text)
    text = _CONTROL.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n").rstrip()


def clean_value(value: Any) -> Any:
    """`clean` on every string inside a JSON value."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_value(part) for part in value]
    if isinstance(value, dict):
        return {name: clean_value(part) for name, part in value.items()}
    return value


def whole(text: str) -> str:
    """`text` with lone surrogates replaced, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def read_text(path: Path, shown: str) -> str:
    """The whole file, decoded."""
    encoding = encoding_of(path, shown)
    with path.open(encoding=encoding, newline="") as stream:
        return stream.read()


def encoding_of(path: Path, shown: str) -> str:
    """`utf-8-sig` or `cp949`, after a look at every byte; InputError for anything else."""
    with path.open("rb") as stream:
        head = stream.read(_BLOCK)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _wrong(shown, "UTF-16")
        if b"\0" in head:
            raise InputError(
                f"'{shown}' is a binary file, not text",
                "it has zero bytes",
                "give it the suffix of its real kind, or take it off the list",
            )
    fault = _fault(path, "utf-8")
    if fault is None:
        return "utf-8-sig"
    if _looks_korean(head) and _fault(path, "cp949") is None:
        return "cp949"
    raise _wrong(shown, "Latin-1 or Windows-1252", fault)


def _fault(path: Path, encoding: str) -> str | None:
    """What keeps the file from being read in `encoding`; None when nothing does."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    with path.open("rb") as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
                done += len(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            byte = error.object[error.start : error.start + 1].hex()
            return f"byte 0x{byte} near position {done + error.start:,} is not {encoding.upper()}"
    return None


def _looks_korean(head: bytes) -> bool:
    """Whether most byte pairs are common Hangul: Latin-1 can decode as CP949 by accident."""
    pairs: list[bytes] = _PAIR.findall(head)
    hangul = sum(0xB0 <= pair[0] <= 0xC8 and pair[1] >= 0xA1 for pair in pairs)
    return hangul * 2 > len(pairs)


def _wrong(shown: str, guess: str, fault: str = "") -> InputError:
    detail = f"{fault}; " if fault else ""
    return InputError(
        f"'{shown}' is neither UTF-8 nor CP949 text",
        f"{detail}it looks like {guess}, which is not read because a guess may spoil the text",
        "save it as UTF-8",
    )


def _mend(text: str) -> str:
    import ftfy

    mended: str = ftfy.fix_text(
        text, uncurl_quotes=False, unescape_html=False, fix_character_width=False
    )
    return mended
