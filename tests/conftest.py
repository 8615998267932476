"""For every test: which database it runs on. The database itself is `tests/settings.py`'s."""

from django.conf import settings


def pytest_report_header() -> str:
    database = settings.DATABASES["default"]
    server = database["OPTIONS"].get("host") or database["HOST"]
    return f"database: {database['TEST']['NAME']} on {server}"
