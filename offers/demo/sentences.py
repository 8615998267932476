"""Longer texts for a large sample library: sentences of many words, English and Korean, and invented names of products.

A search finds little of interest in a library whose offers all say the same; and a real offer is a page of text or two.
"""

from random import Random

from offers.demo.representations import Json


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
_REASONS = (
    "the harvest was early",
    "our warehouse moves in spring",
    "a partner asked for it",
    "members voted for it",
    "the old model leaves the shelves",
    "schools open again",
    "the evenings grow longer",
    "nobody likes to queue",
    "repairs should cost less than replacements",
    "a good neighbour recommends it",
    "the factory celebrates its anniversary",
    "weather has been kind this year",
)
_ENGLISH = (
    "The {kind} {thing} from {name} arrives in {place} on the {number}th, because {reason}.",
    "Bring your {thing} to {place} and take home {number} per cent more {other}.",
    "{name} makes {kind} {thing} by hand, in a workshop near {place}.",
    "Whoever buys {number} {thing} receives a {kind} {other} of the {name} series.",
    "Delivery to {place} takes {number} days; collection at the {name} counter is possible sooner.",
    "This applies to {kind} {thing} and {other} with the {name} label, not to gift cards.",
    "Please keep the receipt: {name} exchanges every {thing} within {number} weeks.",
    "Since {reason}, the {name} {thing} costs less in {place}.",
    "Our {kind} favourite is the {thing} by {name}, chosen by {number} customers in {place}.",
    "Ask in {place} for the {kind} {other}; the {thing} of {name} comes with it.",
    "Limited to {number} pieces a household, while stocks of {name} {thing} last.",
    "A {kind} evening with {thing} and {other}, hosted by {name} in {place}.",
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
_REASONS_KO = (
    "올해는 수확이 빨라",
    "봄에 창고를 옮기게 되어",
    "회원님들의 요청이 많아",
    "새 모델이 곧 나오기에",
    "개학을 앞두고 있어",
    "저녁이 길어지는 때라",
    "산지와 직접 계약하여",
    "매장 새 단장을 기념하여",
    "고쳐 쓰는 분이 늘어",
    "이웃들이 먼저 권하기에",
)
_KOREAN = (
    "{reason} {place} 매장의 {kind} {thing} 가격을 {number}% 낮추었습니다.",
    "{name}의 {kind} {thing} 꾸러미를 {place}에서 받아 보실 수 있습니다.",
    "{thing} {number}개를 담으시면 {name} {other} 하나를 함께 보내 드립니다.",
    "{place} 지역은 배송에 {number}일이 걸리며, 매장 수령은 더 빠릅니다.",
    "{name} 상표가 붙은 {thing} 및 {other} 상품에 적용되고 상품권은 제외됩니다.",
    "영수증을 보관해 주세요. {name} {thing} 교환은 {number}주 안에 가능합니다.",
    "{place} 고객 {number}분이 고른 {kind} {thing}, {name}에서 만들었습니다.",
    "{reason} {name} {other} 행사를 {place}에서 먼저 시작합니다.",
    "한 가정에 {number}개까지, {kind} {thing} 재고가 있는 동안만 진행합니다.",
    "{kind} {thing}에 어울리는 {other} 고르는 법을 {name} 직원이 알려 드립니다.",
)
LANGUAGES = {
    "en": (_ENGLISH, _KINDS, _THINGS, _PLACES, _REASONS),
    "ko": (_KOREAN, _KINDS_KO, _THINGS_KO, _PLACES_KO, _REASONS_KO),
}


def product(rng: Random) -> str:
    return rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS)


def sentence(rng: Random, language: str) -> str:
    """One sentence in English (`en`) or Korean (`ko`)."""
    patterns, kinds, things, places, reasons = LANGUAGES[language]
    return rng.choice(patterns).format(
        kind=rng.choice(kinds),
        thing=rng.choice(things),
        other=rng.choice(things),
        place=rng.choice(places),
        reason=rng.choice(reasons),
        name=product(rng),
        number=rng.randrange(2, 30),
    )


def with_long_texts(rng: Random, document: Json) -> Json:
    """The offer with more to say: a sentence more in each of its pages of HTML."""
    return {
        **document,
        "representations": [
            {**shown, "components": [_longer(rng, part) for part in shown["components"]]}
            for shown in document["representations"]
        ],
    }


def _longer(rng: Random, part: Json) -> Json:
    if part["type"] != "html":
        return part
    return {**part, "content": f"{part['content']}\n<p>{sentence(rng, part['language'][0][:2])}</p>"}
