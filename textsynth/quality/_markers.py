"""Small words that tell a language where lid.176 is weak: of its own, and of those it is taken for.

Measured on sentences of a bank's customers, the packaged model finds Swahili, Somali, Yoruba and
Uzbek in none or few, and takes Malay for Indonesian, Nepali for Hindi, Urdu for Persian.
"""

from __future__ import annotations

import functools
import unicodedata

_WORDS: dict[str, str] = {
    "af": "nie jy ek hy sy hulle vir kom neem 'n nuwe my baie dankie sal maak oor kry wees jul dit",
    "nl": "een niet ik jij u uw mijn hij zij ze zijn wordt worden komt naar geen er zal deze bij "
    "dit nieuwe",
    "fa": "است از به در را که این شما برای با آن هیچ خیلی نیست چه من ندارد می‌شود کنید و",
    "ur": "ہے ہیں کا کی کے میں سے اور کو میرا آپ یہ نہیں کب کیا تھا پر لیے نے بھی گا گی تک اس و",
    "mn": "вэ нь бол байна юу хэзээ миний таны та би ба энэ дотор ямар ч үү юм болно хэрхэн бид уу "
    "байгаа",
    "ru": "и не на в что как для это за по из мой моя вы я с от к у ваша ваш когда",
    "ms": "bilakah baharu boleh ialah kerana sahaja awak hendak daripada tiada bahawa wang kad "
    "adakah sila caj akaun selepas semasa pelanggan pejabat masa cuba telefon "
    "yang tidak untuk dengan anda ada di dalam",
    "id": "kapan bisa karena yaitu hanya uang kartu bahwa kantor perusahaan coba setelah apakah "
    "silakan rekening mau gratis biaya ketika nasabah pelanggan telepon "
    "yang tidak untuk dengan anda ada di dalam",
    "ne": "छ छन् छैन लागि मेरो तपाईं तपाईंको हुन्छ गर्न गर्नुहोस् र नयाँ कहिले कसरी यो पनि भने हुनेछ "
    "धेरै हामी कति कुन यसका गर्छ",
    "hi": "है हैं का के की में से और मेरा आप आपका यह नहीं कब कैसे क्या था पर लिए इसका बहुत यो",
    "no": "hva noe noen meg deg ut opp nå etter mellom å innen dere mitt ditt av ikke jeg og",
    "da": "af hvad noget nogen mig dig ud op nu efter mellem inden jer mit dit ikke jeg og hvornår",
    "sv": "och inte jag att är för när mig dig av ditt mitt något behöver ut",
    "sl": "bo ne je za pa ki kdaj vaša vam ali kje kako sem bi ni če da bom lahko tudi zelo vas ga "
    "ob iz pri kaj v na se so ste po",
    "hr": "će kada što nije bi sam ću ali kako može biti od do li šta ovo samo vaša je za da ne se "
    "na u iz su ste po",
    "sk": "sa že ako čo kedy pre alebo môže nie som ste do od v na je za bude vám ale po",
    "so": "ayuu waa iyo oo ka ku waxaan waxay wuxuu si la u ee aan ma goorma maxaa sidee doonaa "
    "gudahood tahay aad laga lagu waxa mid badan uu ay baad soo ah",
    "sw": "ya wa na kwa ni la za katika yangu yako yetu hii hiyo je au kama lakini pia sana ndani "
    "cha vya si bila baada kabla kuhusu nini lini gani siku asante tafadhali ili hadi kila huu",
    "uz": "va bu uchun bilan qachon bo'ladi ham yangi siz sizning men mening kerak qanday nima "
    "emas bor yo'q ichida mumkin lekin agar keladi rahmat o'z har keyin haq",
    "tr": "ve için ile bir ne bu ama çok var yok değil nasıl ben siz mi ki",
    "yo": "ni ti tí ní sí àti kò máa mi rẹ ó ń fún bí wà náà yìí àwọn pé ẹ o wo kí jẹ́ ìgbà ṣe ṣé "
    "láti",
}  # fmt: skip
WEAK = ("af", "mn", "ms", "ne", "no", "sl", "so", "sw", "ur", "uz", "yo")
"""Languages that the model is weak in."""

KIN: dict[str, tuple[str, ...]] = {
    "hr": ("sr", "bs", "sh"), "sr": ("hr", "bs", "sh"), "ms": ("id",), "ne": ("hi", "mr", "new"),
    "no": ("nn", "da"), "ur": ("fa", "pnb"), "af": ("nl",), "sl": ("hr", "sr", "bs", "sh", "sk"),
}  # fmt: skip
"""Language -> other labels of the model that its text gets."""

_EDGES = '.,;:!?…"“”«»()[]،؟؛۔।॥'


@functools.cache
def _lists() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _WORDS.items()}


def told(text: str, code: str) -> tuple[int, int, int]:
    """(small words of the language, the most of any other, words in all)."""
    plain = unicodedata.normalize("NFC", text.lower()).translate({0x2018: "'", 0x2019: "'"})
    words = [word.strip(_EDGES) for word in plain.split()]
    found = {name: sum(word in listed for word in words) for name, listed in _lists().items()}
    own = found.pop(code)
    return own, max(found.values()), len(words)
