"""What is measured of a written row: bands, languages, sentiments, columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import chat
from textsynth.errors import JobError
from textsynth.measures import MEASURES, known, measure, values
from textsynth.sentiment import sentiment

ENGLISH = """
+ I love this phone, the battery works great.
+ Thank you so much, the agent was friendly and quick.
+ The hotel was clean and the breakfast delicious.
+ No problems at all, I would recommend it.
+ My issue was solved within minutes, I am impressed.
+ It is not bad, honestly.
+ Setting it up was easy and the sound is brilliant.
+ I'm so happy with the new app!
+ Finally a bank that is helpful.
+ The kids had fun and we enjoyed every day.
- This is not good at all.
- The parcel came late and the box was damaged.
- I am really disappointed with your service.
- Your app crashes every morning, this is ridiculous.
- The staff were rude and nobody helped us.
- I have waited three weeks and I am still stuck.
- What a waste of money.
- The screen broke after a day and they ignored me.
- It never works when I need it.
- I'm worried that somebody stole my card.
0 What are your opening hours on Sunday?
0 The meeting starts at ten in room four.
0 Please send the form to the address below.
0 The train leaves from platform two.
0 I would like to change my address.
0 Which documents do I have to bring?
0 The table is one metre wide.
0 She lives in a town near the coast.
0 How do I set up a standing order?
0 The report covers the years 2019 to 2021.
"""
KOREAN = """
+ 배송이 빨라서 정말 좋았어요.
+ 상담원분이 친절하게 알려 주셔서 감사합니다.
+ 방이 깨끗하고 조식도 맛있었습니다.
+ 덕분에 바로 해결됐어요, 최고예요.
+ 화면이 예쁘고 쓰기 편해요.
+ 서비스가 나쁘지 않네요.
+ 아이들이 즐거워해서 저도 행복했습니다.
+ 친구에게도 추천하고 싶어요.
+ 생각보다 빠르게 처리되어 만족합니다.
+ 여행 내내 설레고 신났어요.
- 정말 실망했습니다. 환불해 주세요.
- 앱이 자꾸 튕겨서 짜증이 나요.
- 배송이 너무 늦었고 상자도 파손됐어요.
- 직원이 불친절해서 화가 났습니다.
- 음질이 별로 좋지 않아요.
- 이틀째 먹통이라 답답합니다.
- 카드를 잃어버려서 걱정이에요.
- 가격이 비싸고 품질은 형편없네요.
- 안내가 잘못돼서 시간만 낭비했습니다.
- 다시는 이용하고 싶지 않아요, 최악입니다.
0 영업시간이 어떻게 되나요?
0 회의는 열 시에 사 층에서 시작합니다.
0 아래 주소로 서류를 보내 주세요.
0 열차는 2번 승강장에서 출발합니다.
0 주소를 변경하려고 합니다.
0 어떤 서류를 준비해야 하나요?
0 책상의 너비는 1미터입니다.
0 그는 바닷가 근처 마을에 산다.
0 자동이체는 어떻게 신청하나요?
0 보고서는 2019년부터 2021년까지를 다룹니다.
"""
SIGNS = {"+": "positive", "-": "negative", "0": "neutral"}


@pytest.mark.parametrize(("lines", "least"), [(ENGLISH, 27), (KOREAN, 27)], ids=["en", "ko"])
def test_sentiment_is_roughly_right(lines: str, least: int) -> None:
    marked = [line.split(" ", 1) for line in lines.strip().splitlines()]
    assert len(marked) == 30
    assert sum(sentiment(text) == SIGNS[sign] for sign, text in marked) >= least


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("length_band", ("a" * 200, "b" * 198), "short"),
        ("length_band", ("a" * 200, "b" * 199), "medium"),
        ("length_band.user", ("a" * 200, "b" * 1200), "short"),
        ("length_band", ("가" * 600, ""), "long"),
        ("language", ("Where can I change my address?", "At any of our branches."), "en"),
        ("language", ("주소는 어디에서 바꾸나요?", "가까운 지점에서 바꾸실 수 있습니다."), "ko"),
        ("language", ("住所はどこで変更できますか。", "店舗で変更できます。"), "ja"),
        ("language", ("Wo kann ich meine Adresse ändern?", "In jeder Filiale, bitte."), "de"),
        ("language.assistant", ("Wo ist das?", "You can find it in the old town."), "en"),
        ("language", ("ok", ""), "unknown"),
        ("script", ("주소", "VISA"), "hangul+latin"),
        ("turns", ("a", "b", "c"), "3"),
        ("register", ("감사합니다. 확인 부탁드립니다.", "네"), "formal"),
        ("sentiment", ("This is terrible.", "Great, thank you!"), "negative"),
        ("sentiment.assistant", ("This is terrible.", "Great, thank you!"), "positive"),
        ("column.level", ("a",), "hard"),
        ("column.score", ("a",), "3"),
        ("column.other", ("a",), "none"),
        ("label", ("a",), "fraud"),
        ("outcome", ("a",), "resolved"),
    ],
)
def test_a_property_has_a_value(name: str, said: tuple[str, ...], value: str) -> None:
    sample = chat(*said, columns={"level": "hard", "score": 3, "label": "fraud"})
    assert measure(name)(replace(sample, facets={"outcome": "resolved"})) == value


@pytest.mark.parametrize("name", ["lengths", "turns.user", "column.", "sentiment.system", "column"])
def test_what_is_no_property_is_refused(name: str) -> None:
    assert not known(name)
    with pytest.raises(JobError, match="no property that can be measured"):
        measure(name)


def test_values_are_known_of_those_that_have_few() -> None:
    assert [name for name in MEASURES if values(name, "en")] == [
        "length_band", "sentiment", "register"
    ]  # fmt: skip
    assert "polite" in values("register", "ko")
