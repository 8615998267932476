import hashlib
from typing import Any

from django.utils import timezone
from peer import models
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class ByToken(BaseAuthentication):
    """A bearer token that has not expired."""

    def authenticate(self, request: Request) -> tuple[Any, Any]:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        hashed = hashlib.sha256(text.encode()).hexdigest()
        token = models.Token.objects.filter(hash=hashed, expires_at__gt=timezone.now()).first()
        if scheme != "Bearer" or token is None:
            raise exceptions.AuthenticationFailed
        return token, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
