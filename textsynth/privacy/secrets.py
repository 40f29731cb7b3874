"""Keys, tokens and passwords: by their well-known shapes, or by a cue before them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some, there
from textsynth.privacy.resolving import Candidate

SHAPES = (
    r"sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,200}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,200}",
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{20,255}",
    r"github_pat_[A-Za-z0-9_]{20,255}",
    r"glpat-[A-Za-z0-9_-]{20,64}",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,250}",
    r"hf_[A-Za-z0-9]{20,64}",
    r"AIza[A-Za-z0-9_-]{30,40}",
    r"ya29\.[A-Za-z0-9_-]{20,250}",
    r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}",
    r"npm_[A-Za-z0-9]{30,50}",
    r"pypi-[A-Za-z0-9_-]{40,250}",
    r"dop_v1_[a-f0-9]{40,80}",
    r"shp(?:at|ss|ca|pa)_[a-fA-F0-9]{24,64}",
    r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,2000})?",
)
_SHAPED = re.compile(r"(?<![A-Za-z0-9_-])(?:" + "|".join(SHAPES) + ")")
_HEADS = (
    *("sk-", "k_live_", "k_test_", "AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ghp_", "gho_", "ghu_"),
    *("ghs_", "ghr_", "github_pat_", "glpat-", "xox", "hf_", "AIza", "ya29.", "SG.", "npm_"),
    *("pypi-", "dop_v1_", "shpat_", "shpss_", "shpca_", "shppa_", "eyJ"),
)
_BEGIN, _END = "-----BEGIN ", "-----END "
_HOOK = re.compile(r"hooks\.slack\.com/services/([A-Za-z0-9/]{20,80})")
_LOGIN = re.compile(r"://([^\s/@:\"'<>]{1,64}:[^\s/@\"'<>]{1,128})@")
_BEARER = re.compile(r"\b(?:bearer|basic)\s+([a-z0-9._~+/=-]{16,4000})")
_WORD = (
    r"pass(?:word|code|phrase|wd)|\bpwd|\bpw(?![a-z])|api[ _-]?(?:key|secret|token)|"
    r"\bapikey|secret[ _-]?(?:access[ _-]?)?key"
    r"|(?:access|auth|refresh|bearer|session|client|bot)[ _-]?(?:token|secret|key)|"
    r"\bsecret|\btoken|\bpin(?: code| number)?"
    r"|private[ _-]?key|security answer|비밀 ?번호|패스워드|비번|암호|인증 ?키|접근 ?"
    r"토큰|토큰|시크릿 ?키|보안 ?코드"
)
_CUED = re.compile(
    rf"(?:{_WORD})[\"'`*]{{0,3}}"
    r"(\s{0,3}[:=|]{1,2}>?\s{0,3}|\s{1,2}(?:is|was|to)\s{0,2}:?\s{1,2}|(?:은|는|이|가)"
    r"\s{1,2}|\s{1,2}(?=[\"'`]))"
    r"[\"'`*]{0,2}([^\s\"'`<>]{4,200})"
)
_CUES = (
    *("passw", "passc", "passp", "pwd", "pw", "apikey", "api", "secret", "token", "security ans"),
    *("비밀", "패스워드", "비번", "암호", "인증키", "인증 키", "토큰", "시크릿", "보안코드"),
    "보안 코드",
)
_KEYS = ("access", "auth", "refresh", "bearer", "session", "client", "bot", "private")
_PIN = re.compile(r"\bpin(?![a-z])")
_TAIL = re.compile(
    r"(?:[.,;:!?)\]}*|]|(?:입니다|이에요|예요|이고|이며|으로|로|라고|이라고|였는데|인"
    r"데|[은는이가을를])[.,!?]{0,2})+$"
)
_VARIABLE = re.compile(r"^(?:[$%{<\[(]|\*+$|x+$|os\.|process\.|env\.|getenv|config)|\(")


def secrets(page: Page) -> Iterator[Candidate]:
    """Spans of the secret itself, without the cue."""
    text, low = page.text, page.low
    for match in _SHAPED.finditer(text) if some(text, _HEADS) else ():
        yield Candidate("secret", *match.span())
    yield from _blocks(text)
    if "hooks.slack" in low:
        for match in _HOOK.finditer(text):
            yield Candidate("secret", *match.span(1))
    if "://" in low and "@" in low:
        for match in _LOGIN.finditer(text):
            yield Candidate("secret", *match.span(1), 1)
    for match in _BEARER.finditer(low) if some(low, ("bearer", "basic")) else ():
        if re.search(r"[0-9=_.-]", match[1]):
            yield Candidate("secret", match.start(1), match.start(1) + len(match[1].rstrip(".")))
    keys = "key" in low and some(low, _KEYS)
    if not (keys or some(low, _CUES) or ("pin" in low and there(low, _PIN))):
        return
    for match in _CUED.finditer(low):
        value = text[match.start(2) : match.end(2)]
        trail = _trail(value)
        value = value[: len(value) - len(trail)]
        if re.search(r"[:=]", match[1]) and re.match(r"[!?]+$", trail):
            value += trail
        if _plausible(value, match[1]):
            yield Candidate("secret", match.start(2), match.start(2) + len(value))


def _trail(value: str) -> str:
    found = _TAIL.search(value[-12:])
    return found[0] if found else ""


def _plausible(value: str, joint: str) -> bool:
    """Whether it looks chosen or drawn, not said: "password: required" and "token is used" do not.

    After a sign, a digit, a symbol or mixed case is enough; after "is" there must be a digit.
    """
    if len(value) < 4 or _VARIABLE.search(value) or not value.isascii():
        return False
    digit = any(c.isdigit() for c in value)
    symbol = any(c in "!@#$%^&*_+~?" for c in value[1:])
    if not re.search(r"[:=|]", joint):
        return digit or (symbol and len(value) >= 6)
    mixed = bool(re.search(r"[a-z][A-Z]", value))
    return digit or symbol or mixed


def _blocks(text: str) -> Iterator[Candidate]:
    """Private keys from their first to their last line, or to the end of a text cut off."""
    start = text.find(_BEGIN)
    while start >= 0:
        close = start + len(_BEGIN)
        if "PRIVATE KEY" in text[start : start + 60]:
            tail = text.find(_END, close)
            close = text.find("-----", tail + len(_END)) + 5 if tail >= 0 else 0
            close = close if close > 5 else len(text)
            yield Candidate("secret", start, close, 2)
        start = text.find(_BEGIN, close)
