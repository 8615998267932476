"""What an item id looks like in an address; anything else is not found, before it reaches the database."""


class ItemIdConverter:
    regex = r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,63}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
