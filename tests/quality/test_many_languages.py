"""Every language of a job: no filter drops its sentences, and other languages are told from it."""

from __future__ import annotations

import pytest

from tests.quality.samples import chat, verdict
from tests.quality.sentences import SENTENCES
from textsynth.quality import Filter
from textsynth.quality._text import scripts, words
from textsynth.quality.language import SCRIPTS, Language
from textsynth.quality.length import Length
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.quality.refusal import Refusal
from textsynth.quality.role_flip import RoleFlip
from textsynth.quality.truncated import Truncated
from textsynth.records import LANGUAGES

ENGLISH = (
    "When will my new bank card arrive?",
    "Your new card will arrive within five working days. There is no charge for it.",
)
FILTERS = [Language(), Length(), Truncated(), Refusal(), RoleFlip(), NearDuplicates()]
TAKEN_FOR_IT = {
    "az": {"tr"}, "hr": {"sr"}, "id": {"ms"}, "kk": {"uk"}, "lt": {"pl"}, "mr": {"ne"},
    "ms": {"id"}, "ne": {"hi"}, "no": {"da"}, "sl": {"hr", "sr"}, "so": {"fi"},
    "sw": {"pl"}, "yo": {"es"},
}  # fmt: skip
"""Language -> jobs in another one that its answer passes in: what is known not to be told apart."""


def test_there_are_sentences_in_every_language() -> None:
    assert SENTENCES.keys() | {"en"} == LANGUAGES.keys()


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("part", FILTERS, ids=lambda part: part.part)
def test_no_filter_drops_its_sentences(part: Filter, code: str) -> None:
    question, answer, thanks = SENTENCES[code]
    for texts in ((question, answer), (question, answer, thanks)):
        assert verdict(part, chat(*texts), code).keep


@pytest.mark.parametrize("code", SENTENCES)
def test_english_is_told_from_it(code: str) -> None:
    assert verdict(Language(), chat(*ENGLISH), code).reason == "wrong_language"
    assert not verdict(Language(), chat(*SENTENCES[code][:2]), "en").keep


@pytest.mark.parametrize("code", SENTENCES)
def test_other_languages_are_told_from_it(code: str) -> None:
    passes = {
        other
        for other, (_, answer, _) in SENTENCES.items()
        if other != code and verdict(Language(), chat(answer), code).keep
    }
    assert passes == {other for other, jobs in TAKEN_FOR_IT.items() if code in jobs}


@pytest.mark.parametrize("code", SENTENCES)
def test_its_letters_are_those_of_its_scripts(code: str) -> None:
    counts = scripts("".join(SENTENCES[code]))
    assert set(counts) <= set(SCRIPTS.get(code, ("latin",)))


@pytest.mark.parametrize(
    "code", sorted(set(SENTENCES) - {"ko", "ja", "zh", "th", "lo", "my", "km"})
)
def test_words_are_counted_between_spaces(code: str) -> None:
    answer = SENTENCES[code][1]
    assert abs(words(answer) - len(answer.split())) <= 2


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("bn", "আপনার নতুন কার্ড পাঁচ কর্মদিবসের মধ্যে পৌঁছে"),
        ("hi", "आपका नया कार्ड पाँच कार्यदिवसों के भीतर पहुँच जाएगा और इसका"),
        ("am", "አዲሱ ካርድዎ በአምስት የሥራ ቀናት ውስጥ"),
        ("sw", "Kadi yako mpya itafika ndani ya siku tano za"),
        ("ka", "თქვენი ახალი ბარათი ხუთ სამუშაო"),
        ("my", "သင့်ကတ်အသစ်သည် အလုပ်လုပ်ရက် ငါးရက်အတွင်း၊"),
        ("ur", "آپ کا نیا کارڈ پانچ دنوں کے اندر"),
    ],
)
def test_an_answer_that_stops_half_way_is_seen(code: str, text: str) -> None:
    assert verdict(Truncated(), chat(SENTENCES[code][0], text), code).reason == "unfinished"


@pytest.mark.parametrize("code", ["bn", "pa", "ne", "ta"])
def test_danda_and_digits_belong_to_no_script(code: str) -> None:
    text = SENTENCES[code][1].rstrip(".।") + " ५ ৫ ੫।"
    assert verdict(Language(), chat(text), code).keep


def test_greek_prose_is_no_mathematics() -> None:
    greek = SENTENCES["el"][1]
    assert verdict(Language(), chat(greek), "en").reason == "wrong_language"
    assert verdict(Language(), chat("The angle α is 30° and β is twice that."), "en").keep
    assert verdict(Language(), chat("Ο λογαριασμός σας είναι στο iPhone."), "el").keep


def test_serbian_and_uzbek_have_two_scripts() -> None:
    assert verdict(Language(), chat("Vaša nova kartica stići će za pet radnih dana."), "sr").keep
    assert verdict(Language(), chat("Янги картангиз беш иш куни ичида етиб боради."), "uz").keep
