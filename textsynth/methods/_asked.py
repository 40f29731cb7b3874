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
    "af": "Lys die entiteite ({types}) van hierdie teks as JSON.",
    "am": "በዚህ ጽሑፍ ውስጥ ያሉትን ስሞች ({types}) በJSON ዘርዝር።",
    "az": "Bu mətndəki obyektləri ({types}) JSON kimi sadala.",
    "bg": "Изброй обектите ({types}) в този текст като JSON.",
    "bn": "এই লেখার সত্তাগুলো ({types}) JSON আকারে লিখুন।",
    "ca": "Fes una llista de les entitats ({types}) d'aquest text en JSON.",
    "da": "Angiv entiteterne ({types}) i denne tekst som JSON.",
    "el": "Γράψε τις οντότητες ({types}) αυτού του κειμένου ως JSON.",
    "et": "Loetle selle teksti olemid ({types}) JSON-ina.",
    "fa": "موجودیت‌های ({types}) این متن را به صورت JSON بنویس.",
    "fi": "Luettele tämän tekstin entiteetit ({types}) JSON-muodossa.",
    "gu": "આ લખાણની વસ્તુઓ ({types}) JSON તરીકે લખો.",
    "he": "רשום את הישויות ({types}) שבטקסט הזה כ-JSON.",
    "hr": "Navedi entitete ({types}) ovog teksta kao JSON.",
    "hu": "Sorold fel ennek a szövegnek az entitásait ({types}) JSON-ként.",
    "hy": "Թվարկիր այս տեքստի միավորները ({types}) որպես JSON։",
    "ka": "ჩამოწერე ამ ტექსტის ერთეულები ({types}) JSON-ად.",
    "kk": "Осы мәтіндегі нысандарды ({types}) JSON түрінде жаз.",
    "km": "សូមរាយឈ្មោះអង្គភាព ({types}) ក្នុងអត្ថបទនេះជា JSON។",
    "kn": "ಈ ಪಠ್ಯದ ಘಟಕಗಳನ್ನು ({types}) JSON ರೂಪದಲ್ಲಿ ಬರೆಯಿರಿ.",
    "lo": "ບອກລາຍຊື່ ({types}) ໃນຂໍ້ຄວາມນີ້ເປັນ JSON.",
    "lt": "Išvardyk šio teksto esybes ({types}) kaip JSON.",
    "lv": "Uzskaiti šī teksta entītijas ({types}) kā JSON.",
    "ml": "ഈ വാചകത്തിലെ ഘടകങ്ങൾ ({types}) JSON ആയി എഴുതുക.",
    "mn": "Энэ бичвэр дэх нэршлүүдийг ({types}) JSON хэлбэрээр бич.",
    "mr": "या मजकुरातील घटक ({types}) JSON स्वरूपात लिहा.",
    "ms": "Senaraikan entiti ({types}) dalam teks ini sebagai JSON.",
    "my": "ဤစာထဲရှိ အမည်များ ({types}) ကို JSON ဖြင့် ရေးပါ။",
    "ne": "यस पाठका एकाइहरू ({types}) JSON मा लेख्नुहोस्।",
    "no": "List opp entitetene ({types}) i denne teksten som JSON.",
    "pa": "ਇਸ ਲਿਖਤ ਦੀਆਂ ਇਕਾਈਆਂ ({types}) JSON ਵਿੱਚ ਲਿਖੋ।",
    "ro": "Enumeră entitățile ({types}) din acest text ca JSON.",
    "si": "මෙම පාඨයේ ඇති නාම ({types}) JSON ලෙස ලියන්න.",
    "sk": "Vypíš entity ({types}) z tohto textu ako JSON.",
    "sl": "Naštej entitete ({types}) v tem besedilu kot JSON.",
    "so": "U qor magacyada ({types}) qoraalkan ku jira sidii JSON.",
    "sq": "Rendit entitetet ({types}) e këtij teksti si JSON.",
    "sr": "Наведи ентитете ({types}) овог текста као JSON.",
    "sw": "Orodhesha majina ya vitu ({types}) katika maandishi haya kama JSON.",
    "ta": "இந்த உரையில் உள்ள பெயர்களை ({types}) JSON வடிவில் எழுதவும்.",
    "te": "ఈ వచనంలోని అంశాలను ({types}) JSON రూపంలో రాయండి.",
    "tl": "Ilista ang mga entidad ({types}) sa tekstong ito bilang JSON.",
    "ur": "اس متن کی اکائیاں ({types}) JSON میں لکھیں۔",
    "uz": "Ushbu matndagi obyektlarni ({types}) JSON shaklida yoz.",
    "yo": "Kọ àwọn orúkọ ({types}) tó wà nínú ọ̀rọ̀ yìí gẹ́gẹ́ bí JSON.",
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
