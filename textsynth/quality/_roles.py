"""What only a service agent says, what only a customer says, and the words that name them."""

from __future__ import annotations

CUSTOMER_WORDS = {"customer", "client", "caller", "user", "고객", "고객님", "손님"}
AGENT_WORDS = {
    *(
        "agent",
        "support",
        "support agent",
        "customer support",
        "customer service",
        "representative",
    ),
    *("rep", "advisor", "operator", "assistant", "상담원", "상담사", "직원", "상담 직원", "상담"),
}

AS_AGENT = r"""
- \bhow (?:can|may|could) (?:I|we) (?:be of assistance|(?:help|assist) you)\b
- \bwhat can I (?:help|assist) you with\b
- \b(?:thank you|thanks) for (?:contacting|calling|choosing) (?!me\b|back\b|us back\b|my\b|to\b)
- \b(?:thank you|thanks) for reaching out to (?:us|our)\b
- \b(?:I|we)(?:'d| would|'ll| will) be (?:more than )?(?:happy|glad|pleased) to
   (?:(?:assist|help)(?: you)?(?: with (?:that|this|your))?\s*(?:[.!,]|today|$)
  |(?:assist|help) you (?:with|out)|look into (?:that|this|it|your)|check (?:that|this|it) for you)
- \banything else (?:that )?(?:I|we) can (?:help|assist|do for you)
- \bI(?:'m| am) here to (?:help|assist)(?: you)?\b
- ^dear (?:valued |sir or madam|customer)
- \bwe (?:sincerely |deeply |truly |do )?apologi[sz]e for (?:the|any|this|your)\b
- \bI (?:sincerely |deeply )?apologi[sz]e for (?:the|any) inconvenience(?!,? (?:but )?I\b)
- \byour account with us\b
- \byou as (?:a|our) (?:valued )?customer\b
- \blet me (?:check|pull up|look up|look into|access|verify|review) your
   (?:account|order|records?|card|file|profile|transactions?|details|subscription|booking)\b
- \b(?:I've|I have) (?:processed|issued|initiated|waived|reset|escalated|reactivated|blocked) your
   (?:\w+ )?(?:card|account|refund|order|request|password|payment|subscription|replacement|fee)\b
- \bI(?:'ve| have)? (?:gone|went) ahead and (?:blocked|processed|issued|cancel+ed|reset|updated)\b
- \blet me (?:look into|check|look up|pull up) (?:this|that|it)(?: \w+)? for you\b
- \bI (?:completely |totally |fully )?understand your (?:frustration|concerns?)\b
- \bI (?:can|will|'ll) (?:certainly |definitely )?(?:help|assist) you with (?:that|this|your)\b
- \b(?:thank you|thanks) for (?:your patience while I|providing (?:the|your|this|that|me with))\b
- \bplease provide (?:me with )?your (?:account|order|card|full name|date of birth|booking)
- \b(?:I will|I'll|let me) now (?:verify|check|process) your\b
- \bour (?:\w+ ){0,2}(?:team|department|specialists?|technicians?) will\b
- \b(?:I'll|I will|let me) (?:transfer|connect) you (?:to|with)\b
- \b(?:may I have|could you (?:please )?(?:provide|confirm|verify|share)(?: me)?) your
   (?:account|order|card|full name|date of birth|booking|reference|customer)
- \b(?:this is|my name is) \w+ (?:from|with) (?:the )?
  (?:customer|technical) (?:service|support|care)\b
- \bfor (?:security|verification) purposes,? (?:could|can|may|please)
- \bour (?:records|systems?) (?:shows?|indicates?)\b
- \bwe (?:truly |really |greatly )?(?:appreciate|value) your (?:loyalty|business|custom|patronage)\b
- \b(?:I|we)(?:'ve| have) (?:[^.!?]{0,40} )?(?:scheduled|arranged|rebooked) your
   (?:visit|appointment|delivery|repair|flight|call)\b
- \b(?:I|we)(?:'ll| will|'ve| have| am going to|'m going to| can now| shall)(?: now| just| also)?
   (?:go ahead and |gone ahead and )?(?:update|change|cancel|confirm|process|check|reset|upgrade
  |updated|changed|cancel+ed|confirmed|processed|checked|upgraded|rebooked)
   your (?:seat|order|booking|reservation|account|subscription|plan|ticket|refund|appointment
  |delivery|claim|policy|request|warranty|profile|invoice)\b
- \byour (?:appointment|order|booking|refund|reservation|replacement|request|claim|account|visit)
   (?:is|has been|was) (?:now |successfully )?(?:confirmed|booked|processed|approved|scheduled
  |registered|cancel+ed|completed|activated)\b(?!\?)
- \bI(?:'ll| will| can)(?: now| gladly)? (?:check|arrange|look into|process|set up|take care of
  |sort out) [^.!?]{1,40} for you\b
- \bour valued (?:\w+ )?(?:customer|policy ?holder|member|guest|client|subscriber)
- \bwe (?:look forward to serving you|hope you (?:continue|stay with us|enjoy your stay))
- 무엇을 도와|어떻게 도와 ?드릴|도와 ?드리겠|도와 ?드릴게요|도움이 필요하신가요
- (?<!우수 )(?<!단골 )고객님(?! ?소리| ?호칭)
- (?:문의해|문의|이용해|기다려) ?주셔서 (?:진심으로 )?감사
- (?:확인|처리|안내|접수|조회|발급|취소|환불|연결)(?:해|을)? ?(?:드리겠습니다|도와드리)
- 다른 (?:문의|궁금)[^?.!]{0,10}(?:있으신가요|있으실까요|있으세요|있으시면)
- (?:알려|말씀해) ?주시면 (?:바로 |제가 )?(?:확인|처리|안내|조회|도와|접수)
- 불편을 (?:드려|끼쳐) ?(?:드려)? ?(?:대단히 |정말 |진심으로 )?죄송
- 더 (?:필요|궁금|도움)[^?.!]{0,14}(?:있으신가요|있으실까요|있으세요|있으신지요)
- 고객센터(?: 상담(?:원|사))? ?(?:[가-힣]{2,4})?입니다
- 상담(?:원|사) [가-힣]{2,4}입니다
- 본인 ?확인을 위해[^.!?]{0,30}(?:말씀|알려|입력|부탁)
- (?:담당 ?부서|담당자)(?:로|에게|께) (?:연결|전달)해? ?드리
- 저희 (?:기사|직원|담당자|상담원)(?:님)?(?:이|가|께서)? [^.!?]{0,24}(?:방문|연락|전화|설치)
  [^.!?]{0,4}(?:예정|드릴|드리)
- 저희 (?:서비스|은행|매장|상품|회사|호텔|병원)[을를]? ?(?:아껴|이용해|사랑해|찾아) ?주셔서
- 좋은 서비스로 (?:보답|찾아뵙)
- (?:변경|예약|접수|처리|등록|발송|재발급|교환|해지)(?:해|을|를)? ?드(?:렸습니다|렸어요|릴게요)
- 예약(?:이 )?(?:확정)?되셨습니다|(?:지참|방문|참고)해 ?주시기 바랍니다
- (?:일정|예약|방문)[을를]? ?(?:잡아|변경해|취소해|조정해) ?드(?:렸|리겠|릴게)
"""

