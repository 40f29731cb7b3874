"""Which of the topics that a model named become the children of a node, and why the others not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from textsynth.taxonomy.names import folded
from textsynth.taxonomy.near import merged, near_equal
from textsynth.taxonomy.tree import Node

MOST_WORDS = 8
"""A name of more words is a sentence."""

LONGEST = 60
"""Characters of the longest name."""

_GENERAL = re.compile(
    r"^(?:other|others|misc|miscellaneous|general|generals|various|etc|overview|introduction|intro"
    r"|basics?|fundamentals?|conclusions?|summary|faqs?|background|definitions?|glossary|appendix"
    r"|references?|further reading|resources|topics?|sub-?topics?|none|n/?a)$"
    r"|^(?:other|miscellaneous|various|general|additional|related|introduction to|overview of)\b"
    r"(?: (?:topics?|subjects?|issues?|areas?|matters?|items?|services?|things?|information"
    r"|questions?|inquiries|considerations?|categor(?:y|ies)|aspects?|points?|concepts?))?$"
    r"|^(?:기타|그 ?외|그 ?밖의?|일반|개요|소개|서론|머리말|결론|요약|정의|용어(?: ?정리)?|부록"
    r"|참고 ?(?:문헌|자료)|자주 묻는 질문|기초|기본|배경|총론|주제|하위 ?주제|없음)"
    r"(?: ?(?:사항|주제|항목|분야|문제|서비스|내용|개념|정보))?$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"[.!?。？！]$|^(?:how|what|why|when|where|who|which|can|could|do|does|is|are|should|will)\b.*"
    r"|\b(?:i|you|we|they|it|this|these) (?:is|are|can|may|will|should|have|has|do|need)\b"
    r"|(?:습니다|입니다|합니다|됩니다|니다|어요|아요|해요|나요|까요|인가요|는가|한다|된다|이다|세요)$",
    re.IGNORECASE,
)
_EVERYWHERE = re.compile(
    r"^(?:(?:business|project|product|quality|operations?|risk|staff|people|human resources?|time"
    r"|team|data|financial|general|office) )?(?:management|administration|operations?)$"
    r"|^(?:marketing|sales|advertising|compliance|regulations?|regulatory compliance|customer"
    r" (?:service|support|care|relations?|satisfaction)|human resources|training|innovation"
    r"|technology|(?:product|business|professional) development|communications?|leadership"
    r"|strategy|planning|ethics|best practices|trends|security|partnerships?"
    r"|business relationships?)(?: and (?:sales|support|regulations?|advertising|promotion))?$"
    r"|^(?:마케팅|영업|광고|홍보|경영|관리|운영|규제|법규|규정 준수|준법|인사|인적 자원|교육 ?훈련"
    r"|혁신|기술|전략|기획|윤리|리더십|의사소통|고객 ?(?:서비스|지원|관리|응대|만족)"
    r"|(?:위험|리스크|품질) ?관리)$",
    re.IGNORECASE,
)
"""Names that fit any subject. They count last: a model thinks of them first."""
_FOREIGN = re.compile(r"[぀-ヿ㐀-鿿Ѐ-ӿ؀-ۿ฀-๿]")
_JOINED = re.compile(r"[,/&·+;(]|\b(?:and|or)\b|(?<=\S)[와과]\s|\b(?:및|또는)\b", re.IGNORECASE)
_HANGUL = re.compile(r"[가-힣]")


@dataclass
class Chosen:
    """The children of one node, and what became of the other names."""

    children: list[Node] = field(default_factory=list)
    merges: list[tuple[str, str]] = field(default_factory=list)
    """(gone, into)."""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    """(name, why)."""
    spare: list[str] = field(default_factory=list)
    """Fit, but beyond the number that was asked for."""
    named: int = 0
    """Different names in all."""
    new: int = 0
    """Children that were not known before."""


def unfit(name: str, language: str = "en") -> str:
    """Why a name is none that a topic can have, in words; empty when it is one."""
    words = name.split()
    if not any(c.isalpha() for c in name):
        return "no name"
    if _GENERAL.match(name):
        return "too general"
    if _SENTENCE.search(name) or len(words) > MOST_WORDS or len(name) > LONGEST:
        return "a sentence"
    if language in ("en", "ko") and _FOREIGN.search(name):
        return "another language"
    if language == "en" and _HANGUL.search(name):
        return "another language"
    if language == "ko" and not _HANGUL.search(name) and (len(words) > 1 or name.islower()):
        return "another language"
    return ""


def misplaced(name: str, path: Sequence[str], beside: Iterable[str] = ()) -> str:
    """Why a name cannot stand below `path`, in words; empty when it can.

    `beside`: the names that stand beside the end of the path.
    """
    for above in path:
        if near_equal(name, above):
            return f"repeats '{above}' above it"
        if _part_of(name, above):
            return f"says less than '{above}' above it"
    for other in beside:
        if near_equal(name, other):
            return f"stands beside it already as '{other}'"
    return ""


_EMPTY = {
    "service", "services", "product", "products", "issues", "matters", "topics", "solutions",
    "서비스", "상품", "제품", "업무", "문제",
}  # fmt: skip
"""Words that add nothing to a name: "Banking services" below "Retail banking", "Services"."""


def _part_of(name: str, above: str) -> bool:
    """Whether a name has only some of the words above it: "Banking" below "Retail banking".

    A name that is made of two, such as "Surgery and emergency care", may be divided into them.
    """
    if _JOINED.search(above):
        return False
    all_words = set(above.casefold().split())
    telling = {word for word in name.casefold().split() if word not in _EMPTY}
    return telling < all_words


def choose(
    lists: Sequence[Sequence[tuple[str, str]]],
    path: Sequence[str],
    most: int,
    *,
    beside: Sequence[str] = (),
    known: Sequence[Node] = (),
    language: str = "en",
) -> Chosen:
    """The topics that become children of the last of `path`, of `lists` of (name, about).

    Names that say the same are one. Those that stand in most lists come first, then those that
    stand further up, then those of an earlier list, and last what every subject has (marketing); at
    most `most`, with the `known` ones, which are children already and stay first. The order of
    `lists` is that of asking, not of arrival.
    """
    chosen = Chosen()
    nodes = {
        folded(node.name): Node(node.name, node.about, node.children, node.weight) for node in known
    }
    old = len(nodes)
    votes: dict[str, set[int]] = {key: set() for key in nodes}
    ranks = {key: (-1, n) for n, key in enumerate(nodes)}
    refused: set[str] = set()
    for number, named in enumerate(lists):
        for place, (name, about) in enumerate(named):
            name = unicodedata.normalize("NFC", name)
            key = folded(name)
            why = unfit(name, language) or misplaced(name, path, beside)
            if why:
                if key not in refused:
                    chosen.dropped.append((name, why))
                refused.add(key)
                continue
            node = nodes.setdefault(key, Node(_capital(name)))
            node.about = node.about or about
            votes.setdefault(key, set()).add(number)
            ranks[key] = min(ranks.get(key, (place, number)), (place, number))
    # In the order of their rank, so that the name that stands first is the one that stays.
    order = sorted(nodes, key=lambda key: ranks[key])
    left, merges = merged([nodes[key] for key in order])
    chosen.merges = [(merge.gone, merge.kept) for merge in merges]
    into = {folded(gone): folded(stays) for gone, stays in chosen.merges}
    for key in order:
        end, steps = key, 0
        while end in into and steps < len(into):
            end, steps = into[end], steps + 1
        votes[end] |= votes[key]
    keep = {folded(node.name) for node in known}
    news = [node for node in left if folded(node.name) not in keep]
    news.sort(key=lambda node: _rank(node.name, votes, ranks))
    room = max(most - old, 0)
    chosen.children = [node for node in left if folded(node.name) in keep] + news[:room]
    chosen.spare = [node.name for node in news[room:]]
    chosen.named, chosen.new = len(nodes) - old + len(refused), len(news[:room])
    return chosen


def _rank(
    name: str, votes: Mapping[str, set[int]], ranks: Mapping[str, tuple[int, int]]
) -> tuple[bool, int, tuple[int, int]]:
    key = folded(name)
    return bool(_EVERYWHERE.match(name)), -len(votes[key]), ranks[key]


def _capital(name: str) -> str:
    """With a capital at its start, where it has none at all."""
    return name[:1].upper() + name[1:] if name == name.lower() else name
