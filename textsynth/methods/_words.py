"""Set words in every language that a job may name: yes, no, and that something is not stated."""

from __future__ import annotations

import re

_YES_NO: dict[str, tuple[str, str]] = {
    "ar": ("نعم", "لا"), "cs": ("Ano", "Ne"), "de": ("Ja", "Nein"), "en": ("Yes", "No"),
    "es": ("Sí", "No"), "fr": ("Oui", "Non"), "hi": ("हाँ", "नहीं"), "id": ("Ya", "Tidak"),
    "it": ("Sì", "No"), "ja": ("はい", "いいえ"), "ko": ("네", "아니요"), "nl": ("Ja", "Nee"),
    "pl": ("Tak", "Nie"), "pt": ("Sim", "Não"), "ru": ("Да", "Нет"), "sv": ("Ja", "Nej"),
    "th": ("ใช่", "ไม่ใช่"), "tr": ("Evet", "Hayır"), "uk": ("Так", "Ні"), "vi": ("Có", "Không"),
    "zh": ("是的", "不是"),
}  # fmt: skip
_MARKS = r"\s,.!:;。、，：！،؛।—–-"
_ALSO = {"예": "네", "아니오": "아니요", "아뇨": "아니요", "是": "是的", "不": "不是", "否": "不是"}

_UNKNOWN: dict[str, str] = {
    "ar": "هذا غير مذكور في المعلومات المتاحة. للإجابة نحتاج إلى: {needed}.",
    "cs": "To dostupné informace neuvádějí. K odpovědi by bylo potřeba: {needed}.",
    "de": "Das geht aus den vorliegenden Angaben nicht hervor. Für eine Antwort bräuchte es: "
    "{needed}.",
    "en": "The information available does not say. To answer that, one would need {needed}.",
    "es": "La información disponible no lo indica. Para responder haría falta: {needed}.",
    "fr": "Les informations disponibles ne le précisent pas. Pour répondre, il faudrait : "
    "{needed}.",
    "hi": "उपलब्ध जानकारी में यह नहीं बताया गया है। उत्तर के लिए यह चाहिए: {needed}।",
    "id": "Informasi yang tersedia tidak menyebutkannya. Untuk menjawabnya diperlukan: {needed}.",
    "it": "Le informazioni disponibili non lo dicono. Per rispondere servirebbe: {needed}.",
    "ja": "手元の情報には記載がありません。お答えするには次の情報が必要です：{needed}。",
    "ko": "제공된 정보에는 그 내용이 나와 있지 않습니다. 답하려면 다음을 알아야 합니다: {needed}.",
    "nl": "Dat staat niet in de beschikbare informatie. Voor een antwoord is nodig: {needed}.",
    "pl": "Dostępne informacje tego nie podają. Do odpowiedzi potrzebne są: {needed}.",
    "pt": "A informação disponível não o indica. Para responder seria preciso: {needed}.",
    "ru": "В имеющейся информации этого нет. Чтобы ответить, нужно знать: {needed}.",
    "sv": "Det framgår inte av den tillgängliga informationen. För ett svar behövs: {needed}.",
    "th": "ข้อมูลที่มีอยู่ไม่ได้ระบุไว้ หากจะตอบต้องทราบ: {needed}",
    "tr": "Eldeki bilgilerde bu belirtilmiyor. Yanıt için gereken: {needed}.",
    "uk": "У наявній інформації цього немає. Щоб відповісти, потрібно знати: {needed}.",
    "vi": "Thông tin hiện có không nêu điều này. Để trả lời cần biết: {needed}.",
    "zh": "现有信息中没有说明。要回答这个问题，需要知道：{needed}。",
}


_OPENS = re.compile(r"(?:The|A|An|Whether|How|What|When|Which|Who|Where|If) ")


def yes_no(language: str) -> tuple[str, str]:
    """The words for yes and no that an answer begins with."""
    return _YES_NO.get(language, _YES_NO["en"])


def polarity(answer: str, language: str) -> tuple[str, str]:
    """("yes" or "no", the rest) of an answer that begins so; ("", answer) of any other."""
    said = re.match(rf"\W*([^{_MARKS}]+)[{_MARKS}]*(.*)", answer, re.DOTALL)
    if not said:
        return "", answer
    first = _ALSO.get(said[1], said[1]).casefold()
    for word, name in zip(yes_no(language), ("yes", "no"), strict=True):
        if first == word.casefold():
            return name, said[2].strip()
    return "", answer


def opened(name: str, reason: str, language: str) -> str:
    """An answer that begins with yes or no and gives the reason."""
    word = yes_no(language)[name == "no"]
    mark = {"ja": "、", "zh": "，", "ar": "، "}.get(language, ", ")
    if mark == ", " and language == "en" and re.match(r"[A-Z][a-z]", reason):
        first = reason.split(maxsplit=1)[0]
        # An article or a pronoun goes on small; a name keeps its capital.
        if first in _SMALL:
            reason = reason[0].lower() + reason[1:]
    return f"{word}{mark}{reason}"


_SMALL_WORDS = """
A After All An Any At Before Customers Each Every For If In It Its On Once Only Our Patients Tenants
That The There These They This Those To Until We When You Your
"""
_SMALL = frozenset(_SMALL_WORDS.split())


def unknown(needed: str, language: str) -> str:
    """The set answer to a question that the text does not answer, with what would be needed."""
    needed = needed.strip().rstrip(".。!?？").strip()
    if language == "en" and re.match(
        r"(?:The|A|An|Whether|How|What|When|Which|Who|Where) ", needed
    ):
        needed = needed[0].lower() + needed[1:]
    if language == "en" and re.match(r"(?:whether|how|what|when|which|who|where|if)\b", needed):
        needed = f"to know {needed}"
    return _UNKNOWN.get(language, _UNKNOWN["en"]).format(needed=needed)


def is_unknown(answer: str, language: str) -> bool:
    """Whether an answer is the set one."""
    return answer.startswith(_UNKNOWN.get(language, _UNKNOWN["en"]).partition("{")[0][:20])
