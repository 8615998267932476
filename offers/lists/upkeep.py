"""What the worker does for lists, so that no writer has to."""

from django.db import connection


def tidy_search() -> int:
    """Put new text where searches find it by the index; how many pages of it there were.

    New text waits in a list (models/listings.py, SearchText). Whoever fills it puts it in order, and that one writer waits for
    it: up to half a second. Put in order before it is full, by nobody who waits, it costs least where much of it comes at once: each
    word goes to its place once for all offers that have it. Two seconds of 800 contents a second are 26 MB of the list's 32.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT offers_tidy_search()")
        return int(cursor.fetchone()[0])
