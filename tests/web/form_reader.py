"""A form of a page as a browser without JavaScript submits it: what is in the inputs, by name."""

from html.parser import HTMLParser

Sent = dict[str, list[str]]


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__(convert_charrefs=True)
        self.form_id = form_id
        self.sent: Sent = {}
        self.inside = False
        self.select: tuple[str, list[tuple[str, bool]]] | None = None
        self.multiple = False
        self.textarea: str | None = None
        self.text = ""
        self.found = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attributes}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
            self.found = self.found or self.inside
        if not self.inside or ("disabled" in given and tag != "option"):
            return
        if tag == "input":
            kind = given.get("type", "text")
            if given.get("name") and (kind not in ("checkbox", "radio") or "checked" in given):
                self.add(given["name"], given.get("value", "on" if kind in ("checkbox", "radio") else ""))
        elif tag == "select":
            self.select, self.multiple = (given["name"], []), "multiple" in given
        elif tag == "option" and self.select:
            self.select[1].append((given["value"], "selected" in given))
        elif tag == "textarea":
            self.textarea, self.text = given["name"], ""

    def handle_data(self, data: str) -> None:
        if self.textarea is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            name, options = self.select
            chosen = [value for value, selected in options if selected]
            if not self.multiple:
                chosen = (chosen or [options[0][0]])[-1:]
            for value in chosen:
                self.add(name, value)
            self.select = None
        elif tag == "textarea" and self.textarea is not None:
            # A line end right behind the tag is not part of the text; the others are sent as CRLF.
            self.add(self.textarea, self.text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n"))
            self.textarea = None

    def add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def form_in(html: str, form_id: str = "offer-form") -> Sent:
    """The values of the form with this id, as submitted by a button without a name."""
    reader = _Reader(form_id)
    reader.feed(html)
    assert reader.found, f"the page has no form {form_id}"
    return reader.sent
