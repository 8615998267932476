"""Small print: sentences in English and Korean that differ from one offer to the next, as they do in real libraries.

They have many words, and invented names of products, for a search finds little of interest where all offers say the same.
"""

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Names like Velmora or Tarinock: as many words as a catalogue of products has.
_STARTS = _words(
    "Al Bel Cor Dal El Fen Gar Hal Il Jun Kar Lum Mar Nor Ol Pel Quin Ros Sel Tar Ul Vel Wen Xan Yor Zel Bru Cal Dro Est "
    "Fal Gri Hol Ist Kel Lor Mil Nev Orl Pra Rav Sol Tren Ver Wil"
)
_MIDDLES = _words("a e i o u ami ela ino ora una eri asti ondo ime ulo ave ico ane")
_ENDS = _words("dal mora nock ra net tis ven lio rick sa ton vell by gate mark nia stone wick ford lane bell dor fin")

_THINGS = _words(
    "apples armchair bakery basket beans bicycle blanket blender bottle boots bread broadband butter camera candles carpet "
    "cereal charger cheese chocolate coat coffee cookbook credit curtains dessert dictionary drill duvet earphones eggs fan "
    "flour flowers fridge fruit garden glasses gloves guitar hammer handset headphones heater honey insurance jacket juice "
    "kettle keyboard ladder lamp laptop lemonade loan luggage magazine mattress medicine microwave milk mirror mixer mortgage "
    "mushrooms notebook oatmeal olives onions oranges oven paint pasta pears pencils pension pepper phone pillow plates "
    "porridge potatoes printer pyjamas rice roaming router rucksack salad salmon saucepan savings scarf seeds shampoo shirt "
    "shoes skates soap sofa soup spinach stationery stool strawberries subscription sugar suitcase tablet tea television tent "
    "toaster tomatoes toolbox towels trainers tripod trousers turntable umbrella vacuum vegetables vinegar voucher wallet "
    "watch wine yoghurt"
)
_KINDS = _words(
    "affordable ancient bright broad calm careful cheerful classic clean compact cosy crisp curious dependable early elegant "
    "familiar fresh friendly frozen gentle genuine golden handmade hearty honest light lively local lovely mellow modern "
    "natural neat organic patient plain portable practical quick quiet refined reliable roasted rustic seasonal simple "
    "smooth soft sparkling steady sturdy sunny sweet tender thoughtful tidy traditional unusual warm waterproof wooden"
)
_PLACES = _words(
    "Aberdeen Almada Antwerp Basel Bergen Bilbao Bologna Braga Bremen Bristol Cardiff Coimbra Cork Delft Dresden Dundee "
    "Exeter Faro Galway Genoa Ghent Girona Graz Haarlem Hanover Kiel Leipzig Limerick Linz Lucerne Malmo Mannheim Modena "
    "Nantes Newcastle Norwich Odense Padua Parma Plymouth Rennes Rostock Seville Sheffield Sintra Tampere Toulouse Trieste "
    "Turku Utrecht Valencia Verona Vigo Winchester York"
)
_ENGLISH = (
    "Valid in our {place} stores and online while stocks of {name} {thing} last, at most {number} for each household.",
    "Not in connection with vouchers for {thing}, staff discounts or the {place} clearance of {kind} {other}.",
    "Orders of {name} {thing} placed after midday are dispatched from our {place} warehouse within {number} days.",
    "The recommended retail price of {kind} {thing} by {name} was {number} per cent higher in {place}.",
    "Participation requires {number} purchases of {thing} or {other} with the {name} label before the end of the month.",
    "We may withdraw the {kind} {thing} of {name} early; whoever has reserved one in {place} keeps it.",
    "Calls to the {name} service desk in {place} cost the local rate; lines are open for {number} hours a day.",
    "Refunds for {thing} are paid within {number} working days of receipt at {place}; please keep the {name} receipt.",
    "Images may show {kind} {other}, colours and garnishes that are sold separately from the {name} {thing}.",
    "Draw of {number} {kind} {thing} by {name} in {place}; employees and their relatives are excluded.",
    "Whoever buys {number} {thing} in {place} receives a {kind} {other} of the {name} series.",
    "{name} exchanges every {kind} {thing} within {number} weeks, in {place} and by post.",
)

