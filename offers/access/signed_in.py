"""Who is signed in: their session and their account, as Django has them, each read by one statement that is written out.

Every page needs both, and Django takes longer to make these statements than to run them. The engine of sessions
(SESSION_ENGINE) is this module.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from offers.models import Session

SEEN_EVERY = timedelta(minutes=5)


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = super().create_model_instance(data)
        assert isinstance(made, Session)
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return made

    def _validate_session_key(self, key: str | None) -> bool:
        """Keys are letters and digits. A cookie can spell NUL, and PostgreSQL could not even be asked for that."""
        return key is not None and len(key) >= 8 and key.isalnum()

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no session any more, where there is none of this key or it has expired."""
        with connection.cursor() as cursor:
            now = timezone.now()
            cursor.execute(_SESSION, [self.session_key, now])
            row = cursor.fetchone()
            if row is None:
                self._session_key = None
                return {}
            if row[1] < now - SEEN_EVERY:
                cursor.execute(_SEEN, [now, self.session_key])
        return self.decode(row[0])


_SESSION = "SELECT session_data, seen_at FROM offers_session WHERE session_key = %s AND expire_date > %s"
_SEEN = "UPDATE offers_session SET seen_at = %s WHERE session_key = %s"


def account(key: int) -> User | None:
    """The account with this key, active or not."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [key])
        row = cursor.fetchone()
    return User.from_db(connection.alias, _COLUMNS, row) if row else None


# In the order of the model's fields, which is that of its instances' values.
_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_ACCOUNT = f"SELECT {', '.join(_COLUMNS)} FROM auth_user WHERE id = %s"
