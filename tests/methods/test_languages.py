"""Jobs in languages beside English and Korean: no rule that knows only those two eats every row."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.methods.samples import Script, as_ask, brief
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._asked import ENTITIES, rewriting
from textsynth.methods._case import rule_of
from textsynth.methods._channels import in_channel
from textsynth.methods._human import Human, humanised
from textsynth.methods._quotes import sentences, telling
from textsynth.methods._turns import Turn
from textsynth.methods._words import polarity, unknown, yes_no
from textsynth.methods.entities import Entities
from textsynth.methods.qa import Qa
from textsynth.methods.summarize import Summarize, copied
from textsynth.methods.support import Support
from textsynth.quality.language import Language
from textsynth.quality.like import Like
from textsynth.records import LANGUAGES, Brief, Draft, Setting, sample_of
from textsynth.style import mix, register, voice_of

CHUNKS = {
    "de": "Eine neue Karte kommt nach 5 Tagen an. Über die App kostet der Eilversand 12 Euro. "
    "Karten werden nur innerhalb von 14 Tagen ersetzt.",
    "ja": "新しいカードは5営業日以内に届きます。速達配送の料金は1,200円です。"
    "カードの交換は発行から14日以内に限ります。",
    "ru": "Новая карта приходит в течение 5 дней. Срочная доставка стоит 12 евро. "
    "Обмен карты возможен только в течение 14 дней.",
    "ar": "تصل البطاقة الجديدة خلال 5 أيام. تكلفة التوصيل السريع 12 يورو. "
    "يمكن استبدال البطاقة خلال 14 يوما فقط.",
}  # fmt: skip
WORDS: dict[str, dict[str, list[str]]] = {
    "de": {
        "question": ["Wann kommt meine neue Karte an? | Nach 5 Tagen."],
        "answer": ["Eine neue Karte kommt nach 5 Tagen an."],
        "yes_no": ["Kommt meine neue Karte nach 5 Tagen an? | Ja, ..."],
        "yes_no_answer": ["Ja, eine neue Karte kommt nach 5 Tagen an."],
        "unanswerable": ["Kann ich meine neue Karte in der Filiale abholen? | Ort der Ausgabe"],
        "needs": ["1. Wann kommt meine neue Karte an? | Eine neue Karte kommt nach 5 Tagen an."],
        "wish": ["Kann ich meine Karte auch nach zwei Monaten ersetzen lassen?"],
        "open": ["Guten Tag, wann kommt meine neue Karte an?"],
        "customer": ["Kann ich meine Karte auch nach zwei Monaten ersetzen lassen?"],
        "first": ["Guten Tag, wann kommt meine neue Karte an?"],
        "leave": ["Dann will ich mit dem Chef reden."],
        "close": ["Danke, das reicht mir."],
        "agent": ["Ihre neue Karte kommt nach 5 Tagen bei Ihnen an."],
        "decline": ["Das geht leider nicht."],
        "end": ["Ein Kollege meldet sich bei Ihnen."],
        "request": ["Kannst du das bitte in einem Satz zusammenfassen?"],
        "summary": ["Neue Karten brauchen 5 Tage, per Eilversand zu 12 Euro, Ersatz bis 14 Tage."],
    },
    "ja": {
        "question": ["新しいカードはいつ届きますか。 | 5営業日以内です。"],
        "answer": ["新しいカードは5営業日以内に届きます。"],
        "yes_no": ["新しいカードは5営業日以内に届きますか。 | はい、..."],
        "yes_no_answer": ["はい、新しいカードは5営業日以内に届きます。"],
        "unanswerable": ["新しいカードは支店で受け取れますか。 | 受取場所"],
        "needs": ["1. 新しいカードはいつ届きますか。 | 新しいカードは5営業日以内に届きます。"],
        "wish": ["二か月たったカードも交換してもらえますか。"],
        "open": ["すみません、新しいカードはいつ届きますか。"],
        "customer": ["二か月たったカードも交換してもらえますか。"],
        "first": ["すみません、新しいカードはいつ届きますか。"],
        "leave": ["では責任者の方とお話ししたいです。"],
        "close": ["ありがとうございます、よくわかりました。"],
        "agent": ["新しいカードは5営業日以内にお手元へ届きます。"],
        "decline": ["申し訳ございませんが、できかねます。"],
        "end": ["担当者よりご連絡いたします。"],
        "request": ["この文章を一文にまとめていただけますか。"],
        "summary": ["カードは5営業日で届き、速達なら1,200円、交換は14日以内です。"],
    },
    "ru": {
        "question": ["Когда придёт моя новая карта? | В течение 5 дней."],
        "answer": ["Новая карта приходит в течение 5 дней."],
        "yes_no": ["Новая карта приходит в течение 5 дней? | Да, ..."],
        "yes_no_answer": ["Да, новая карта приходит в течение 5 дней."],
        "unanswerable": ["Можно ли забрать новую карту в отделении? | место выдачи карты"],
        "needs": ["1. Когда придёт моя новая карта? | Новая карта приходит в течение 5 дней."],
        "wish": ["Можно ли обменять карту через два месяца?"],
        "open": ["Здравствуйте, когда придёт моя новая карта?"],
        "customer": ["Можно ли обменять карту через два месяца?"],
        "first": ["Здравствуйте, когда придёт моя новая карта?"],
        "leave": ["Тогда я хочу поговорить с руководителем."],
        "close": ["Спасибо, теперь понятно."],
        "agent": ["Ваша новая карта придёт в течение 5 дней."],
        "decline": ["К сожалению, это невозможно."],
        "end": ["С вами свяжется наш сотрудник."],
        "request": ["Можешь пересказать это одним предложением?"],
        "summary": ["Карту ждут 5 дней, срочно за 12 евро, обмен до 14 дней."],
    },
    "ar": {
        "question": ["متى تصل البطاقة الجديدة؟ | خلال 5 أيام."],
        "answer": ["تصل البطاقة الجديدة خلال 5 أيام."],
        "yes_no": ["هل تصل البطاقة الجديدة خلال 5 أيام؟ | نعم، ..."],
        "yes_no_answer": ["نعم، تصل البطاقة الجديدة خلال 5 أيام."],
        "unanswerable": ["هل أستلم البطاقة الجديدة من الفرع؟ | مكان استلام البطاقة"],
        "needs": ["1. متى تصل البطاقة الجديدة؟ | تصل البطاقة الجديدة خلال 5 أيام."],
        "wish": ["هل أستطيع استبدال البطاقة بعد شهرين؟"],
        "open": ["مرحبا، متى تصل البطاقة الجديدة؟"],
        "customer": ["هل أستطيع استبدال البطاقة بعد شهرين؟"],
        "first": ["مرحبا، متى تصل البطاقة الجديدة؟"],
        "leave": ["أريد التحدث إلى المدير."],
        "close": ["شكرا، هذا واضح الآن."],
        "agent": ["ستصلك بطاقتك الجديدة خلال 5 أيام."],
        "decline": ["نأسف، هذا غير ممكن."],
        "end": ["سيتصل بك أحد الزملاء."],
        "request": ["هل يمكنك تلخيص هذا النص في جملة واحدة؟"],
        "summary": ["البطاقة خلال 5 أيام، وبسرعة مقابل 12 يورو، والاستبدال حتى 14 يوما."],
    },
}
SAME = {"answerable": ["NOT IN THE TEXT"], "needed": ["nothing of use?"]}


def made(language: str, **facets: str) -> Brief:
    plain = brief(0, CHUNKS[language], **facets)
    fields = {**plain.fields, "examples": [], "persona": {"id": "p", "description": "N. N."}}
    return replace(plain, language=language, fields=fields)


def write(method: Method, one: Brief) -> tuple[Draft, Script]:
    script = Script(method, one, {**WORDS[one.language], **SAME}, one.language)
    return asyncio.run(method.write(one, as_ask(script))), script


@pytest.mark.parametrize("language", CHUNKS)
@pytest.mark.parametrize("kind", ["factual", "yes_no", "unanswerable"])
def test_qa(language: str, kind: str) -> None:
    draft, script = write(Qa(), made(language, kind=kind))
    quotes = draft.columns["quotes"]
    assert all(take == 0 for _, take in script.asked)
    if kind == "unanswerable":
        assert not quotes
        assert WORDS[language][kind][0].endswith(f"| {draft.columns['needed']}")
    else:
        (quote,) = quotes
        first = next(sentences(CHUNKS[language]))
        assert (quote["start"], quote["end"]) == first, "the first sentence, and no more"
        assert quote["end"] < len(CHUNKS[language])


@pytest.mark.parametrize("language", CHUNKS)
@pytest.mark.parametrize("customer", ["free", "scripted"])
@pytest.mark.parametrize("outcome", ["resolved", "escalated"])
def test_support(language: str, customer: str, outcome: str) -> None:
    method = Support.model_validate({"customer": customer, "turns": (4, 4)})
    draft, script = write(method, made(language, outcome=outcome, channel="email"))
    assert len(draft.messages) == 4
    assert "outcome_found" not in draft.columns, "the rules read English and Korean"
    ends = [step for step in script.steps() if step in ("close", "leave", "end")]
    assert len(ends) == 2, "nothing is written again for want of a reading"
    assert not any("Kind regards" in message["content"] for message in draft.messages)


@pytest.mark.parametrize("language", CHUNKS)
def test_a_free_agent_of_a_refusal_knows_one_rule_of_the_document(language: str) -> None:
    rule, _ = rule_of(made(language), "")
    assert rule in CHUNKS[language]
    assert len(rule) < len(CHUNKS[language]) / 2


@pytest.mark.parametrize("language", CHUNKS)
def test_summarize(language: str) -> None:
    one = made(language, length="one sentence", form="prose")
    draft, script = write(Summarize(), one)
    assert script.steps() == ["summary", "request"]
    assert draft.columns["copied"] < 0.7


def test_a_copy_is_seen_where_no_spaces_stand() -> None:
    assert copied("速達配送の料金は1,200円です。", CHUNKS["ja"]) == 1.0
    assert copied("速達なら1,200円かかります。", CHUNKS["ja"]) < 0.7


@pytest.mark.parametrize(
    "line", ["いつ届きますか。", "什么时候到吗", "متى تصل؟", "ส่งได้ไหมครับ", "Wann?"]
)
def test_questions_of_other_languages(line: str) -> None:
    assert lines.asks(line)
    assert not lines.asks(line.replace("?", "").rstrip("؟。か吗ไหมครับ") + " x.")


def test_small_words_of_other_languages_are_no_english() -> None:
    assert not lines.first_person("Karta och i Sverige, me gusta", "sv")
    assert lines.first_person("it is my card")
    spanish = [Turn(1, "La tarjeta llega a la oficina en 5 días.")]
    assert in_channel(spanish, "email", "Banco", "es") == spanish
    assert register("Ich warte im Büro, das ist ok, u. ich bin im Urlaub") == "neutral"
    assert polarity("نعم، تصل", "ar") == ("yes", "تصل")


def test_japanese_is_one_mix_of_scripts_whatever_its_share_of_han() -> None:
    assert mix("カード 料金 支店 はどこですか") == "kana"
    one = made("ja", like="1-20 words, neutral, kana")
    draft = Draft([{"role": "user", "content": "支店 営業時間 料金 表 はどこ"}])
    sample = sample_of("qa", "ja", one, draft, ())
    assert Like().screen(Setting("ja", "qa"))(sample).keep


@pytest.mark.parametrize("language", ["de", "en"])
def test_english_fillers_stay_out_of_other_languages(language: str) -> None:
    human: Any = Human(fillers=1.0)
    one = replace(made("de"), language=language)
    script = Script(Qa(), one, {}, language)
    (turn,), _ = asyncio.run(humanised(human, one, as_ask(script), [Turn(0, "Karte weg.")]))
    assert (turn.text == "Karte weg.") == (language == "de")


def test_what_tells_a_japanese_text_is_not_where_a_run_of_letters_begins() -> None:
    assert telling("通常の営業時間") & telling("営業時間は9時からです")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "<DAY>2일</DAY>에 카드를 잃어버렸어요."),
        ("de", "Am <DAY>2. Mai</DAY> ist meine Karte am Automaten stecken geblieben."),
        ("ja", "<DAY>5月2日</DAY>にカードをなくしました。"),
    ],
)
def test_a_row_of_entities_passes_the_filter_of_its_language(language: str, text: str) -> None:
    method = Entities(types={"DAY": "a day"}, each=(1, 1))
    one = replace(brief(), language=language)
    draft = asyncio.run(method.write(one, as_ask(Script(method, one, {"write": [text]}, language))))
    sample = sample_of("entities", language, one, draft, ())
    assert Language().screen(Setting(language, "entities"))(sample).keep
    assert (draft.messages[0]["content"][:4] == "List") == (language == "en")


@pytest.mark.parametrize("register", ["formal", "plain", "casual", "warm", "brief"])
def test_a_row_that_is_rewritten_is_asked_for_in_its_language(register: str) -> None:
    assert rewriting(register, "de", "").startswith("Schreibe diesen Text ")
    assert rewriting(register, "ja", "看護師。").endswith("。読み手：看護師。")
    assert rewriting(register, "ko", "").startswith("다음 글을 ")
    assert rewriting(register, "sv", "A nurse.").endswith(", for this reader: A nurse.")


def test_what_is_measured_of_a_summary_is_the_summary() -> None:
    draft = Draft([{"role": "user", "content": "Sum up\n\nlong text"}], {"summary": "Short."})
    assert voice_of(sample_of("summarize", "en", brief(), draft, ())) == ["Short."]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_entities_are_asked_for_in_every_language(language: str) -> None:
    line = ENTITIES[language].format(types="DAY")
    assert "DAY" in line
    assert "JSON" in line
    assert (line.isascii() and line.startswith("List the")) == (language == "en")


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_yes_no_and_unknown_are_said_in_the_language(language: str) -> None:
    said = unknown("ABC", language)
    assert "information available" not in said
    draft = Draft([{"role": "assistant", "content": f"{yes_no(language)[0]}. {said}"}])
    sample = sample_of("qa", language, replace(brief(), language=language), draft, ())
    assert Language().screen(Setting(language, "qa"))(sample).keep
