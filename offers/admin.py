"""Django's admin for operators: invite people and programs, see everything, change no library item and no history."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from procrastinate.contrib.django.models import ProcrastinateJob

from offers import admin_clients
from offers.admin_changes import Recorded, recorded
from offers.models import LibraryItem, Membership, Revision, Sandbox

__all__ = ["admin_clients"]  # Django imports this module only; the other one registers the pages for programs

# What is to be done stands on the pages of bulk edits; a job is a wake-up, and gone as soon as it is done.
admin.site.unregister(ProcrastinateJob)
admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(Recorded, UserAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Django's own. Who is deleted loses their memberships, who is closed cannot use them, and that is recorded."""

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with recorded(request):
            return super().user_change_password(request, id, form_url)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    model = Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Sandbox)
class SandboxAdmin(Recorded, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A sandbox with its members. Its name is part of every digest, so it is fixed once there is something in it."""

    list_display = ["name", "title", "org_id", "type", "review_policy", "require_if_match"]
    inlines = [MembershipInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Sandbox | None = None) -> list[str]:
        return ["name"] if obj is not None and LibraryItem.objects.filter(sandbox=obj).exists() else []


@admin.register(Membership)
class MembershipAdmin(Recorded, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    list_display = ["sandbox", "user", "client", "role", "may_bypass"]
    list_filter = ["sandbox", "role"]
    list_select_related = ["sandbox", "user", "client"]
    autocomplete_fields = ["user", "client"]


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """To look at: offers/ledger/writes.py is the only way to change these."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(LibraryItem)
class LibraryItemAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "sandbox", "name", "status", "etag", "modified_at", "modified_by", "deleted_at"]
    list_filter = ["sandbox", "kind"]
    list_select_related = ["sandbox"]
    search_fields = ["id__exact", "listing__name"]
    ordering = ["-key"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["key", "sandbox", "item", "etag", "source", "actor_label", "client_id", "created_at", "note"]
    list_filter = ["sandbox", "source"]
    list_select_related = ["sandbox", "item"]
    search_fields = ["item__id__exact", "actor_label", "client_id__exact", "request_id__exact"]
    ordering = ["-key"]
