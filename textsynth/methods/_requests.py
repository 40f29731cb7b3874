"""Set wordings of a request for a piece of writing, where the model puts it wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from textsynth.methods._particles import settled
from textsynth.records import Brief

_EN = {
    "analogy": (
        "Write {form} that explains {0} by means of {1}.",
        "Could you explain {0} to me through {1}? As {form}, please.",
        "I'd like {form} in which {1} shows how {0} works.",
        "Help me understand {0}: compare it to {1}, in {form}.",
    ),
    "combination": (
        "Write {form} with {0} and {1} in it.",
        "Can you bring {0} and {1} together in {form}?",
        "I need {form}. It has to involve {0}, and also {1}.",
        "Give me {form} where {0} meets {1}.",
    ),
    "constraint": (
        "Write {form}{about} that {limits}.",
        "Can you do {form}{about}? One rule: it {limits}.",
        "I'd like {form}{about}. It must be one that {limits}.",
        "Please write {form}{about}, and make sure that it {limits}.",
    ),
}
_KO = {
    "analogy": (
        "'{1}'에 빗대어 '{0}'을(를) 설명하는 글을 써 주세요. 형식은 {form}입니다.",
        "'{0}'이(가) 뭔지 '{1}'에 견주어 알려 주실래요? {form} 형식이면 좋겠어요.",
        "'{1}'(으)로 '{0}'을(를) 이해하게 해 주는 글을 부탁해요. 형식: {form}",
    ),
    "combination": (
        "'{0}'와(과) '{1}'이(가) 함께 나오는 글을 써 주세요. 형식은 {form}입니다.",
        "'{0}', 그리고 '{1}'을(를) 엮어서 써 줄 수 있나요? 형식은 {form}(으)로요.",
        "글 하나 부탁드려요. 형식은 {form}, '{0}'와(과) '{1}'은(는) 꼭 들어가야 해요.",
    ),
    "constraint": (
        "{about}글을 써 주세요. 형식은 {form}, 조건은 {limits}입니다.",
        "{about}글 하나 부탁해요. 형식: {form}. 지킬 것: {limits}.",
        "{form} 형식으로 {about}써 주실 수 있나요? 조건이 있어요: {limits}.",
    ),
}


def plain_request(brief: Brief, form: str, things: Sequence[str], limits: Sequence[str]) -> str:
    """A request in set words, one of several; empty in languages that have none here."""
    if brief.language not in ("en", "ko"):
        return ""
    wordings = _KO if brief.language == "ko" else _EN
    there = wordings[brief.facets["technique"]]
    text = there[brief.number("plain", 0, len(there) - 1)]
    korean = brief.language == "ko"
    about = ""
    if things:
        about = f"'{things[0]}'에 관한 " if korean else f" about {things[0]}"
    joined = ", ".join(limits) if korean else " and ".join(limits)
    return settled(text.format(*things, form=form, about=about, limits=joined))
