"""What the sample campaigns are made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A campaign in one language. `[amount]` stands for the price or value of one offer of it."""

    name: str
    headline: str
    body: str
    button: str


# Known by what they are, not by what they say, so that caches can look them up at once.
@dataclass(frozen=True, slots=True, eq=False)
class Campaign:
    """What a marketer has in mind before making offers of it.

    `amounts` are pairs, the same value as the English and as the Korean text says it. `season` is a key of SEASONS;
    without one the campaign runs at any time of the year.
    """

    key: str
    about: str
    en: Words
    ko: Words
    amounts: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    rule: str = ""
    season: str = ""
    korean: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A placement of a brand: where an offer can be shown, and what content goes there."""

    key: str
    name: str
    channel: str
    content: str
    about: str


@dataclass(frozen=True, slots=True, eq=False)
class Brand:
    key: str
    name: str
    name_ko: str
    site: str
    places: tuple[Place, ...]
    campaigns: tuple[Campaign, ...]
    fallbacks: tuple[Words, ...]


# When a season's offers run: first day (month, day) and how many days.
SEASONS = {
    "new-year": ((12, 27), 24),
    "seollal": ((1, 20), 28),
    "spring": ((3, 10), 35),
    "summer": ((6, 15), 60),
    "school": ((8, 10), 35),
    "chuseok": ((9, 5), 30),
    "black-friday": ((11, 18), 14),
    "holiday": ((11, 28), 30),
}

TAGS = {
    "holiday": ("Holiday {year}", "Everything that runs between late November and New Year."),
    "seollal": ("설날", "설 연휴 기획전에 쓰는 오퍼"),
    "chuseok": ("추석", "추석 선물과 차례상 기획전"),
    "black-friday": ("Black Friday", "Two weeks in November; checked by pricing every morning."),
    "summer": ("Summer", ""),
    "school": ("Back to school", "Students and parents, August and September."),
    "new-year": ("New year", ""),
    "spring": ("봄맞이", "3월과 4월 행사"),
    "retention": ("Retention", "For customers who may leave."),
    "acquisition": ("Acquisition", "A first product, or a first order."),
    "loyalty": ("Loyalty members", ""),
    "app": ("App only", "Cannot be redeemed in stores or branches."),
    "fresh": ("Fresh food", ""),
    "pantry": ("Pantry", ""),
    "evening": ("마감 세일", "저녁 7시 이후 매장 할인"),
    "cards": ("Cards", ""),
    "savings": ("Savings", ""),
    "lending": ("Lending", "Needs the representative example; ask compliance before you approve."),
    "plans": ("Plans", ""),
    "devices": ("Devices", ""),
    "roaming": ("Roaming", ""),
    "family": ("가족", "가족 결합 상품"),
}

# key: (name, description, PQL)
RULES = {
    "gold": (
        "Gold members",
        "Gold and platinum tiers of any loyalty programme.",
        'profile.loyalty.tier in ["gold", "platinum"]',
    ),
    "new": (
        "New customers",
        "No purchase yet.",
        'chain(xEvent, timestamp, [A: WHAT(eventType.equals("commerce.purchases"))]).count() = 0',
    ),
    "app": (
        "Has the app",
        "Opened the app in the last 30 days.",
        '(select e from xEvent where e.eventType = "application.launch" and e.timestamp occurs <= 30 days before now).count() >= 1',
    ),
    "lapsed": (
        "Lapsed 90 days",
        "Bought before, but not in the last 90 days.",
        '(select e from xEvent where e.eventType = "commerce.purchases" and e.timestamp occurs <= 90 days before now).count() = 0\nand profile.lifetimeOrders > 0',
    ),
    "basket": (
        "Left something in the basket",
        "",
        '(select e from xEvent where e.eventType = "commerce.productListAdds" and e.timestamp occurs <= 3 days before now).count() > 0',
    ),
    "family": ("Families", "A household of three or more.", "profile.household.size >= 3"),
    "student": (
        "Students",
        "",
        'profile.person.age >= 18 and profile.person.age <= 27 and profile.occupation = "student"',
    ),
    "traveller": (
        "Frequent travellers",
        "Two or more foreign transactions in half a year.",
        "(select e from xEvent where e.placeContext.geo.countryCode != profile.homeAddress.countryCode and e.timestamp occurs <= 180 days before now).count() >= 2",
    ),
    "salary": (
        "Salary account",
        "Receives a salary here.",
        'profile.accounts.exists(a, a.type = "salary" and a.status = "open")',
    ),
    "ending": ("Contract ends within 60 days", "", "profile.contract.endDate occurs <= 60 days after now"),
    "heavy": (
        "Uses most of the data plan",
        "More than four fifths in two months running.",
        "profile.usage.dataShareLastTwoMonths > 0.8",
    ),
    "korea": ("국내 거주 고객", "주소지가 대한민국인 고객", 'profile.homeAddress.countryCode = "KR"'),
}
