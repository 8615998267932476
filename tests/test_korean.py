"""Korean texts: one word for one thing, one tone, and no particle that is left to the reader."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.test import Client

CATALOGUE = Path(__file__).resolve().parent.parent / "offers/locale/ko/LC_MESSAGES/django.po"
# A value that is filled in, and whatever closes a quotation around it.
FILLED_IN = r"(?:%\(\w+\)[sd]|\{\w*\}|%%[a-z]|\[[a-z]+\])[”’:]*"
PARTICLES = "을|를|은|는|이|가|과|와|으로|로"


def messages() -> dict[tuple[str, str], str]:
    """The Korean texts by their English and its context, "" for none; of those with a plural, by the singular."""
    with CATALOGUE.open("rb") as file:
        found = [message for message in read_po(file, locale="ko") if message.id]
    return {
        (ids[0], message.context or ""): texts[0]
        for message in found
        for ids, texts in [(_several(message.id), _several(message.string))]
    }


def _several(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def korean(english: str, context: str = "") -> str:
    return messages()[english, context]


def those_with(pattern: str) -> list[str]:
    return [text for text in messages().values() if re.search(pattern, text)]


def test_no_particle_is_given_in_both_its_forms() -> None:
    """A name or number that comes later is followed by a word of ours, so that its last sound does not matter."""
    assert not those_with(r"을\(를\)|를\(을\)|이\(가\)|은\(는\)|\(으\)로|와\(과\)|과\(와\)")


def test_no_particle_follows_what_is_filled_in() -> None:
    """Its form would depend on the last sound; after a bracket, the word before that decides."""
    assert not those_with(rf"{FILLED_IN}(?:{PARTICLES})(?=[ .,]|$)")


def test_a_question_and_a_request_each_have_one_tone() -> None:
    assert not those_with(r"시겠습니까|(?<!주)(?<!보)세요|나요\?")


def test_a_person_who_is_named_is_followed_by_a_title_of_its_own() -> None:
    assert not those_with(r"[})]s?님")


def test_more_than_is_not_at_least() -> None:
    more = {
        english: text for (english, _), text in messages().items() if re.match(r"(?i).*\bmore than [\d%{]", english)
    }
    assert more
    assert not [text for text in more.values() if "이상" in text]


def test_each_thing_has_one_word() -> None:
    assert not those_with(r"의사 ?결정|빈도 한도|양식|프로필(?:별|당)|저절로|바뀐 것")
    assert korean("Discard") != korean("Cancel")
    assert (korean("Shown to"), korean("Views")) == ("노출 대상", "저장된 보기")
    assert korean("Representations") == "표시 내용"
    assert (korean("Remove"), korean("Delete")) == ("제거", "삭제")
    assert (korean("Bring it back"), korean("Restore")) == (korean("Bring them back"), "복원") == ("되살리기", "복원")
    assert not [
        text
        for (english, _), text in messages().items()
        if re.search(r"(?i)\bbr(?:ing|ought|ings)\b.*\bback\b", english) and "복원" in text
    ]


def test_one_english_word_for_two_things_has_two_in_korean() -> None:
    """What became of a row is not the time of a change; what a dry run is thrown away for is not a form's changes."""
    assert (korean("Changed"), korean("Changed", "when")) == ("변경됨", "최근 변경")
    assert (korean("Discard"), korean("Discard", "dry run")) == ("버리기", "시험 실행 버리기")
    assert korean("Sections") != korean("Menu")


@pytest.mark.django_db
def test_a_sign_in_is_said_without_a_particle_after_the_name(client: Client) -> None:
    """The sign-in's library has one of its own, with a particle that fits half of all names."""
    get_user_model().objects.create_user("mina", password="offers")
    signing_in = {"login": "mina", "password": "offers"}
    answer = client.post("/accounts/login/", signing_in, headers={"accept-language": "ko"})
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["로그인됨: mina"]
