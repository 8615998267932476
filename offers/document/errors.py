"""What can be wrong with a body, a patch or a document, said so that programs and people can both act on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from offers.document.words.labels import gettext_noop

# A value as `parse` gives it: None, bool, int, float, str, list[JSON] or dict[str, JSON]. Not spelt out as a recursive
# union, because lists are invariant: no caller's `list[dict[str, Any]]` would be a JSON.
JSON: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    `pointer` is a JSON Pointer (RFC 6901) into the document or, with `operation`, the path that the patch's operation
    of that index names. `message` is an English msgid: a `str.format` template for `params`.
    """

    pointer: str
    code: str
    message: str
    operation: int | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message in English, filled in."""
        return str(self.message).format(**self.params)


class DocumentError(Exception):
    """Base of the errors below: a status as HTTP counts them, a title (msgid) and at least one problem.

    `document` is the one that the problems' pointers lead into, where it is none that the caller has: a patch made it.
    """

    status: int = 422
    title: ClassVar[str] = ""
    # The id of the item that it is about, where several are changed at once.
    item: str = ""

    def __init__(
        self, problems: Problem | Iterable[Problem], *, status: int | None = None, document: JSON = None
    ) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.status = status or self.status
        self.document = document
        super().__init__("; ".join(problem.text for problem in self.problems))

    @property
    def code(self) -> str:
        return self.problems[0].code


class ParseError(DocumentError):
    """The body is not strict JSON (400) or too large (413)."""

    status = 400
    title = gettext_noop("The body could not be read")


class PatchError(DocumentError):
    """The patch is malformed (400), too long (413), does not fit the document (409) or goes too far (422)."""

    status = 400
    title = gettext_noop("The patch could not be applied")


class InvalidDocument(DocumentError):
    """The document breaks its kind's schema or a business rule (422)."""

    status = 422
    title = gettext_noop("The document is not valid")
