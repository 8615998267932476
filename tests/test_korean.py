"""Korean texts: one word for one thing, and no particle that is left to the reader."""

import re
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parent.parent / "offers/locale/ko/LC_MESSAGES/django.po"
TEXT = CATALOGUE.read_text()


def messages() -> dict[str, str]:
    """The short messages, those of one line, by their English."""
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', TEXT, re.MULTILINE))


def test_no_particle_is_given_in_both_its_forms() -> None:
    """A name or number that comes later is followed by a word of ours, so that its last sound does not matter."""
    assert not re.findall(r".*(?:을\(를\)|를\(을\)|이\(가\)|은\(는\)|\(으\)로|와\(과\)|과\(와\)).*", TEXT)
    # A name right before a particle that depends on its last sound; after a bracket, the word before that decides.
    assert not re.findall(
        r'^msgstr.*[\w}s](?<=\)s|.\})[”’]?(?:을|를|은|는|이|가|과|와|으로)(?=[ ."]).*', TEXT, re.MULTILINE
    )


def test_each_thing_has_one_word() -> None:
    assert not re.findall(r"의사 ?결정|빈도 한도|양식", TEXT)
    korean = messages()
    assert korean["Discard"] != korean["Cancel"]
    assert (korean["Compare version"], korean["with version"]) == ("기준 버전", "비교할 버전")
    assert (korean["Eligibility"], korean["Changed"], korean["Views"]) == ("노출 대상", "최근 변경", "저장된 보기")