AS_CUSTOMER = r"""
- \bI(?:'ve| have)? (?:just |also |accidentally )?(?:lost|misplaced|forgot|forgotten|broke) my
   (?:\w+ ){0,2}(?:card|phone|wallet|passport|password|pin|key|keys|account number|order number)\b
- \bmy (?:new |old |debit |credit |bank |online ){0,2}(?:card|account|order|package|parcel|bill
  |payment|refund|subscription|password|flight|booking|phone|app|internet|transfer|delivery|router)
   (?:was|is|has|got|hasn't|hasnt|isn't|won't|keeps|doesn't|didn't|never|still|says|wasn't)\b
- \b(?:can|could|would) you (?:please )?help me(?=\s*(?:[?.!,]|$)| (?:with|get|fix|cancel|recover
  |reset|unlock|change|return|track|block|open) (?:my|a refund|the refund))
- \b(?:I need|I want) (?:your )?help (?:with|getting|to get) (?:my|a refund)
- \b(?:thank you|thanks)(?: so much| very much| a lot)? for (?:all )?(?:your|the) help
   ?(?!.{0,3}(?:in|with|verifying|confirming|us)\b)(?:[.!,]|today|$)
- \bI(?:'d| would)? (?:like|want|need|wish) to (?:speak|talk) (?:to|with) (?:a|an|your|the)
   (?:\w+ )?(?:manager|supervisor|human|person|representative|agent)\b
- \bI(?:'d| would)? (?:like|want|need|wish) to (?:cancel|return|dispute|close|report|replace) my\b
- \bI (?:want|demand|would like) (?:a|my) (?:full )?(?:refund|money back)\b
- \b(?:when|where) (?:will|can|do) I (?:get|receive|see|find) my\b
- \bwhy (?:was|am|have|did) I (?:been |get )?(?:charged|billed)\b
- \bI (?:was|got|have been|'ve been) (?:double[- ])?(?:charged|billed|overcharged)\b
- \bI(?:'m| am| keep|'ve been) having (?:trouble|problems?|issues?) with my
   (?:\w+ )?(?:card|account|order|app|phone|payment|internet|router|subscription)\b
- \b(?:charges?|transactions?|withdrawals?|fees?|payments?) (?:on|from) my (?:\w+ )?
  (?:account|card|bill|statement)\b
- \bwhat (?:documents?|papers?|information) do I need\b
- \bdo I (?:need|have) to (?:bring|pay|come|visit|send|go)\b
- \bI'll wait for (?:the|my) (?:new |replacement )?(?:card|refund|order|package|email|letter)\b
- \bI(?:'ve| have)? only (?:received|got|was given)\b|\bI(?:'d| would) like my money back\b
- \bI(?:'ve| have)? (?:already )?paid for (?:it|this|them|the|my|two|three|four|five|six)\b
- \b(?:on|at|outside) my (?:doorstep|front door|house|porch|street)\b
- \bthat (?:really )?helps(?: a lot)?,? (?:thank|thanks)\b
- \bI(?:'ve| have) been waiting (?:for|on hold|over|more)\b
- \bI (?:ordered|bought|purchased) (?:a|an|the|this|my|two|some)\b(?![^.!?]{0,40}\bfor you\b)
- \bI can't (?:log ?in|sign in|access my|find my (?:order|card|account))\b
- (?<![가-힣])(?:제|내) (?:신용 ?|체크 ?|은행 ?)?
  (?:카드|계좌|주문|계정|통장|택배|휴대폰|폰|비밀번호|환불|요금)
  (?:를|을|가|이|는|은|번호를)? ?[^.?!,]{0,14}?
  (?:잃어버렸|분실했|정지됐|정지되었|정지당|막혔|안 ?[되돼]
  |안 ?[와왔]|거절됐|거절되었|잊어버렸|까먹었|언제)
- (?<![가-힣])(?:제|내) (?:계좌|카드|주문|회원) ?번호는 ?\d
- 카드를 (?:잃어버렸|분실했)(?:어요|습니다|는데|네요|거든요|어)
- (?<!확인을 )(?<!협조를 )도와 ?주(?:세요|실 ?수 있|시겠|실래요)
- (?:환불|취소|교환|해지|재발급)(?:을|를)? ?(?:받고|하고) 싶(?:어요|습니다|은데)
- 환불(?:을|를)? ?(?:해 ?)?주세요
- (?:환불|취소|교환|해지)(?:을|를)? ?(?:해 ?)?주(?:실 ?수 있|시겠)
- (?:도와|안내해|해결해) ?주셔서 (?:정말 |너무 |진심으로 )?감사
- 왜 (?:이렇게 )?안 ?(?:되|돼|오)(?:나요|는 ?거|요|죠)
- 언제 (?:받을 수 있|도착하|배송되|환불되)(?:나요|을까요)
- (?<![가-힣])(?:저는|제가) [^.?!]{0,12}(?:돈|환불|물건|택배|답|카드)[을를도]?
   ?(?:아직 |한 번도 )?못 받
- (?<![가-힣])(?:제|내) 돈[을를]? ?(?:돌려|다시)|우리 집 (?:문|현관|앞)|어이가 없
- (?<![가-힣])(?:저는|제가|저도) [^.?!]{0,16}(?:값|돈|요금)[을를]? ?냈
- 아무도 (?:답|연락|전화)[을를도]? ?안
"""

AS_ASSISTANT = r"""
- \bhow (?:can|may) I (?:help|assist) you (?:today|with that)\b
- \b(?:as|I(?:'m| am)) an? (?:AI|artificial intelligence)
  (?: language model| assistant| model| chatbot)?(?=\s*(?:[.,!]|and\b|so\b|here\b|designed\b|$))
- \bI(?:'m| am) here to assist you\b
- \bI'd be happy to assist you\b
- \bis there anything else I can (?:help|assist) you with\b
- (?:저는|제가) (?:AI|인공 ?지능)(?: ?(?:언어 ?모델|어시스턴트|비서|챗봇|모델))?
  (?:입니다|이에요|예요|로서|이기 때문)
- AI (?:언어 ?모델|어시스턴트|비서)로서
- 무엇을 도와 ?드릴까요
"""
