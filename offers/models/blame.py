"""What blame found out, kept so that it is not found out again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BlameFound(models.Model):
    """Which revision last changed each leaf of an item's document as it was at `etag`. A cache: it may be emptied at any time.

    Written by readers of the history (`ledger/blamed`), never by a change. `digest` is that of the revision `etag`, so that
    what was found in another history is not believed; `recipe` is the version of what `etags` means. There is no foreign
    key in the database: a reader has no business locking an item.
    """

    item = models.OneToOneField("LibraryItem", on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    etag = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    recipe = models.PositiveSmallIntegerField()
    # The version from which on history was looked at: a leaf with this etag may be older.
    since = models.PositiveIntegerField()
    # One for each leaf, in the order of the document with its members sorted.
    etags = ArrayField(models.PositiveIntegerField())
    # The newest versions that removed something.
    removing = ArrayField(models.PositiveIntegerField(), default=list)

    def __str__(self) -> str:
        return f"blame of {self.item_id} at etag {self.etag}, from {self.since} on"
