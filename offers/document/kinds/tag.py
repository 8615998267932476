"""Tags: what groups offers."""

from offers.document.kinds.declared import Declaration, Section
from offers.document.kinds.shared import Named, strict
from offers.document.words.labels import gettext_noop


@strict
class Tag(Named):
    pass


TAG = Declaration(
    shape=Tag,
    uri="https://ns.adobe.com/experience/offer-management/tag;version=0.15",
    label=gettext_noop("Tag"),
    section=Section(
        slug="tags",
        path="tags",
        icon="tag",
        title=gettext_noop("Tags"),
        one=gettext_noop("Tag"),
        about=gettext_noop("Tags group offers, so that they can be found and put into collections."),
        an="a tag",
        many="tags",
    ),
)
