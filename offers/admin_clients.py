"""Programs in Django's admin: a client gets a name, its roles, and a secret that is shown once, on the answer to the very click
that made it. No message or redirect carries it, so it is in no cookie, no session and no log."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client, Token
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from offers.access.client_secrets import SAFE_ID, hashed, new_secret, rotate, shown_to
from offers.access.permissions import actor_key
from offers.admin_changes import Recorded
from offers.models import Membership

# allauth's own pages for a client ask for what only people's sign-ins need, and show the secret's hash as the secret.
admin.site.unregister([Client, Token, EmailAddress])


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth's looks at addresses to send people back to, which a program has none of, and needs `requests` for that.
        self.instance.clean = lambda: None

    def clean_id(self) -> str:
        id: str = self.cleaned_data["id"]
        if not SAFE_ID.fullmatch(id):
            raise forms.ValidationError("ASCII letters, digits and . _ ~ - only, a letter or digit first.")
        return id

    class Meta:
        model = Client
        fields = ("name", "id", "owner")
        help_texts = {
            "id": "What the program sends as client_id and x-api-key. It cannot be changed later.",
            "owner": "Whom to ask about it. When that account is deleted, so is the client; closing the account keeps it.",
        }


class RoleInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    model = Membership
    fields = ("sandbox", "role", "may_bypass")
    extra = 1
    verbose_name_plural = "roles"


@admin.register(Client)
class ClientAdmin(Recorded, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    form = ClientForm
    inlines = (RoleInline,)
    autocomplete_fields = ("owner",)
    list_display = ("name", "id", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "name")
    actions = ("give_new_secret", "give_new_secret_and_keep_tokens")

    def get_readonly_fields(self, request: HttpRequest, obj: Client | None = None) -> tuple[str, ...]:
        return () if obj is None else ("id",)

    def save_model(self, request: HttpRequest, obj: Client, form: "forms.ModelForm[Client]", change: bool) -> None:
        if not change:
            # The form of the roles has emptied it: Django takes a key with a default for one that nobody types.
            obj.pk = form.cleaned_data["id"]
            secret = new_secret()
            obj.secret = hashed(secret)
            obj.type = Client.Type.CONFIDENTIAL
            obj.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
            request.META["offers.secret"] = secret
        super().save_model(request, obj, form, change)
        if not change:
            shown_to(obj, actor_key(request.user.pk, "", ""))

    def response_add(self, request: HttpRequest, obj: Client, post_url_continue: str | None = None) -> HttpResponse:
        return self._shown_once(request, [(obj, request.META["offers.secret"])])

    @admin.action(description="New secret (the tokens of the old one end, too)", permissions=["change"])
    def give_new_secret(self, request: HttpRequest, queryset: QuerySet[Client]) -> HttpResponse:
        return self._rotated(request, queryset)

    @admin.action(description="New secret (the tokens stay good until they expire)", permissions=["change"])
    def give_new_secret_and_keep_tokens(self, request: HttpRequest, queryset: QuerySet[Client]) -> HttpResponse:
        return self._rotated(request, queryset, keep_tokens=True)

    def _rotated(self, request: HttpRequest, clients: QuerySet[Client], *, keep_tokens: bool = False) -> HttpResponse:
        by = actor_key(request.user.pk, "", "")
        rotated = [(client, rotate(client, by, keep_tokens=keep_tokens)) for client in clients]
        for client, _ in rotated:
            self.log_change(request, client, "New secret.")
        return self._shown_once(request, rotated)

    def _shown_once(self, request: HttpRequest, secrets: list[tuple[Client, str]]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "The client's secret", "secrets": secrets}
        return TemplateResponse(request, "admin/client_secret.html", context)


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """To see which there are, and to end one by deleting it."""

    list_display = ("client", "created_at", "expires_at")
    list_filter = ("client",)
    list_select_related = ("client",)
    fields = ("client", "created_at", "expires_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
