"""Korean names by what stands around them: titles, labels, "제 이름은", speakers of a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some, there
from textsynth.privacy.resolving import Candidate
from textsynth.privacy.wordlists import words

SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민"
    "나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어"
    "은편용"
)
DOUBLE = ("남궁", "황보", "제갈", "선우", "사공", "서문", "독고", "동방")
GIVEN = frozenset(
    "가강건겸경계광교구국권규균근금기길나난남노다단담대덕도동두라란람래려련령로록류름"
    "리린림마만명모묘무문미민방배백범법별병보복봉빈빛상새서석선설섭성세소솔송수숙순슬"
    "승시식신아안애양언엄연열영예오옥온완용우욱운웅원월위유윤율은을의이익인일임자잔장"
    "재전정제조종주준중지진찬창채천철청초춘충치태택평표필하학한해향헌혁현형혜호홍화환"
    "효후훈휘흥희희"
    "늘름롬솜래롱별봄샘벼루결쁨"
) - set("의")
_S = f"[{SURNAMES}]"
_D = "(?:" + "|".join(DOUBLE) + ")"
NAME = rf"(?:{_D}[가-힣]{{1,2}}|{_S}[가-힣]{{2}})"
_L = r"(?<![가-힣])"
TITLES = (
    "고객님|고객|회원님|환자분|환자|님|씨|군|양|과장|대리|부장|차장|사원|팀장|실장|이"
    "사|대표|사장|원장|변호사|교수|선생님|선생|의사|간호사|"
    "상담사|상담원|기사님|기사|주임|매니저|판사|검사|박사|작가|기자|어르신|할머니|할"
    "아버지|약사|법무사|세무사|회계사|노무사|소장|점장|국장|지점장|"
    "본부장|센터장|전무|상무|부사장|회장|행장|계장|팀원|강사|코치|작가|감독|연구원|사"
    "무장|수간호사|전문의|물리치료사|치위생사|배송기사|담당자|"
    "학생|어머님|아버님|보호자|원고|피고|의뢰인|증인|임차인|임대인|귀하|앞"
)
_TITLED = re.compile(rf"{_L}({NAME})(?: ?\([^)\n]{{1,14}}\))? ?(?:{TITLES})")
_SPACED = re.compile(
    rf"{_L}(?:이름|성명|성함|예금주|신청인|담당자|대표자|위임인|수임인|원고|피고|고객명"
    rf"|환자명) ?[:|] ?({_S} {{1,2}}[가-힣] {{1,2}}[가-힣])(?![가-힣])"
)
_SELF = re.compile(
    rf"(?:제|저의|내|본인(?:의)?|저희 \S{{1,6}}|아이|환자|고객) ?(?:이름|성함|성명)(?"
    rf":은|이)?,? ({_D}?[가-힣]{{2,4}}?)"
    r"(?=입니다|이에요|예요|이고|이며|이라고|라고|인데|이요|임[.,\s]|[.,\n]| [0-9])"
)
_IAM = re.compile(
    rf"(?:저는|전|나는|저|안녕하세요[,.!]?|여보세요[,.!]?) (?:[가-힣A-Za-z0-9]{{2,10}} "
    rf"){{0,2}}({NAME})(?=입니다|이에요"
    rf"|예요|이라고|라고|인데|이고|이며|이요)"
)
LABELS = (
    "이름|성명|성함|피고인|간호사|변호사|매니저|팀장|과장|대리|원장|교수|강사|실장|부"
    "장|고객명|고객 ?성명|고객 ?이름|예금주(?:명)?|담당자(?:명)?|담당 ?(?"
    ":의사|변호사|간호사|상담사|의|직원)?|수신인?|수신자|받는 ?사람|받는 ?분|보내는 ?"
    "사람|보내는 ?분|발신인?|"
    "환자 ?(?:명|성명|이름)|환자|신청인|신청자|의뢰인|원고|피고|대표자?|대표이사|작성"
    "자|계약자|임차인|임대인|수령인|수령자|상담사|상담원|주문자(?:명)?|구매자(?:명)?|"
    "보호자|피보험자|보험계약자|가입자|"
    "명의자?|명의인|카드 ?명의자?|회원명|직원명|학생명|고소인|피고소인|피해자|가해자|"
    "증인|대리인|소송대리인|주치의|상속인|피상속인|매수인|매도인|참석자|기안자|결재자"
    "|입금자(?:명)?|송금인|예약자(?:명)?|투숙객|고객|회원|연락 ?담당|처방의|집도의|진"
    "료의|양도인|양수인|채권자|채무자|위임인|수임인|배우자|자녀|어머니|아버지|딸|아들"
    "|남편|아내"
)
PARTICLE = (
    "이|가|은|는|을|를|의|도|만|와|과|랑|이랑|에게|에게서|한테|께|께서|께서는|으로|로"
    "|라고|이라고|이며|이고|입니다|"
    "이에요|예요|인데|이나|나|부터|까지|보다|처럼|밖에|님|씨|군|양|아|야|이가|이는|이"
    "를|고객|환자|회원|본인|측|쪽"
)
_LABEL = re.compile(
    rf"{_L}(?:{LABELS})(?:님|은|는|이|가)?[\"'*)\]]{{0,3}}(\s?[:=|]\s?|\t|\s)[\"'*|\s]"
    rf"{{0,4}}(?=({_D}[가-힣]{{1,2}}|{_S}[가-힣]{{1,2}})(?![가-힣]))"
)
_LABEL_RUN = re.compile(
    rf"{_L}(?:{LABELS})(?:님|은|는|이|가)?[\"'*)\]]{{0,3}}(\s?[:=|]\s?|\t|\s)[\"'*|\s]"
    rf"{{0,4}}(?=({NAME})(?:{PARTICLE})(?![가-힣]))"
)
_SPEAKER = re.compile(
    rf"(?m:^)(?:[>*\- ]{{0,4}})([\[(][^\])\n]{{3,25}}[\])] ?|(?:오전|오후)? ?[0-9]"
    rf"{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?,? ?(?:- ?|\| ?)?)?"
    rf"[\[*]?({NAME})[\]*]{{0,2}}(?: ?\([^)\n]{{1,12}}\))? ?:"
)
_BEFORE_ID = re.compile(rf"{_L}({NAME}) ?[(,/] ?(?=[0-9]{{6}}-|01[016]|[0-9]{{2,4}}[.년] ?[0-9])")
_SIGN = re.compile(rf"{_L}({NAME}) ?(?:드림|올림|배상|\(인\)|\(서명\)|\(날인\))")
_HANGUL = re.compile("[가-힣]")
_DIGIT = re.compile("[0-9]")
_I_AM = ("저는 ", "전 ", "나는 ", "저 ", "안녕하세요", "여보세요")
_SIGNATURES = ("드림", "올림", "배상", "(인)", "(서명)", "(날인)")
_FORM_LABELS = (
    *("이름", "성명", "성함", "예금주", "신청인", "담당자", "대표자", "위임인", "수임인", "원고"),
    *("피고", "고객명", "환자명"),
)
STOP = frozenset(
    words(
        """
    이용자 신청자 구매자 지원자 주문자 임대인 고소인 배우자 채무자 양수인 양도인 민원인 상속인
    공무원 이사장 지점장 이자율 전문의 주치의 담당자 전공의 연구원 변호사 조합원 조합장 유가족
    임산부 신입생 유학생 전임의 안내원 주인공 기관장 노약자 이메일 전자메 신청인 연락처 유효기
    김치찌 고객님 이사님 주차장 정류장 우체국 전화번 주민등 성명란 이하의 모두의 우수한 정기적
    고등학 전체의 도서관 미성년 고령자 기초생 정상적 하나의 우리의 나머지 문의하 오전에 오후에
    이번에 지난주 조회수 방문자 한국인 외국인 중국인 미국인 일본인 관리자 운영자 사용자 소비자
    판매자 수신자 발신자 작성자 예약자 방문객 관리인 대리인 보증인 원고인 피고인 장애인 노동자
    근로자 기술자 전문가 학부모 선생님 어르신 여러분 한사람 이분의 그분의 고모님 이모님 장모님
    장인어 형수님 조카님 하청업 도매상 소매상 인사팀 구매팀 홍보팀 영업팀 관리팀 기획팀 고객센
    안내데 배송지 수령지 주소지 전입자 세입자 임차인 명의자 성인용 소아용 유아용 여성용 남성용
    한정판 신제품 고급형 기본형 이상의 이하로 이상인 현재의 전원을 전국의 지역의 지방의 신용카
    체크카 현금카 기한이 기간이 연장을 주문한 주문을 주소를 소유자 소유주 고용인 고용주 우선순
    선순위 이수자 인솔자 지도자 지휘자 진행자 진료의 전담의 명예의 금융인 전산원 기능사 조리사
    영양사 조종사 정비사 기관사 조무사 간호사 변리사 노무사 세무사 법무사 심사원 조사원 안전원
    경비원 은행원 승무원 상담원 교직원 구급대 소방관 경찰관 심판관 주무관 사무관 서기관 이용객
    관광객 여행객 임직원 신도님 성도님 한분의 장기간 단기간 우편물 문서를 서류를 여권을 기타의
    나이가 하루에 오늘은 전일의 인증서 공인인 위임장 인감증 도장을 서명란 명세서 고지서 청구서
    영수증 계약서 신청서 동의서 진단서 소견서 처방전 의뢰서 기안서 제안서 견적서 주문서 배상액
    안내문 공지문 설명서 지시서 이력서 자기소 소개서 정보를 정보는 정보가 문의는 문의가 이외의
    조건이 조건은 조건을 한도를 이체를 이체가 이자가 이자를 이자는 금액을 금액이 금리가 금리는
    원금을 원금이 연체가 연체된 연회비 우대율 기준금 고정금 변동금 정보란 미정임 없음음 확인중
    진행중 배정중 조정중 공석임 전화로 유선상 문자로 서면으 방문시 내방시 본인이 본인은 현장의
    연구소
    """
    )
)
NEVER = frozenset(
    words(
        """
    기본 정보 안내 변경 문의 확인 성명 주소 전화 이메일 성함 연락 신규 정기 우수 일반 미정 없음
    본인 주문 여부 정상 고객 회원 담당 전체 공통 이상 이하 이후 이전 전원 유의 인증 구분 조회
    명의 하나 우리 신한 국민 기업 농협 이사 부장 과장 차장 소장 원장 지정 배정 연결 공석 서명
    인감 한국 현재 정보 전달 문자 방문 진행 예정 도착 안전 선택 추가 기재 기입 주의 지원 이용
    서류 심사 조사
    """
    )
)


def plausible(name: str) -> bool:
    """Whether surname and given name are made of syllables that names have, and no known word."""
    if name in STOP or name in NEVER:
        return False
    given = name[2:] if name[:2] in DOUBLE and len(name) > 3 else name[1:]
    return all(syllable in GIVEN for syllable in given)


def korean_names(page: Page) -> Iterator[Candidate]:
    """Names of two or three syllables (four with a double surname) next to a cue."""
    text = page.text
    if text.isascii() or not _HANGUL.search(text):
        return
    patterns = (
        (_TITLED, True),
        (_IAM, some(text, _I_AM)),
        (_SIGN, some(text, _SIGNATURES)),
        (_BEFORE_ID, there(text, _DIGIT)),
    )
    for pattern, wanted in patterns:
        for match in pattern.finditer(text) if wanted else ():
            if plausible(match[1]):
                yield Candidate("name", *match.span(1), 1)
    for match in _SELF.finditer(text) if some(text, ("이름", "성함", "성명")) else ():
        if match[1] not in STOP and match[1] not in NEVER and match[1][0] in SURNAMES:
            yield Candidate("name", *match.span(1), 1)
    for pattern in (_LABEL, _LABEL_RUN):
        for match in pattern.finditer(text):
            if (match[1].strip() or match[1] == "\t" or len(match[2]) > 2) and plausible(match[2]):
                yield Candidate("name", *match.span(2), 1)
    for match in _SPACED.finditer(text) if some(text, _FORM_LABELS) else ():
        if plausible(match[1].replace(" ", "")):
            yield Candidate("name", *match.span(1), 1)
    yield from _speakers(text)


def _speakers(text: str) -> Iterator[Candidate]:
    """Labels at the start of lines, where there is a time before them or they come again."""
    seen: dict[str, list[re.Match[str]]] = {}
    if not some(text, (":",)):
        return
    for match in _SPEAKER.finditer(text):
        seen.setdefault(match[2], []).append(match)
    for name, matches in seen.items():
        if plausible(name) and (len(matches) > 1 or matches[0][1]):
            for match in matches:
                yield Candidate("name", *match.span(2), 1)
