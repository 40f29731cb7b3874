"""Unicode: mojibake, hidden characters and syllables in pieces, dropped or mended."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Literal

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.unicode import Unicode
from textsynth.records import Sample, Setting
from textsynth.screening import Screening

HELLO = "안녕하세요 고객님"


def row(text: str, language: str) -> Sample:
    return replace(chat(text, columns={"text": text}), language=language)


@pytest.mark.parametrize(
    ("text", "language", "reason", "mended"),
    [
        ("Le cafÃ© est fermÃ©.", "fr", "mojibake", "Le café est fermé."),
        ("Itâ€™s fine, thanks.", "en", "mojibake", "It’s fine, thanks."),
        ("Price is 25Â°C", "en", "mojibake", "Price is 25°C"),
        ("Ã¢â‚¬â„¢ twice", "en", "mojibake", "’ twice"),
        (HELLO.encode().decode("latin-1"), "ko", "mojibake", HELLO),
        ("¾È³çÇÏ¼¼¿ä °í°´´Ô", "ko", "mojibake", HELLO),
        ("Привет".encode().decode("cp1251"), "ru", "mojibake", "Привет"),
        ("縺薙ｓ縺ｫ縺｡縺ｯ", "ja", "mojibake", "こんにちは"),
        ("Привет как дела друг".encode("cp1251").decode("latin-1"), "ru", "mojibake", ""),
        ("don‚Äôt", "en", "mojibake", ""),
        ("안녕하세요 �� 고객님", "ko", "replacement_character", ""),
        ("안녕하세요".encode().decode("cp949", "replace"), "ko", "replacement_character", ""),
        ("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅔㅇㅛ", "ko", "jamo", ""),
        ("안녕하ㅅ세요 고객니ㅁ은", "ko", "jamo", ""),
        ("안녕하ㅅ세요 고객님", "ko", "", ""),
        (unicodedata.normalize("NFD", HELLO), "ko", "decomposed", HELLO),
        ("naive cafe\u0301", "en", "decomposed", "naive café"),
        ("안녕\u200b하세요", "ko", "zero_width", "안녕하세요"),
        ("pass\u00adword", "en", "zero_width", "password"),
        ("Hello\x00 there\x1b", "en", "control", "Hello there"),
        ("Hi \u202eolleh", "en", "bidi", "Hi olleh"),
        ("hi \ud83d\ude00", "en", "surrogate", "hi 😀"),
        ("lone \ud83d", "en", "surrogate", ""),
        ("\ue000 안녕", "ko", "private_use", ""),
        ("\uf0b7 one", "en", "private_use", "• one"),
        ("ＡＢＣ은행입니다", "ko", "full_width", "ABC은행입니다"),
        ("카드 ﾤﾤ", "ko", "full_width", ""),
        ("Z̸̢͓a̶̛l̵g̷o", "en", "stacked_marks", ""),
    ],
)
def test_what_is_broken_is_dropped_and_mended_where_that_is_certain(
    text: str, language: str, reason: str, mended: str
) -> None:
    sample = row(text, language)
    said = verdict(Unicode(), sample, language)
    assert (said.keep, said.reason) == (not reason, reason)
    looked = Screening([Unicode(repair=True)], Setting(language=language)).look(sample)
    assert looked.verdicts["unicode"].keep == bool(mended or not reason)
    if mended:
        assert looked.sample.texts() == [mended]
        assert looked.sample.columns["text"] == mended
        assert looked.sample.id != sample.id
        assert looked.mended["unicode"]["mended"].keys() >= {reason}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It's fine — “thanks” … €5 ™ ©2024 25°C ½ naïve café résumé Zürich"),
        ("en", "👨‍👩‍👧 family 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 ❤️"),
        ("en", "CAFÉ™ is open\ttab\r\nnewline"),
        ("en", "Ålesund, Øystein, Þórður, Łódź, Dvořák, Şişli, Ñandú; x² → ∞ √2 ≈ 1.41"),
        ("de", "Grüße! „Äpfel“ und „Öl“ — MENÜ“"),
        ("fr", "À bientôt, où êtes-vous né ? Ça, cœur, «\u00a0oui\u00a0»"),
        ("ko", "ㅋㅋㅋㅋ 네 ㅠㅠ ㅇㅋ ㄱㅅ ㅎㅎ ㅇㅇ ㄴㄴ ㅡㅡ ㅋㅠㅋㅠㅋㅠ 뭐지ㅋ그거"),
        ("ko", "‘카드’를 “정지”하려면… 02-123-4567 ①②③ ㈜한국 ㎡ ℃ 대한민국(大韓民國) ★♥"),
        ("ko", "ㄱ과 ㅏ를 합치면 가"),
        ("fa", "می‌خواهم کارت را ببندم"),
        ("hi", "क्‍या मुझे क़र्ज़ मिलेगा"),
        ("th", "โอน\u200bเงิน น้ำ"),
        ("ja", "ＡＢＣ銀行です。ｶﾀｶﾅ、縺れた糸"),
        ("zh", "我想开一个账户，ＶＩＰ。"),
        ("ru", "Привет, как дела? СССР, РСФСР"),
        ("vi", "Chuyển khoản sang ngân hàng khác mất bao lâu?"),
        ("he", "שלום \u200fעולם"),
        ("ar", "\u202bمرحبا\u202c"),
    ],
)
def test_what_a_script_needs_stays_as_it_is(language: str, text: str) -> None:
    sample = row(text, language)
    assert verdict(Unicode(), sample, language).keep
    looked = Screening([Unicode(repair=True)], Setting()).look(sample)
    assert looked.sample is sample


def test_faults_can_be_chosen() -> None:
    wanted: list[Literal["mojibake"]] = ["mojibake"]
    assert verdict(Unicode(find=wanted), row("안녕\u200b하세요", "ko")).keep
    assert not verdict(Unicode(find=wanted), row("cafÃ© fermÃ©", "fr")).keep


def test_what_cannot_be_seen_is_named_by_its_code() -> None:
    said = verdict(Unicode(), row("Hello\x00 there", "en"))
    assert said.details == {"turn": 1, "found": "U+0000"}
