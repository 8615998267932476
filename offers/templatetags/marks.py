"""Long texts in rows: {{ text|clipped }} is its start, {{ change.spans|folded }} what is near its marks."""

from django import template

from offers.document.words.clips import clipped, folded, shortened

register = template.Library()
for filter_ in (clipped, shortened, folded):
    register.filter(filter_)
