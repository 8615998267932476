"""Who is signed in: their session and their account, as Django has them, each read by one statement that is written out.

Every page needs both, and Django takes longer to make these statements than to run them. The engine of sessions
(SESSION_ENGINE) is this module.
"""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Keys are letters and digits. A cookie can spell NUL, and PostgreSQL could not even be asked for that."""
        return key is not None and len(key) >= 8 and key.isalnum()

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no session any more, where there is none of this key or it has expired."""
        with connection.cursor() as cursor:
            cursor.execute(_SESSION, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])


_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


def account(key: int) -> User | None:
    """The account with this key, active or not."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [key])
        row = cursor.fetchone()
    return User.from_db(connection.alias, _COLUMNS, row) if row else None


# In the order of the model's fields, which is that of its instances' values.
_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_ACCOUNT = f"SELECT {', '.join(_COLUMNS)} FROM auth_user WHERE id = %s"
