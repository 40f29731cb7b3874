"""Phrases that models use and people hardly do, as plain text: one a line, in small letters.

Gathered by judgement. A phrase stands for all that begins as it does ("delv": delve, delves,
delving); `name ~ hint ~ pattern` is a regular expression, looked for where the hint stands.
Ordinary courtesies of a service desk are marked with `?` and count half, since real agents use
them too.
"""

from __future__ import annotations

ENGLISH = r"""
delv
tapestry
a testament to
navigate the complexit
navigating the complexit
in the realm of
the realm of
in today's fast-paced
in today's digital
in today's world
ever-evolving
ever-changing landscape
fast-paced world
rapidly evolving
intricate
intricacies
multifaceted
nuanced
pivotal
underscor
showcas
foster a
fostering
embark on
leverag
harness the power
unlock the
unleash
elevate your
game-changer
game changer
cutting-edge
groundbreaking
seamless
robust
holistic
transformative
paradigm
bustling
vibrant
meticulous
invaluable
commendable
noteworthy
it's important to note
it is important to note
it's worth noting
it is worth noting
it's essential to
it is essential to
it's crucial to
it is crucial to
it's important to remember
plays a crucial role
plays a vital role
play a significant role
crucial role in
a wide range of
a myriad of
plethora
in conclusion
in summary
overall,
ultimately,
furthermore,
moreover,
additionally,
by doing so
rest assured
i hope this message finds you well
i hope this email finds you well
hope this finds you well
i hope this helps
great question
that's a great question
excellent question
that's a wonderful
certainly!
absolutely!
of course!
i completely understand
i'd be happy to help
i'd be happy to assist
i'd be more than happy
i'm here to help
?feel free to
?don't hesitate to
?please do not hesitate
?i understand your frustration
?i understand how frustrating
?i apologize for any inconvenience
?thank you for reaching out
?thank you for your patience
?thank you for your understanding
?is there anything else i can
?if you have any further questions
?if you have any other questions
let's dive in
dive into
deep dive
let's break it down
here's a breakdown
here are some tips
here are some key
first and foremost
last but not least
not only enhances
strike a balance
striking a balance
sense of purpose
sense of wonder
sends shivers
a gentle breeze
barely above a whisper
whispered secrets
the air was thick with
couldn't help but feel
a mix of
once upon a time, in a
sun dipped below
golden hues
eyes sparkl
heart pounding
not just X but Y ~ not ~ \bnot (?:just|only|merely) [^.!?,;]{2,60}(?:,|;| —) ?(?:but|it's)
not about X, it's about Y ~ about ~ not (?:just )?about [^.!?]{2,50}[,;—] ?it's about
isn't just X, it's Y ~ n't just ~ n't just [^.!?]{2,50}[,;—] ?(?:it's|they're)
whether you're X or Y ~ whether you're ~ whether you're [^.!?]{2,60} or
from X to Y, this ~ from ~ \bfrom [^.!?,]{2,40} to [^.!?,]{2,40}, (?:this|these|our|there)\b
serves as a reminder ~ s as a ~ (?:stands|serves) as a (?:\w+ )?(?:reminder|beacon|symbol)
as an avid X ~ as a ~ \bas an? (?:avid|passionate|seasoned)\b
"""

KOREAN = r"""
도움이 되셨기를
도움이 되었기를
도움이 되길 바랍니다
도움이 되기를 바랍니다
도움이 되셨으면
도움이 되셨길
?궁금한 점이 있으시면
?궁금하신 점이 있으시면
?궁금한 사항이 있으시면
?추가로 궁금하신
?더 궁금한 점
?추가적인 질문이 있으시면
?언제든지 문의
?언제든지 말씀해
언제든지 물어보세요
언제든지 질문해
?다른 도움이 필요하시
?더 도와드릴 것이
?더 필요한 도움이
?불편을 드려 죄송
?양해 부탁드립니다
?이해해 주셔서 감사
?소중한 의견 감사
좋은 질문입니다
훌륭한 질문
좋은 질문이네요
에 대해 알아보겠습니다
에 대해 알아보도록
에 대해 살펴보겠습니다
에 대해 설명드리겠습니다
에 대해 자세히 설명
에 대해 이야기해 보겠습니다
함께 알아보겠습니다
함께 살펴보겠습니다
다음과 같습니다
다음과 같은 방법
다음과 같은 단계
다음 단계를 따르
다음 단계를 통해
아래와 같습니다
결론적으로
요약하자면
종합적으로
궁극적으로
전반적으로
뿐만 아니라
그뿐만 아니라
더 나아가
나아가
이를 통해
이러한 점에서
이러한 측면에서
측면에서 볼 때
매우 중요합니다
중요한 역할을 합니다
중요한 역할을 하
핵심적인 역할
필수적입니다
필수적인 요소
주목할 만한
기억해야 할 것은
기억하세요
고려해야 합니다
고려하는 것이 중요
유의해야 합니다
하는 것이 좋습니다
하는 것이 중요합니다
할 필요가 있습니다
것으로 보여집니다
되어집니다
보여집니다
불리워지
에 있어서
에 있어 중요한
로 인해 발생
함으로써
함에 따라
가능하게 합니다
가능하게 해줍니다
다양한 방법
다양한 요소
다양한 측면
풍부한 경험
현대 사회에서
빠르게 변화하는
급변하는
새로운 지평
한 단계 더
여정을
여정에
물론입니다!
물론이죠!
네, 물론입니다
기꺼이 도와
성심껏
최선을 다하겠습니다
저는 당신
당신의
당신을
첫째로
마지막으로,
무엇보다도
단순한 X를 넘어 ~ 단순 ~ 단순(?:한|히) [^.!?]{2,40}(?:을|를|이|가) (?:넘어|아니라)
X에 대한 깊은 이해 ~ 에 대한 ~ [가-힣]에 대한 (?:깊은|풍부한|폭넓은) (?:이해|통찰|지식)
도와드릴 수 있어 기쁩니다 ~ 도와드릴 ~ 도와드릴 수 있(?:어|게 되어)(?:서)? (?:기쁩|영광)
"""
