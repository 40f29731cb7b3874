"""Drops samples whose prose carries markup that its readers would see as signs, or left open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._code import fences, prose
from textsynth.quality._text import turns
from textsynth.records import Sample, Setting, Verdict

Sign = Literal["markdown", "html", "entities", "bbcode", "latex", "code", "escapes", "unclosed"]

PLAIN = ("dialogue", "support")
"""Methods whose rows are talk, in which nobody sets headings or writes code."""

_TAG = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|embed|figure"
    r"|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|meta|nav"
    r"|ol|option|p|picture|pre|script|section|select|small|source|span|strike|strong|style|svg"
    r"|table"
    r"|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul"
    r"|video)(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"?"
    r"|'[^']*'?|[^\s>]+))?)*\s*/?>|<!--|-->|<!DOCTYPE|<!\[CDATA\[",
    re.I,
)
_ALONE = re.compile(
    r"<(?:br|hr|img|a|font|span|div|p|li|input|iframe|script|style|!)[\s/>-]|</", re.I
)
_ENTITY = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|copy|reg|trade|hellip|mdash|ndash|[lr][sd]quo|bull|middot|times"
    r"|euro|pound|yen|cent|deg|laquo|raquo|ensp|emsp|thinsp|zwnj|zwj|shy|[aeiou](?:acute|grave|uml"
    r"|circ)|#\d{2,6}|#x[0-9a-f]{2,5});",
    re.I,
)
_BBCODE = re.compile(
    r"\[/(?:b|i|u|s|url|img|quote|code|color|size|list|center|spoiler|font|left|right|email"
    r"|youtube)\]"
    r"|\[(?:url|img|color|size|font|quote|email)=[^\]\n]{1,200}\]",
    re.I,
)
_LATEX = re.compile(
    r"\\(?:begin|end|frac|dfrac|text|textbf|textit|emph|section|subsection|item|cite|ref|label|sqrt"
    r"|left|right|boxed|mathrm|mathbf|mathbb|documentclass|usepackage|underline|overline|hline"
    r"|includegraphics|footnote|url|href|vspace|hspace|caption)\b\s?[{\[(*|]|\\(?:cdot|times"
    r"|leq|geq|neq"
    r"|alpha|beta|theta|pi|sum|int|infty|approx|pm|div|circ|rightarrow|quad|ldots|item|hline)\b"
    r"|\\\[|\\\(|\\\]|\\\)|(?<!\\)\$\$"
)
_MARKDOWN = re.compile(
    r"^\s{0,3}#{1,6} \S|^\s{0,3}\|.+\|\s*$|^\s{0,3}\|?\s?:?-{3,}:?\s?\|"
    r"|\*\*[^\s*](?:[^*\n]*[^\s*])?\*\*"
    r"|(?<![\w_])__[^\s_][^_\n]*__(?![\w_])|!?\[[^\]\n]+\]\((?:https?:|/|#|mailto:)[^)\n]*\)"
    r"|^\s{0,3}(?:[*-] ?){3,}\s*$|(?<![\w~])~~[^\s~][^~\n]*~~|^>\s+\S",
    re.M,
)
_BOLD = re.compile(r"(?<![*\\/])\*\*(?![*/])")
_POWER = re.compile(r"[\d)\]]\s?\*\*\s?[\d(n-z-]|\b[a-z]\*\*\d|[/\w]\*\*/|/\*\*|^\s*\*\* ", re.M)
_OPEN_LINK = re.compile(r"\[[^\]\n]{1,80}\]\(https?://[^)\s]*(?:\s|$)")
_DISPLAY = re.compile(r"(?<![$\\])\$\$(?!\$)")
_TABLE_ROW = re.compile(r"^\s*\|.*<br.*$", re.M)
_IN_MARKDOWN = re.compile(r"</?(?:sub|sup|kbd|details|summary|u)\s*/?>", re.I)

# A backslash that came out: before a letter that opens a line, after the end of one, or in escapes.
_ESCAPE = re.compile(
    r"\\n(?=\\n|[-*#•\d\"'“(\s]|[A-Z가-힣ぁ-ヿ一-鿿]|$)|(?<=[.!?:,다요])\\n|\\r\\n"
    r"|\\t(?=[A-Z\d가-힣\s]|$)"
    r"|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\\"[^\"\n]{1,200}\\\""
)
_PATH = re.compile(r"(?:\b[A-Za-z]:|\\)\\[\w.\\ -]+")
_ABOUT_MARKUP = re.compile(
    r"\bhtml|\bcss\b|\bxml\b|\bsvg\b|\bjsx\b|\btags?\b|\belements?\b|web ?page|markup|태그"
    r"|마크업|웹 ?페이지",
    re.I,
)
_ABOUT_ESCAPES = re.compile(
    r"new ?line|escape|regex|regular expression|backslash|unicode|code ?point|carriage|string"
    r"|json|latex"
    r"|개행|줄 ?바꿈|이스케이프|정규식|정규 ?표현|역슬래시|백슬래시|유니코드|문자열",
    re.I,
)


class Markup(Filter):
    """Finds tags, entities, formulas and escapes that came into the words, and markup left open.

    html: tags; entities: `&nbsp;`; bbcode: `[b]…[/b]`; latex: `\\frac{…}`; escapes: a line break
    written as backslash and n, `\\u00e9`; unclosed: an odd fence, bold that never ends, a link
    without its end; in rows that are talk (methods dialogue and support) markdown and code too.
    Code blocks and inline code are left out; so are tags and escapes where the talk is about them.
    The score is the number of the turn; details hold what was found.
    """

    alone = True

    allow: list[Sign] | None = None
    """What may stand in a row. Unset: markdown, latex and code, save in rows of the methods
    dialogue and support, where nothing may."""

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first turn with a fault decides."""

        def verdict(sample: Sample) -> Verdict:
            allowed: tuple[str, ...] = ("markdown", "latex", "code")
            if self.allow is not None:
                allowed = tuple(self.allow)
            elif sample.method in PLAIN:
                allowed = ()
            said = turns(sample)
            for number, (_, text) in enumerate(said, 1):
                for name, found in _faults(text, allowed, said):
                    if found:
                        details = {"turn": number, "found": found.strip()[:80]}
                        score = float(number)
                        return Verdict(keep=False, reason=name, score=score, details=details)
            return KEEP

        return verdict


