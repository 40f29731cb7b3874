"""Words that creative pieces are drawn from, in English and Korean: so that no two start alike."""

from __future__ import annotations

_THINGS_EN = {
    "object": "an umbrella|a broken clock|a bicycle bell|a jar of buttons|a rusty key|a tape "
    "measure|"
    "a kettle|a rubber glove|a chess piece|a bus ticket|a pair of binoculars|a paper lantern|"
    "a typewriter|a fishing net|a wooden spoon|a snow globe|a stapler|a lost glove|a thermos|"
    "a road map|a piano key|a shopping trolley|a candle stub|a parking ticket|a compass|a ladder|"
    "a door handle|a mousetrap|a magnifying glass|a suitcase|a radio|a hammock|a pocket mirror|"
    "a bowl of noodles|a spare tyre|a wool scarf|a receipt|a fire extinguisher|a kite|a tin "
    "whistle|"
    "a lampshade|a tent peg|a toothbrush|a passport photo|a flower pot|a bar of soap|a sewing "
    "machine|"
    "a cracked plate|a stamp album|a garden hose",
    "place": "a laundromat|a lighthouse|a night bus|a hospital corridor|a rooftop garden|a car "
    "park|"
    "a ferry deck|a bakery at dawn|a library basement|a swimming pool|a border crossing|a "
    "greenhouse|"
    "a call centre|a railway platform|a tailor's shop|a flooded street|a school kitchen|a quarry|"
    "a museum storeroom|a lift that is stuck|a petrol station|a fish market|a chess club|a ski "
    "lift|"
    "a recording studio|a desert motel|a courtroom|a toll booth|a barn|an airport at night|"
    "a repair shop|a polling station|a botanical garden|a lost property office|an ice rink|"
    "a vineyard|a dentist's waiting room|a bell tower|a skate park|a weather station|a canal boat|"
    "a tea house|a construction site|a planetarium|a flea market|an empty stadium|a beehive yard|"
    "a bus shelter|a print shop|a mountain hut",
    "job": "a plumber|a crossing guard|a translator|a beekeeper|a tax inspector|a puppet maker|"
    "a night nurse|a piano tuner|a referee|a baker|a crane driver|a postwoman|a stage manager|"
    "a locksmith|a weather reporter|a bus driver|a florist|a diver|a clockmaker|a judge|a tailor|"
    "a window cleaner|a shepherd|a librarian|a chimney sweep|a pilot|a school cook|a glassblower|"
    "a ticket inspector|a gardener|a map maker|a barber|a mechanic|a stonemason|a wedding singer|"
    "a vet|a proofreader|a ferry captain|a lifeguard|a cheese maker|a roofer|a magician|an "
    "archivist|"
    "a street sweeper|a welder|a zookeeper|a radio host|a carpenter|an umpire|a fisherman",
    "feeling": "homesickness|stage fright|relief|envy|boredom|stubbornness|gratitude|embarrassment|"
    "curiosity|impatience|pride|nostalgia|doubt|mischief|loneliness|awe|regret|hope|suspicion|"
    "contentment|jealousy|tenderness|dread|amusement|guilt|restlessness|trust|disappointment|"
    "courage|"
    "confusion|admiration|shyness|fury|calm|surprise|longing|defiance|shame|cheerfulness|grief|"
    "wonder|irritation|loyalty|panic|generosity|melancholy|triumph|patience|forgiveness|"
    "anticipation",
}
_THINGS_KO = {
    "object": "우산|멈춘 시계|자전거 벨|단추 통|녹슨 열쇠|줄자|주전자|고무장갑|장기알|버스표|"
    "쌍안경|종이 등불|"
    "타자기|그물|나무 숟가락|스노볼|스테이플러|장갑 한 짝|보온병|지도|피아노 건반|장바구니|양초|"
    "주차 위반 딱지|"
    "나침반|사다리|문고리|쥐덫|돋보기|여행 가방|라디오|해먹|손거울|국수 그릇|예비 타이어|"
    "털목도리|영수증|소화기|"
    "연|호루라기|전등갓|텐트 못|칫솔|증명사진|화분|비누|재봉틀|금 간 접시|우표책|호스",
    "place": "빨래방|등대|심야 버스|병원 복도|옥상 텃밭|주차장|여객선 갑판|새벽 빵집|도서관 지하|"
    "수영장|국경|온실|"
    "콜센터|기차역 승강장|양복점|물에 잠긴 골목|급식실|채석장|박물관 수장고|멈춘 엘리베이터|"
    "주유소|어시장|기원|"
    "스키장 리프트|녹음실|사막의 여관|법정|요금소|헛간|한밤의 공항|수리점|투표소|식물원|유실물 "
    "센터|아이스링크|"
    "포도밭|치과 대기실|종탑|놀이터|기상대|나룻배|찻집|공사장|천문대|벼룩시장|텅 빈 경기장|"
    "양봉장|버스 정류장|"
    "인쇄소|산장",
    "job": "배관공|교통 봉사원|통역사|양봉가|세무 공무원|인형 제작자|야간 간호사|피아노 조율사|"
    "심판|제빵사|"
    "크레인 기사|우체부|무대 감독|열쇠공|기상 캐스터|버스 기사|꽃집 주인|잠수부|시계 수리공|판사|"
    "재단사|유리창 청소부|"
    "양치기|사서|굴뚝 청소부|조종사|급식 조리사|유리 공예가|검표원|정원사|지도 제작자|이발사|"
    "정비사|석공|축가 가수|"
    "수의사|교정자|선장|안전 요원|치즈 장인|지붕 수리공|마술사|기록 보관인|환경미화원|용접공|"
    "사육사|라디오 진행자|"
    "목수|바둑 기사|어부",
    "feeling": "향수병|무대 공포|안도감|부러움|지루함|고집|고마움|민망함|호기심|조바심|자부심|"
    "그리움|의심|장난기|"
    "외로움|경외심|후회|희망|경계심|만족감|질투|다정함|두려움|즐거움|죄책감|초조함|믿음|실망|"
    "용기|당황스러움|존경심|"
    "수줍음|분노|평온함|놀라움|갈망|반항심|부끄러움|쾌활함|슬픔|신기함|짜증|의리|공포|너그러움|"
    "우울함|승리감|참을성|"
    "용서|설렘",
}
_CONCEPTS = {
    "en": "inflation|gravity|the immune system|compound interest|evolution|encryption|climate|"
    "memory|democracy|electric current|photosynthesis|supply and demand|a computer virus|sleep|"
    "the water cycle|probability|an algorithm|habit|friction|a mortgage|insurance|a black hole|"
    "digestion|a search engine|tides|the stock market|antibiotics|a neural network|erosion|"
    "procrastination|a recession|recycling|the nervous system|version control|gossip|attention",
    "ko": "물가 상승|중력|면역 체계|복리|진화|암호화|기후|기억|민주주의|전류|광합성|수요와 공급|"
    "컴퓨터 바이러스|수면|"
    "물의 순환|확률|알고리즘|습관|마찰력|대출|보험|블랙홀|소화|검색 엔진|밀물과 썰물|주식 시장|"
    "항생제|신경망|침식|"
    "미루는 버릇|경기 침체|재활용|신경계|버전 관리|소문|집중력",
}
_DOMAINS = {
    "en": "a kitchen|a football match|an orchestra|a garden|a traffic jam|a library|a card game|"
    "a beehive|a postal service|a market stall|a school class|a sailing boat|a family dinner|"
    "a theatre|a river|a bakery|a hotel|a train journey|a chess game|a fishing trip|a wardrobe|"
    "a choir|a road trip|a workshop|a playground|a campfire|a hospital|a barber shop|a marathon|"
    "a jigsaw puzzle|a neighbourhood|a swimming lesson|a farm|a bus route|a dance|a snowball",
    "ko": "부엌|축구 경기|관현악단|정원|교통 체증|도서관|카드놀이|벌집|우체국|시장|교실|돛단배|"
    "가족 식사|극장|강물|"
    "빵집|호텔|기차 여행|바둑|낚시|옷장|합창단|자동차 여행|공방|놀이터|모닥불|병원|이발소|마라톤|"
    "퍼즐|동네|"
    "수영 수업|농장|버스 노선|춤|눈덩이",
}
_NAMES = {
    "en": "Anselm|Bea|Cormac|Dilys|Edda|Fergus|Greta|Hamid|Ines|Joachim|Kofi|Lorna|Mirek|Nadia|"
    "Osman|Petra|Quentin|Rosalind|Sanjay|Tove|Umberto|Vesna|Wanda|Yusuf|Zofia|Abena|Bertrand|"
    "Catalina|Dov|Enid|Farida|Goran|Hedda|Ivo|Jolanta|Kwame|Leif|Marisol|Nils|Oona|Piotr|Ruth|"
    "Stellan|Thabo|Una|Viktor|Winifred|Xavier|Yolanda|Zubin",
    "ko": "두현|말순|기태|옥분|상혁|해인|복자|경수|은결|필립|선옥|창배|다솔|명자|규식|나래|영복|"
    "소담|태섭|금희|"
    "우진|순덕|한결|병철|슬기|덕수|예분|동필|가람|춘자|석호|보라|만식|새봄|정례|호준|분이|성규|"
    "아람|길자",
}
_WORD = {
    "first": {
        "en": "Yesterday|Nobody|Seven|Rain|Under|Because|Somewhere|Before|Every|Perhaps|Two|Never",
        "ko": "어제|아무도|일곱|비가|문득|그날|버스가|오늘도|겨우|처음|아침마다|누군가",
    },
    "last": {
        "en": "tomorrow|silence|home|again|water|enough|window|morning|together|bread|door|nothing",
        "ko": "내일|집|바다|아침|다시|함께|창문|봄|약속|이름|길|노래",
    },
    "banned": {
        "en": "very|suddenly|heart|love|dream|light|and|world|soul|beautiful|time|like",
        "ko": "정말|갑자기|마음|사랑|꿈|빛|그리고|세상|영혼|아름다운|시간|마치",
    },
    "acrostic": {
        "en": "RAIN|BREAD|HOME|SNOW|TRAIN|RIVER|LAMP|MOON|COAST|BIRD|STONE|FERRY",
        "ko": "가나다|소나기|바닷가|도서관|자전거|라디오|기차역|여행자|나무늘보|시장길|고양이|"
        "무지개",
    },
    "letter": {"en": "k|v|w|b|p|g|f|y|c|m", "ko": "너|꽃|별|눈|밤|달|물|손|길|새"},
}


def _cut(lists: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words.split("|")) for name, words in lists.items()}


THINGS = {"en": _cut(_THINGS_EN), "ko": _cut(_THINGS_KO)}
"""Language → kind (object, place, job, feeling) → 50 of them."""

CONCEPTS, DOMAINS, NAMES = _cut(_CONCEPTS), _cut(_DOMAINS), _cut(_NAMES)
"""Language → what an analogy explains, from where it takes its picture, and first names."""

WORDS = {kind: _cut(lists) for kind, lists in _WORD.items()}
"""What constraints are about (first, last, banned, acrostic, letter) → language → the words."""
