"""Icons, and the marks of people and programs."""

import re

import pytest

from offers.document.kinds.reading import WORDS
from offers.models import Revision
from offers.web.frame import icons

CHANNEL = "https://ns.adobe.com/xdm/channel-types/"


def name_of(markup: str) -> str:
    (found,) = re.findall(r'href="[^"#]+#([^"]+)"', markup)
    return str(found)


def test_an_icon_is_decoration_unless_it_has_a_label_of_its_own() -> None:
    assert 'aria-hidden="true"' in icons.icon("world")
    assert "role=" not in icons.icon("world")
    named = icons.icon("world", "Web")
    assert 'role="img" aria-label="Web"' in named
    assert "aria-hidden" not in named
    assert name_of(named) == "world"


@pytest.mark.parametrize("channel", WORDS["channel"])
def test_every_channel_has_an_icon_of_its_own_with_and_without_its_address(channel: str) -> None:
    own = name_of(icons.channel_icon(CHANNEL + channel))
    assert own == name_of(icons.channel_icon(channel))
    assert own != "link"
    assert [other for other in WORDS["channel"] if name_of(icons.channel_icon(other)) == own] == [channel]


def test_a_channel_a_content_and_a_door_that_nobody_knows_have_an_icon_too() -> None:
    assert name_of(icons.channel_icon(CHANNEL + "pigeon")) == "link"
    assert 'aria-label="Pigeon"' in icons.channel_icon("pigeon", "Pigeon")
    assert name_of(icons.content_icon("application/x-none")) == "code"
    assert name_of(icons.source_icon("telepathy")) == "pencil"


def test_every_content_and_every_door_of_history_has_an_icon_of_its_own() -> None:
    assert len({name_of(icons.content_icon(value)) for value in WORDS["type"]}) == len(WORDS["type"])
    doors = {name_of(icons.source_icon(source)) for source in Revision.Source}
    assert len(doors) == len(Revision.Source)
    assert "pencil" not in doors


def test_a_person_has_initials_and_always_the_same_colour_a_program_its_mark() -> None:
    mina = icons.avatar("Mina Park")
    assert ">MP<" in mina
    assert mina == icons.avatar("Mina Park")
    program = icons.avatar("Mina Park", "feed")
    assert name_of(program) == "api"
    assert "who-client" in program
    assert "MP" not in program


def test_colours_are_shared_out_among_people_and_there_is_a_style_for_each() -> None:
    colours = {re.findall(r"who-(\d+)", icons.avatar(f"Person {number}"))[0] for number in range(99)}
    assert colours == {str(number) for number in range(icons.AVATAR_COLOURS)}
