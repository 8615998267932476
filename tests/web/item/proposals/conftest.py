"""A reviewed sandbox with a live offer, and browsers in which its people are signed in."""

from tests.web.reviews.conftest import browser_of, people, sale

__all__ = ["browser_of", "people", "sale"]
