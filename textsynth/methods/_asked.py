"""Set words in which a row's user asks: for the entities of a text, or for it in another manner."""

from __future__ import annotations

ENTITIES: dict[str, str] = {
    "ar": "استخرج الكيانات ({types}) من هذا النص بصيغة JSON.",
    "cs": "Vypiš entity ({types}) z tohoto textu jako JSON.",
    "de": "Gib die Entitäten ({types}) dieses Textes als JSON an.",
    "en": "List the entities ({types}) of this text as JSON.",
    "es": "Indica las entidades ({types}) de este texto en JSON.",
    "fr": "Liste les entités ({types}) de ce texte en JSON.",
    "hi": "इस पाठ की इकाइयाँ ({types}) JSON में लिखिए।",
    "id": "Tuliskan entitas ({types}) dari teks ini sebagai JSON.",
    "it": "Elenca le entità ({types}) di questo testo in JSON.",
    "ja": "次の文章から固有表現（{types}）を抜き出し、JSONで書いてください。",
    "ko": "다음 글에서 개체({types})를 찾아 JSON으로 적으세요.",
    "nl": "Geef de entiteiten ({types}) van deze tekst als JSON.",
    "pl": "Wypisz encje ({types}) z tego tekstu w formacie JSON.",
    "pt": "Liste as entidades ({types}) deste texto em JSON.",
    "ru": "Выпишите сущности ({types}) из этого текста в формате JSON.",
    "sv": "Lista entiteterna ({types}) i den här texten som JSON.",
    "th": "ระบุเอนทิตี ({types}) ในข้อความนี้เป็น JSON",
    "tr": "Bu metindeki varlıkları ({types}) JSON olarak yaz.",
    "uk": "Випишіть сутності ({types}) з цього тексту у форматі JSON.",
    "vi": "Liệt kê các thực thể ({types}) trong văn bản này dưới dạng JSON.",
    "zh": "请找出下文中的实体（{types}），用 JSON 写出。",
}
"""Language → the line above the text."""

_REGISTERS = ("formal", "plain", "casual", "warm", "brief")
_REWRITE: dict[str, tuple[str, tuple[str, ...], str]] = {
    "de": (
        "Schreibe diesen Text {} um",
        ("in förmlicher Sprache", "in einfachen Worten", "locker wie in einem Chat",
         "in einem warmen, freundlichen Ton", "so kurz wie möglich"),
        "{}. Gelesen wird er von: {}.",
    ),
    "en": (
        "Rewrite this text {}",
        ("in a formal register", "in plain words", "casually, as in a chat",
         "in a warm, friendly tone", "as briefly as possible"),
        "{}, for this reader: {}.",
    ),
    "es": (
        "Reescribe este texto {}",
        ("en un registro formal", "con palabras sencillas", "de manera informal, como en un chat",
         "en un tono cálido y amable", "lo más brevemente posible"),
        "{}. Lo leerá: {}.",
    ),
    "fr": (
        "Réécris ce texte {}",
        ("dans un registre soutenu", "avec des mots simples", "de façon détendue, comme dans un "
         "chat", "sur un ton chaleureux et aimable", "aussi brièvement que possible"),
        "{}. Il sera lu par : {}.",
    ),
    "ja": (
        "次の文章を{}書き直してください",
        ("改まった文体で", "やさしい言葉で", "チャットのようにくだけた調子で",
         "温かく親しみやすい調子で", "できるだけ短く"),
        "{}。読み手：{}。",
    ),
    "ko": (
        "다음 글을 {} 다시 써 주세요",
        ("격식 있는 말투로", "쉬운 말로", "채팅하듯 편한 말투로", "따뜻하고 친근한 말투로",
         "되도록 짧게"),
        "{}. 읽을 사람: {}.",
    ),
    "zh": (
        "请{}改写下面的文字",
        ("用正式的语体", "用浅显的话", "像聊天一样随意地", "用温暖亲切的语气", "尽量简短地"),
        "{}。读者：{}。",
    ),
}  # fmt: skip
"""Language → the sentence, the manner in the order of `_REGISTERS`, the sentence with a reader."""


def manner(register: str, language: str) -> str:
    """What asks for a register, without the full stop; one of the job's own is named as it is."""
    sentence, manners, _ = _REWRITE.get(language, _REWRITE["en"])
    if register in _REGISTERS:
        return sentence.format(manners[_REGISTERS.index(register)])
    if language == "ko":
        return f"다음 글을 이런 말투로 다시 써 주세요: {register}"
    return f"Rewrite this text in this register: {register}"


def rewriting(register: str, language: str, reader: str) -> str:
    """The line above a text that is to be rewritten; `reader`: whom it is for, "" for anybody."""
    asked = manner(register, language)
    if not reader:
        return asked + ("。" if language in ("ja", "zh") else ".")
    whole = _REWRITE.get(language, _REWRITE["en"])[2]
    return whole.format(asked, reader.rstrip(".。"))
