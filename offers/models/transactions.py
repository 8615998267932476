"""Columns that PostgreSQL fills: the number of the transaction that stored a row, and a salt; and what is left of what was erased."""

from django.db import models


class TransactionIdField(models.BigIntegerField):  # type: ignore[type-arg]  # Django has no generics at run time
    """PostgreSQL's number of a transaction, of 64 bits: it never starts again."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


class RandomSalt(models.Func):
    """16 bytes of PostgreSQL's randomness, all but six bits of them."""

    template = "uuid_send(gen_random_uuid())"
    output_field = models.BinaryField()


class Erasable(models.Model):
    """A step of which texts can be erased: then `erased` has their commitments, in hex, by name, and `salts` the others' salts."""

    erased = models.JSONField(null=True)
    salts = models.JSONField(null=True)

    class Meta:
        abstract = True
