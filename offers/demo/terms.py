"""The small print under an offer, in both languages: what makes one text differ from the next, as it does in real libraries."""

from random import Random

# What stands in the braces is drawn anew for each sentence.
ENGLISH = (
    "Valid in our {area} stores and online while stocks last, at most {few} for each household.",
    "Not in connection with vouchers, gift cards, staff discounts or the {month} clearance.",
    "Orders placed after {hour}:00 are dispatched on the next working day from our {area} warehouse.",
    "The recommended retail price was {price} between {month} and {other}; savings refer to that price.",
    "Participation requires an account that was opened before the {day}th of {month}.",
    "Credit is subject to status, affordability checks and a minimum term of {few} months.",
    "We may withdraw the promotion early if demand exceeds {many} participants; whoever has joined keeps the benefit.",
    "Calls to the {area} service desk cost the local rate; lines are open from {hour} until late.",
    "Refunds are paid to the original method within {few} working days of receipt at {area}.",
    "Images may show accessories, colours and garnishes that are sold separately for about {price}.",
    "Roaming, premium numbers and satellite services are charged apart, from {price} a minute.",
    "Draw of {many} winners in {month}; employees and their relatives are excluded.",
)
KOREAN = (
    "{area} 매장과 온라인에서 재고 소진 시까지, 가구당 최대 {few}개까지 구매하실 수 있습니다.",
    "{month}월 정리 행사, 상품권, 임직원 할인과 중복 적용되지 않습니다.",
    "{hour}시 이후 주문은 다음 영업일에 {area} 물류센터에서 발송됩니다.",
    "{month}월 {day}일 이전에 개설된 계정만 참여하실 수 있습니다.",
    "신용 심사 결과에 따라 한도와 금리가 달라지며 최소 약정은 {few}개월입니다.",
    "참여자가 {many}명을 넘으면 조기 종료될 수 있으며 이미 신청하신 혜택은 유지됩니다.",
    "환불은 {area} 센터 입고 확인 후 영업일 기준 {few}일 안에 처리됩니다.",
    "이미지에 나온 소품과 색상은 실제와 다를 수 있으며 별도로 판매됩니다.",
    "로밍, 유료 번호, 위성 서비스는 분당 {price}부터 따로 청구됩니다.",
    "{month}월에 {many}명을 추첨하며 임직원과 그 가족은 제외됩니다.",
)
CITIES = (
    *("Seoul", "Busan", "Incheon", "Daegu", "Jeju", "Lisbon", "Porto", "Hamburg", "Leeds", "Rotterdam", "Antwerp"),
    *("Bergen", "Cork", "Dresden", "Ghent", "Graz", "Kraków", "Lyon", "Malmö", "Nantes", "Turin", "Utrecht", "Vigo"),
)
CITIES_KO = (
    *("서울", "부산", "인천", "대구", "제주", "광주", "대전", "울산", "수원", "성남", "고양", "용인", "창원", "청주"),
    *("전주", "천안", "포항", "김해", "춘천", "강릉", "여수", "순천", "목포", "경주"),
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")


def terms(rng: Random, language: str) -> str:
    """Three sentences of small print in the language, `en` or `ko`."""
    korean = language == "ko"
    month = rng.randrange(len(MONTHS))
    return " ".join(
        sentence.format(
            area=rng.choice(CITIES_KO if korean else CITIES),
            month=month + 1 if korean else MONTHS[month],
            other="December",
            few=rng.randrange(2, 15),
            many=f"{rng.randrange(1, 90) * 50:,}",
            hour=rng.randrange(7, 22),
            day=rng.randrange(4, 20),
            price=f"{rng.randrange(5, 300) * 100:,}원" if korean else f"€{rng.randrange(199, 19_999) / 100:.2f}",
        )
        for sentence in rng.sample(KOREAN if korean else ENGLISH, 3)
    )