_THINGS_KO = _words(
    "가방 가습기 감자 건조기 고구마 고등어 공기청정기 과자 구두 국수 귤 김치 꿀 난로 냄비 냉장고 노트북 녹차 단말기 달걀 담요 "
    "당근 대출 도시락 된장 두부 등산화 딸기 떡 라면 램프 로밍 마늘 만두 망고 매트리스 멸치 모자 목도리 무선이어폰 물티슈 미역 "
    "밀가루 바나나 반찬 밥솥 배추 버섯 베개 보험 복숭아 블루베리 비누 빵 사과 상추 새우 샴푸 선풍기 세제 소파 손목시계 수건 수박 "
    "스피커 시금치 식초 신발 쌀 쌈장 아이스크림 안경 양말 양파 연금 오렌지 오이 올리브유 요구르트 우산 우유 운동화 원두 유기그릇 "
    "의자 이불 인터넷 자전거 잡곡 장갑 적금 전기포트 접시 젓갈 정수기 주스 참기름 책상 청소기 초콜릿 치약 치즈 카메라 커피 케이크 "
    "태블릿 텐트 토마토 포도 프린터 한과 햄 호박 화분 홍삼 후추 휴대전화"
)
_KINDS_KO = _words(
    "가벼운 고소한 고운 깊은 깔끔한 넉넉한 단단한 달콤한 든든한 따뜻한 말끔한 맑은 믿음직한 반가운 밝은 보드라운 부드러운 산뜻한 "
    "상큼한 새로운 소박한 시원한 신선한 싱그러운 쌉쌀한 아담한 알뜰한 야무진 얇은 영리한 은은한 익숙한 잔잔한 정갈한 조용한 "
    "촉촉한 친절한 튼튼한 편안한 푸짐한 풍성한 향긋한 화사한 훈훈한"
)
_PLACES_KO = _words(
    "강릉 거제 경주 고양 공주 과천 구미 군산 김포 김해 나주 남양주 남원 논산 당진 동해 목포 문경 밀양 보령 부여 부천 사천 삼척 "
    "상주 서산 속초 수원 순천 아산 안동 안산 안양 양산 양양 여수 영주 예산 완주 용인 울산 원주 의정부 이천 익산 전주 정읍 제천 "
    "진주 창원 천안 청주 춘천 충주 통영 파주 평택 포항 하남 화성"
)
_KOREAN = (
    "{place} 매장과 온라인에서 {name} {thing} 재고 소진 시까지, 가구당 최대 {number}개까지 구매하실 수 있습니다.",
    "{thing} 상품권, 임직원 할인, {place} 매장의 {kind} {other} 정리 행사와 중복 적용되지 않습니다.",
    "정오 이후 주문하신 {name} {thing} 상품은 {place} 물류센터에서 {number}일 안에 발송됩니다.",
    "{name} 상표가 붙은 {thing} 및 {other} 상품을 {number}회 이상 구매하신 계정만 참여하실 수 있습니다.",
    "{kind} {thing} 행사는 조기 종료될 수 있으며 {place}에서 이미 신청하신 {name} 혜택은 유지됩니다.",
    "{thing} 환불은 {place} 센터 입고 확인 후 영업일 기준 {number}일 안에 처리되며 {name} 영수증이 필요합니다.",
    "이미지에 나온 {kind} {other} 소품은 실제와 다를 수 있으며 {name} {thing} 상품과 따로 판매됩니다.",
    "{place}에서 {name} {kind} {thing} {number}개를 추첨하며 임직원과 그 가족은 제외됩니다.",
    "{place} 지역 배송은 {number}일이 걸리며 {name} {thing} 매장 수령은 더 빠릅니다.",
    "{thing} {number}개를 담으시면 {kind} {name} {other} 하나를 함께 보내 드립니다.",
)
LANGUAGES = {
    "en": (_ENGLISH, _KINDS, _THINGS, _PLACES),
    "ko": (_KOREAN, _KINDS_KO, _THINGS_KO, _PLACES_KO),
}


def small_print(rng: Random, language: str, count: int) -> str:
    """So many sentences in English (`en`) or Korean (`ko`)."""
    patterns, kinds, things, places = LANGUAGES[language]
    return " ".join(
        pattern.format(
            kind=rng.choice(kinds),
            thing=rng.choice(things),
            other=rng.choice(things),
            place=rng.choice(places),
            name=rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS),
            number=rng.randrange(2, 30),
        )
        for pattern in rng.sample(patterns, count)
    )
