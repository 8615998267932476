"""The English words that people read about documents, marked for translation. The web layer translates them.

What a field or a kind is called stands where that is declared, in `offers.document.kinds`.
"""


def gettext_noop(text: str) -> str:
    """The text as it is; marks it for the message catalogue without importing Django."""
    return text


UNKNOWN_FIELD = gettext_noop("{name}")
WHOLE_DOCUMENT = gettext_noop("The whole document")
NAMELESS_FIELD = gettext_noop("A field without a name")
YES = gettext_noop("Yes")
NO = gettext_noop("No")