def _faults(
    text: str, allowed: tuple[str, ...], said: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """(fault, what was found), "" where it was not."""
    plain = prose(text)
    if "unclosed" not in allowed:
        yield "unclosed", _unclosed(text, plain)
    if "code" not in allowed and "`" in text:
        yield "code", "`" if plain != text else ""
    if "html" not in allowed and "<" in plain:
        yield "html", _html(plain, "markdown" in allowed, said)
    if "entities" not in allowed and "&" in plain and (match := _ENTITY.search(plain)):
        yield "entities", "" if _about(_ABOUT_MARKUP, said) else match[0]
    if "bbcode" not in allowed and "[" in plain and (match := _BBCODE.search(plain)):
        yield "bbcode", match[0]
    if "\\" in plain:
        if "latex" not in allowed and (match := _LATEX.search(plain)):
            yield "latex", match[0]
        bare = _PATH.sub(" ", plain) if "escapes" not in allowed else ""
        if match := _ESCAPE.search(bare):
            yield "escapes", "" if _about(_ABOUT_ESCAPES, said) else match[0]
    if "markdown" not in allowed and any(
        sign in plain for sign in ("*", "#", "|", "_", "](", "~", "--", ">")
    ):
        match = _MARKDOWN.search(plain)
        yield "markdown", match[0] if match else ""


def _unclosed(text: str, plain: str) -> str:
    """What is opened in a text and never closed."""
    if fences(text) % 2 or text.count("```") % 2:
        return "```"
    if "**" in plain:
        bold = _POWER.sub(" ", plain)
        for paragraph in re.split(r"\n\s*\n", bold):
            if len(_BOLD.findall(paragraph)) % 2 and len(_BOLD.findall(bold)) % 2:
                return "**" + paragraph.rpartition("**")[2]
    if "](" in plain and (match := _OPEN_LINK.search(plain)):
        return match[0]
    if plain.count("\\begin{") != plain.count("\\end{"):
        return "\\begin{" if "\\begin{" in plain else "\\end{"
    if "$$" in plain and len(_DISPLAY.findall(plain)) % 2:
        return "$$"
    return ""


def _html(text: str, markdown: bool, said: list[tuple[str, str]]) -> str:
    """A tag that is used; one that is only named ("the <b> tag") is none."""
    if markdown:
        text = _IN_MARKDOWN.sub(" ", _TABLE_ROW.sub(" ", text))
    for match in _TAG.finditer(text):
        name = re.sub(r"\W", "", match[0].split()[0].lower())
        if _ALONE.match(match[0]) or re.search(rf"</{name}\s*>", text, re.I):
            return "" if _about(_ABOUT_MARKUP, said) else match[0]
    return ""


def _about(what: re.Pattern[str], said: list[tuple[str, str]]) -> bool:
    """Whether the row is about such signs; what stands in tags and escapes does not tell."""
    return any(what.search(_TAG.sub(" ", text)) for _, text in said)
