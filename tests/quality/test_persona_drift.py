"""PersonaDrift: claims against the persona, and a speaker's turns against each other."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from tests.quality.samples import SERVICE, chat, verdict
from textsynth.quality.persona_drift import PersonaDrift
from textsynth.records import Sample, Setting, Verdict

PEOPLE: list[dict[str, Any]] = [
    {
        "id": "baker",
        "description": "Runs a bakery in Leeds; her sister is a nurse.",
        "attributes": {
            "name": "Moira Tate",
            "gender": "female",
            "age_band": "45-54",
            "occupation": "baker",
        },
    },
    {
        "id": "gran",
        "description": "은퇴한 교장 선생님입니다.",
        "attributes": {"age_band": "75+", "occupation": "은퇴한 교장", "gender": "여성"},
    },
    {"id": "plain", "description": "Somebody who is in a hurry."},
]


def held(persona: str, *texts: str, part: PersonaDrift | None = None) -> Verdict:
    sample: Sample = replace(chat(*texts, speakers=SERVICE), seeds={"persona": persona})
    screen = (part or PersonaDrift()).screen(Setting(rows={"persona": PEOPLE}))
    return screen(sample)


@pytest.mark.parametrize(
    ("persona", "text", "reason"),
    [
        pytest.param("baker", "As a pilot I am rarely home.", "trade", id="trade"),
        pytest.param("baker", "I work as a lawyer.", "trade", id="works-as"),
        pytest.param("baker", "I'm 22 and new here.", "age", id="age"),
        pytest.param("baker", "I'm seventy-one, so speak slowly.", "age", id="age-in-words"),
        pytest.param("baker", "As a father of two I must ask.", "sex", id="sex"),
        pytest.param("baker", "My name is Gordon Pike.", "name", id="name"),
        pytest.param("gran", "저는 변호사라서 바쁩니다.", "trade", id="ko-trade"),
        pytest.param("gran", "제가 스물두 살이라 처음입니다.", "age", id="ko-age"),
        pytest.param("gran", "두 아이 아빠로서 여쭙니다.", "sex", id="ko-sex"),
        pytest.param("baker", "As a baker I get up at three.", "", id="own-trade"),
        pytest.param("baker", "I'm 52, does it matter?", "", id="own-age"),
        pytest.param("baker", "My brother is a pilot.", "", id="another's-trade"),
        pytest.param("baker", "As a nurse my sister gets a rebate.", "", id="named-in-persona"),
        pytest.param("baker", "When I was 22 it was free.", "", id="past-age"),
        pytest.param("baker", "I'm 20 minutes away.", "", id="minutes"),
        pytest.param("baker", "Do you have a student account?", "", id="product"),
        pytest.param("baker", "As a doctor told me, I should rest.", "", id="a-doctor-told-me"),
        pytest.param("baker", "My name is Moira.", "", id="own-name"),
        pytest.param("baker", 'He said "I am a pilot" and left.', "", id="quoted"),
        pytest.param("gran", "저는 교장이었습니다.", "", id="ko-own-trade"),
        pytest.param("gran", "스물두 살 때는 달랐지요.", "", id="ko-past-age"),
        pytest.param("plain", "As a pilot I am 22.", "", id="nothing-known"),
        pytest.param("unknown", "As a pilot I am 22.", "", id="no-such-persona"),
    ],
)
def test_claims_against_the_persona(persona: str, text: str, reason: str) -> None:
    said = held(persona, "Hello.", "Good morning.", text, "I see.")
    assert said.reason == reason
    assert said.keep is not bool(reason)
    if reason:
        assert (said.score, said.details["turn"]) == (3, 3)


def test_the_persona_is_the_users_unless_told_otherwise() -> None:
    texts = ("Hello.", "As a pilot I fly a lot.", "I see.", "Yes.")
    assert held("baker", *texts).keep
    swapped = PersonaDrift(by={"assistant": "persona"})
    assert held("baker", *texts, part=swapped).reason == "trade"


def reason(*texts: str, part: PersonaDrift | None = None) -> str:
    return verdict(part or PersonaDrift(), chat(*texts, speakers=SERVICE)).reason


@pytest.mark.parametrize(
    ("first", "asked", "second", "slip"),
    [
        pytest.param("My name is Laura.", "Ok.", "My name is Kevin, bye.", "two_names", id="names"),
        pytest.param(
            "상담원 김유리입니다.", "네.", "상담원 박민호입니다.", "two_names", id="ko-names"
        ),
        pytest.param(
            "My name is Laura.", "Ok.", "This is Laura speaking, yes.", "", id="same-name"
        ),
        pytest.param(
            "My name is Laura.",
            "Ok.",
            "I have taken over from Laura, my name is Kevin.",
            "",
            id="handover",
        ),
        pytest.param(
            "상담원 김유리입니다.", "네.", "이어받은 상담원 박민호입니다.", "", id="ko-handover"
        ),
        pytest.param(
            "You have reached Larkmere Bank.",
            "Ok.",
            "Here at Norwood Credit Union it is free.",
            "two_companies",
            id="companies",
        ),
        pytest.param(
            "Welcome to Oakline Bank!",
            "Ok.",
            "We at Silverpath Bank do.",
            "two_companies",
            id="companies-of-a-kind",
        ),
        pytest.param(
            "네, 한빛은행입니다.",
            "네.",
            "저희 새솔은행에서는 무료입니다.",
            "two_companies",
            id="ko-companies",
        ),
        pytest.param(
            "네, 한빛은행입니다.", "네.", "새솔은행으로 보내시면 됩니다.", "", id="ko-another-bank"
        ),
        pytest.param(
            "Good morning.",
            "Which day?",
            "As an AI chatbot I suggest Friday.",
            "turns_into_an_ai",
            id="ai",
        ),
        pytest.param(
            "안녕하세요.",
            "언제요?",
            "저는 AI 챗봇으로서 금요일을 권합니다.",
            "turns_into_an_ai",
            id="ko-ai",
        ),
        pytest.param(
            "Good morning.", "Are you a bot?", "Yes, I am an AI assistant.", "", id="asked"
        ),
        pytest.param("Good morning.", "Hm.", "As an AI researcher I know.", "", id="ai-researcher"),
        pytest.param(
            "적금은 앱에서 드실 수 있습니다.",
            "이자는요?",
            "절반밖에 못 받아.",
            "manner",
            id="ko-plain",
        ),
        pytest.param(
            "적금은 앱에서 드실 수 있습니다.", "이자는요?", "3퍼센트예요.", "", id="ko-polite"
        ),
        pytest.param(
            "적금은 앱에서 드실 수 있습니다.",
            "네.",
            '화면에 "다시 해 봐"라고 나옵니다.',
            "",
            id="ko-quoted",
        ),
        pytest.param(
            "Good afternoon, Mr Finch.", "Hi.", "lol idk, ask my boss.", "manner", id="slang"
        ),
    ],
)
def test_an_agent_against_itself(first: str, asked: str, second: str, slip: str) -> None:
    assert reason("Hello?", first, asked, second) == slip


@pytest.mark.parametrize(
    ("first", "second", "slip"),
    [
        pytest.param(
            "My wife and I share it.", "My husband has one too.", "two_spouses", id="spouses"
        ),
        pytest.param("아내와 같이 써요.", "남편은 다른 것을 써요.", "two_spouses", id="ko-spouses"),
        pytest.param(
            "아내와 같이 써요.", "동생 남편은 다른 것을 써요.", "", id="ko-another's-husband"
        ),
        pytest.param("가입할 수 있나요?", "야, 빨리 말해 봐.", "manner", id="ko-plain"),
        pytest.param("가입할 수 있나요?", "아, 맞아. 번호는 12예요.", "", id="ko-thinks-aloud"),
        pytest.param("가입할 수 있나요?", "음, 비싸네.", "", id="ko-soliloquy"),
        pytest.param("가입할 수 있나요?", "말해 봤어요 ㅎㅎ", "", id="ko-laughs"),
        pytest.param("야, 몇 시에 봐?", "좋아, 거기서 보자.", "", id="ko-friends"),
        pytest.param("i need a card", "lol ok", "", id="casual-throughout"),
    ],
)
def test_a_customer_against_itself(first: str, second: str, slip: str) -> None:
    assert reason(first, "네, 말씀하세요.", second, "네.") == slip


def test_manner_may_be_left_alone() -> None:
    texts = ("안녕하세요.", "앱에서 하실 수 있습니다.", "수수료는요?", "만 원이야.")
    assert reason(*texts) == "manner"
    assert reason(*texts, part=PersonaDrift(manner=False)) == ""


def test_its_options_travel_to_another_process() -> None:
    part = pickle.loads(pickle.dumps(PersonaDrift(manner=False)))
    assert held("baker", "Hi.", "Hello.", "As a pilot I fly.", "Ok.", part=part).reason == "trade"
