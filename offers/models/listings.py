"""What lists need of the library: columns to filter and to sort by, the same as of any moment, and text to search.

All of it is read out of documents by a trigger of PostgreSQL (migrations/0004_listings.py), so that it cannot disagree with
them and no door can forget it; nothing else writes here, but for the import (ledger/imports.py), which brings a past along.
An item's own row stays narrow and has two indexes: lists are paid for where something that they show has changed.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from offers.document.values import Document
from offers.models.library import LibraryItem, Sandbox

LISTED = Q(deleted_at=None)


class Shown(models.Model):
    """What lists show of an item, from `since` on."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20)
    name = models.TextField()
    status = models.TextField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    priority = models.BigIntegerField(null=True)
    references = ArrayField(models.TextField())
    channels = ArrayField(models.TextField())
    since = models.DateTimeField()

    class Meta:
        abstract = True


class Listing(Shown):
    """An item as lists know it. `since` is when what it says last changed, besides who changed the item and when."""

    item = models.OneToOneField(
        LibraryItem, on_delete=models.CASCADE, primary_key=True, related_name="listing", db_column="key"
    )
    id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    modified_by = models.CharField(max_length=150)
    modified_by_key = models.CharField(max_length=160)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            *(
                models.Index("sandbox", "kind", *keys, name=f"listing_by_{name}", condition=LISTED)
                for name, *keys in (
                    ("modified", F("modified_at").desc(), F("item").desc()),
                    ("name", "name", "item"),
                    ("priority", "priority", "item"),
                    ("end", "ends_at", "item"),
                    ("start", "starts_at", "item"),
                    ("status", "status", "item"),
                    ("channels", "channels", "item"),
                    ("created", "created_at", "item"),
                    # Whose changes: the list of one person's, and who there are.
                    ("person", "modified_by_key", F("modified_at").desc(), F("item").desc()),
                )
            ),
            # The home page's: whose drafts there are, and all drafts.
            models.Index(
                *("sandbox", "modified_by_key", F("modified_at").desc(), F("item").desc()),
                name="draft_by_person",
                condition=Q(status="draft", deleted_at=None),
            ),
            models.Index(
                *("sandbox", F("modified_at").desc(), F("item").desc()),
                name="draft_by_modified",
                condition=Q(status="draft", deleted_at=None),
            ),
            # What was deleted: paid for by deletions only.
            models.Index(
                *("sandbox", "kind", F("modified_at").desc(), F("item").desc()),
                name="listing_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            # What has been as it is since before a moment: few rows, if that is long ago.
            models.Index("sandbox", "kind", "since", name="listing_by_since"),
            # Of both, because each change writes to each index.
            GinIndex("references", "channels", name="listing_by_naming"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} in lists"

    @property
    def key(self) -> int:
        """The item's."""
        return int(self.item_id)

    @property
    def document(self) -> Document:
        """The item's: read with the row where that was asked for (select_related), else now."""
        return dict(self.item.document)


class ListingPast(Shown):
    """An item as lists knew it from `since` on, before `until`. Append-only."""

    key = models.BigAutoField(primary_key=True)
    # No constraint: the row of the item that this one was copied from has it.
    item = models.ForeignKey(
        LibraryItem, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    deleted = models.BooleanField()
    until = models.DateTimeField()

    class Meta:
        indexes = [
            # With both ends of the time inside, so that the index alone decides.
            models.Index("sandbox", "kind", "name", "item", "since", "until", name="past_by_name"),
            models.Index("sandbox", "kind", "ends_at", "item", "since", "until", name="past_by_end"),
            models.Index("sandbox", "kind", "until", "since", name="past_by_until"),
            models.Index("item", "since", name="past_of_an_item"),
            GinIndex("references", name="past_by_reference"),
        ]

    def __str__(self) -> str:
        return f"item {self.item_id} in lists until {self.until}"


class SearchText(models.Model):
    """The text of an item that is searched, in small letters, in three parts: each is rewritten only when it changes.

    A name changes most, and where it is rewritten every three letters of the part go to their places in the index anew.
    """

    class Part(models.TextChoices):
        NAME = "name"
        ABOUT = "about"  # id and description
        CONTENT = "content"

    # The parts by which an item is known, without what it says.
    NAMED = (Part.NAME, Part.ABOUT)

    pk = models.CompositePrimaryKey("item_id", "part")
    item = models.ForeignKey(
        LibraryItem, on_delete=models.CASCADE, related_name="+", db_index=False, db_column="item_key"
    )
    part = models.CharField(max_length=7, choices=Part)
    text = models.TextField()

    class Meta:
        indexes = [
            # New text waits in a list that every search reads through, and that whoever fills it has to put in order: 180 to
            # 500 ms for that one writer. The worker does so before, and the list is long enough to wait for it.
            GinIndex(
                fields=["text"],
                name="search_by_trigram",
                opclasses=["gin_trgm_ops"],
                fastupdate=True,
                gin_pending_list_limit=32_768,
            )
        ]

    def __str__(self) -> str:
        return f"{self.part} of item {self.item_id}"
