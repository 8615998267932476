"""The people and the offer of the erasures' own tests."""

from tests.erasure.conftest import hyun, people, sale

__all__ = ["hyun", "people", "sale"]
