"""The change requests of the sample library: in every state, made by its people and programs with what pages and calls use."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from offers.demo.brands.grocer import BOMNAL
from offers.demo.brands.words import Words
from offers.demo.desk import Desk, Edit, Story, approve, edited, field_of, is_korean, play, propose
from offers.demo.ids import date_text, item_id
from offers.demo.people import Cast
from offers.demo.representations import Json, component
from offers.document.kinds.fields import CHANNEL_PREFIX, instant
from offers.document.kinds.registry import Kind
from offers.ledger.heads import Head, read_each
from offers.review import comments, notices, recheck, requests, schedule, verdicts
from offers.review.requests import When
from offers.review.standing import standing

# Offers are looked for among so many of the latest.
LATEST = 250
# What ends sooner is not worth a change any more.
WEEKS_TO_COME = timedelta(days=14)
ADVENT = Words(
    "Advent calendar",
    "Behind every door, a small gift",
    "One surprise a day until Christmas Eve, for the whole family. Open today's door with your next order.",
    "Open today's door",
)
ADVENT_KO = Words(
    "어드벤트 캘린더",
    "매일 하나씩 열리는 작은 선물",
    "크리스마스이브까지 하루 하나씩, 온 가족을 위한 깜짝 선물을 준비했어요. 주문하면 오늘의 문이 열립니다.",
    "오늘의 문 열기",
)
PRESENT, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)


def make_requests(seed: int, cast: Cast, offers: int, now: datetime) -> None:
    """Let people ask for changes of a library with so many offers, in the days before `now`, and decide about them."""
    ids = [item_id(seed, "offer", index) for index in range(max(0, offers - LATEST), offers)]
    latest = sorted(read_each(cast.sandbox.pk, ids).values(), key=lambda head: (head.modified_at, head.id))
    to_come = [head for head in latest if _ends(head) > now + WEEKS_TO_COME]
    live = [head for head in to_come if head.document["status"] == "approved"]
    drafts = [head for head in to_come if head.document["status"] == "draft"]
    desk = Desk(seed, cast, now, live, drafts)
    play([story(desk) for story in STORIES], now)


def _ends(head: Head) -> datetime:
    return instant(head.document["selectionConstraint"]["endDate"])


def _longer(days: int) -> Edit:
    def edit(document: Json) -> Json:
        constraint = document["selectionConstraint"]
        end = date_text(instant(constraint["endDate"]) + timedelta(days=days))
        return {**document, "selectionConstraint": {**constraint, "endDate": end}}

    return edit


def _priority(value: int) -> Edit:
    """Values that the sample offers do not have."""
    return lambda document: {**document, "rank": {"priority": value}}


def _status(status: str) -> Edit:
    return lambda document: {**document, "status": status}


def _condition(value: str) -> Edit:
    return lambda document: {**document, "condition": {**document["condition"], "value": value}}


def _headline(more: str) -> Edit:
    """More words in each headline; where no content has one, in the name."""

    def edit(document: Json) -> Json:
        shown = [
            {**one, "components": [_with_headline(part, more) for part in one["components"]]}
            for one in document["representations"]
        ]
        if shown == document["representations"]:
            return {**document, "name": document["name"] + more}
        return {**document, "representations": shown}

    return edit


def _with_headline(part: Json, more: str) -> Json:
    return {**part, "content": part["content"].replace("</h2>", f"{more}</h2>")} if part["type"] == "html" else part


def _expired(desk: Desk) -> Story:
    mia, daniel = desk.cast.marketers[0], desk.cast.reviewers[0]
    yield 8 * DAY
    when = When(desk.now - 4 * DAY, None, "Europe/London")
    request = propose(mia, desk.take(), _priority(90), "First in line for the bank holiday", "Agreed on Monday", when)
    yield 7 * DAY
    approve(daniel, request, "Fine for one day.")
    # Nobody was there at its moment: the worker was away for two hours.
    yield 4 * DAY - 2 * HOUR
    schedule.keep()


def _rejected(desk: Desk) -> Story:
    grace, jihun = desk.cast.marketers[2], desk.cast.reviewers[1]
    yield 7 * DAY
    edit = _headline(" — answered within the hour")
    request = propose(grace, desk.take(), edit, "Promise an answer within the hour")
    yield 6 * DAY
    why = "The service desk has not confirmed the hour, and we promise nothing that they have not."
    verdicts.reject(jihun, request, standing(request).digest, why)


def _withdrawn(desk: Desk) -> Story:
    seoyeon = desk.cast.marketers[1]
    yield 7 * DAY - HOUR
    request = propose(seoyeon, desk.take(korean=True), _priority(70), "주말 행사 우선 노출", "토요일 매장 행사에 맞춤")
    yield 6 * DAY - 3 * HOUR
    requests.withdraw(seoyeon, request, "행사가 취소되어 철회합니다.")


def _applied(desk: Desk) -> Story:
    mia, daniel = desk.cast.marketers[0], desk.cast.reviewers[0]
    yield 5 * DAY
    request = propose(mia, desk.take(), _longer(14), "Two weeks more", "Stock is good, we keep it up")
    yield 3 * DAY
    comments.say(daniel, request, "Does the partner know?")
    yield 2 * DAY
    comments.say(mia, request, "Yes, they agreed yesterday.")
    yield PRESENT
    approve(daniel, request, "Thank you, then it goes on.")


def _changes_requested(desk: Desk) -> Story:
    mia, jihun = desk.cast.marketers[0], desk.cast.reviewers[1]
    yield 4 * DAY
    edit = _headline(" — while places last")
    request = propose(mia, desk.take(), edit, "Say that places are limited", "Complaints from Busan")
    yield 3 * DAY
    why = "Customers cannot tell how many. Please say it, or link to the terms. 선착순 인원을 적어 주세요."
    verdicts.request_changes(jihun, request, standing(request).digest, why)
    yield 3 * DAY - 2 * HOUR
    comments.say(mia, request, "You are right. I asked the regional team for the number.", field_of(request))


def _approved(desk: Desk) -> Story:
    seoyeon, jihun = desk.cast.marketers[1], desk.cast.reviewers[1]
    yield 3 * DAY
    request = propose(seoyeon, desk.take(korean=True), _longer(7), "일주일 연장", "재고가 남아 매장에서 연장을 요청함")
    yield 2 * DAY
    approve(jihun, request, "좋습니다. 매장 안내가 나간 뒤에 적용해 주세요.", apply=False)


def _scheduled(desk: Desk) -> Story:
    """From a Korean morning on, for a week."""
    mia, jihun = desk.cast.marketers[0], desk.cast.reviewers[1]
    yield 3 * DAY - HOUR
    morning = (desk.now + 5 * DAY).astimezone(ZoneInfo("Asia/Seoul")).replace(hour=9, minute=0)
    when = When(morning, morning + 7 * DAY, "Asia/Seoul")
    request = propose(mia, desk.take(), _priority(85), "On top for the week of the app's birthday", "With CRM", when)
    yield 2 * DAY - HOUR
    approve(jihun, request, "확인했습니다.")


def _with_a_suggestion(desk: Desk) -> Story:
    mia, _, grace = desk.cast.marketers
    yield 2 * DAY
    request = propose(grace, desk.take(), _priority(92), "Above the leaflet", "Was hiding behind the leaflet")
    yield 36 * HOUR
    text = "92 would be above the recall notice. Is less enough?"
    comments.say(desk.cast.reviewers[0], request, text, field_of(request), suggestion="82")
    yield DAY
    comments.say(mia, request, "The leaflet is at 80, so 82 does it.")


def _draft_to_approve(desk: Desk) -> Story:
    yield DAY
    draft = desk.take_draft()
    author = desk.cast.marketers[1 if is_korean(draft) else 0]
    title = "초안 승인 요청" if is_korean(draft) else "Ready to go live"
    request = propose(author, draft, _status("approved"), title, "Texts and dates are final")
    yield 20 * HOUR
    comments.say(desk.cast.reviewers[1], request, "내일 오전에 살펴보겠습니다.")


def _several(desk: Desk) -> Story:
    """A new tag, a new offer that has it, the collection that gathers them, and the rule that says who is a family."""
    yield 18 * HOUR
    seed = desk.seed
    tag, offer = item_id(seed, "tag", "advent"), item_id(seed, "offer", "advent")
    collection = desk.again(item_id(seed, "picked", BOMNAL.key))
    rule = desk.again(item_id(seed, "rule", "family"))
    proposals = [
        requests.new_item(Kind.TAG, tag, {"name": "Advent", "description": "The four weeks before Christmas."}, "form"),
        requests.new_item(Kind.PERSONALIZED_OFFER, offer, _advent(seed, desk.now, rule.id, tag), "form"),
        edited(collection, lambda old: {**old, "ids": [*old["ids"], offer]}),
        edited(rule, _condition("profile.household.size >= 2")),
    ]
    requests.propose(desk.cast.marketers[0], proposals, "The Advent calendar", "Goes live as a whole, or not at all")


def _advent(seed: int, now: datetime, rule: str, tag: str) -> Json:
    first = datetime((now + WEEKS_TO_COME).year, 12, 1, tzinfo=ZoneInfo("Asia/Seoul"))
    hero = BOMNAL.places[0]
    parts = [component(BOMNAL, "advent", hero, *spoken, "") for spoken in (("en-us", ADVENT), ("ko-kr", ADVENT_KO))]
    placement = item_id(seed, "placement", BOMNAL.key, hero.key)
    return {
        "name": "Advent calendar",
        "description": "A small gift behind each door.",
        "status": "approved",
        "representations": [{"channel": CHANNEL_PREFIX + hero.channel, "placement": placement, "components": parts}],
        "selectionConstraint": {
            "startDate": date_text(first),
            "endDate": date_text(first + 24 * DAY),
            "profileConstraintType": "eligibilityRule",
            "eligibilityRule": rule,
        },
        "rank": {"priority": 55},
        "tags": [tag],
    }


def _of_a_program(desk: Desk) -> Story:
    yield 10 * HOUR
    head = desk.take()
    creative = {**head.document["characteristics"], "creative": "v9"}
    propose(desk.cast.program, head, lambda old: {**old, "characteristics": creative}, "New creative from the studio")


def _of_a_reviewer(desk: Desk) -> Story:
    """Reviewers ask, too: the admin has something to decide."""
    yield 6 * HOUR
    rule = desk.again(item_id(desk.seed, "rule", "gold"))
    edit = _condition('profile.loyalty.tier in ["gold", "platinum", "black"]')
    propose(desk.cast.reviewers[1], rule, edit, "블랙 등급도 골드 혜택에 포함", "3분기 등급 개편")


def _overtaken(desk: Desk) -> Story:
    """One of three requests for a field is applied, so the second is in conflict; what is published without review makes the third fail."""
    grace, jihun, admin = desk.cast.marketers[2], desk.cast.reviewers[1], desk.cast.admin
    yield 5 * DAY - HOUR
    second, first = desk.take(), desk.take()
    when = When(desk.now, None, "Europe/London")
    scheduled = propose(grace, second, _priority(95), "On top for the match", "Half of the country watches", when)
    yield 4 * DAY - HOUR
    approve(desk.cast.reviewers[0], scheduled)
    propose(grace, first, _priority(42), "A little higher", "Clicks have halved since spring")
    yield 3 * DAY - 2 * HOUR
    faster = propose(jihun, first, _priority(17), "Below the seasonal ones", "Agreed with the brand's desk")
    yield PRESENT
    approve(admin, faster, "Yes, as agreed.")
    why = "The page that it leads to is down"
    requests.publish(admin, [edited(desk.again(second.id), _priority(3))], "Out of sight until its page is back", why)
    schedule.keep()


def _looked_at(desk: Desk) -> Story:
    yield PRESENT
    proposals = [edited(desk.take(), _headline(" *"), "api")]
    request = requests.publish(desk.cast.feed, proposals, "Nightly prices", "The price list of today is in force")
    verdicts.look(desk.cast.reviewers[0], request, "Compared with the price list.")


def _inboxes_are_read(desk: Desk) -> Story:
    yield 3 * DAY
    for somebody in (*desk.cast.marketers, *desk.cast.reviewers, desk.cast.admin):
        notices.read(somebody)


def _a_worker_looks(desk: Desk) -> Story:
    """It finds what has become of the others: this comes last."""
    yield PRESENT
    recheck.keep()


STORIES: tuple[Callable[[Desk], Iterator[timedelta]], ...] = (
    *(_overtaken, _applied, _changes_requested, _expired, _rejected, _scheduled, _approved, _withdrawn),
    *(_with_a_suggestion, _draft_to_approve, _several, _of_a_program, _of_a_reviewer, _looked_at, _inboxes_are_read),
    _a_worker_looks,
)
