"""What a browser sends back for a form that it was shown, down to its line ends."""

from offers.forms.offer import ATTRIBUTES, CAPPINGS, REPRESENTATIONS, TAGS, OfferForm
from offers.forms.rows import every


def sent_back(form: OfferForm) -> dict[str, list[str]]:
    """The fields of the form as they are, by name: what a page that shows all of them submits."""
    sent = {name: [text.replace("\n", "\r\n")] for name, text in form.values().items()}
    for row in every([*form.representations, *form.cappings, *form.attributes]):
        sent[f"{row.pointer}/was"] = ["" if row.was is None else str(row.was)]
    for name, texts in sent.items():
        if name.endswith("/events"):
            sent[name] = ["", *texts[0].split()]
    return {**sent, TAGS: ["", *form.tags], REPRESENTATIONS: [""], CAPPINGS: [""], ATTRIBUTES: [""]}
