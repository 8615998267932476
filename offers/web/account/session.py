"""A form outlives the session that it was opened in: what was typed comes back, and goes on under the name of who sends it.

With JavaScript (static/edit/session.js) the form asks here before it is sent, and sign-in is a small window beside it. Without,
a form that is refused is answered by a page that carries what was typed.
"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedRedirect
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from offers import asked
from offers.access.asking import asking
from offers.access.permissions import NotFound, actor_for_user, can_edit
from offers.web.frame.errors import around
from offers.web.frame.respond import Frame

View = Callable[..., HttpResponse]
# Of the page that was sent; the next one has its own.
NOT_CARRIED = ("csrfmiddlewaretoken", "action")


def keeps_typed(view: View) -> View:
    """Mark the view of a long form: what was typed into it comes back when it is refused for its session or its token."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def typed_is_shown_by(page: str, is_typed: Callable[[QueryDict], bool]) -> Callable[[View], View]:
    """Mark a view that does at once what was pressed: what was typed, if anything `is_typed`, comes back on the page of this name,
    which does nothing with it.

    The page `keeps_typed`, and is named by the first two parts of the view's address.
    """

    def marked(view: View) -> View:
        view.typed_is_shown_by, view.is_typed = page, is_typed  # type: ignore[attr-defined]
        return view

    return marked


@require_safe
@login_not_required
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in here now (null for nobody), a form token for them, and whether they may change things in `sandbox`.

    Only pages of this origin can read it.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"person": None})
    name, may = Frame(request).person, _may_edit(request)
    return JsonResponse({"person": request.user.pk, "name": name, "mayEdit": may, "token": get_token(request)})


def _may_edit(request: HttpRequest) -> bool:
    try:
        return can_edit(actor_for_user(request.user, asked.text(request.GET.get("sandbox"), 64)))
    except NotFound:
        return False


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where the sign-in beside a form ends: it tells the form, and closes itself if it may."""
    return render(request, "account/signed_in.html")


class LoginRequired(LoginRequiredMiddleware):
    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponseBase:  # type: ignore[override]  # the stubs know redirects only
        """To the sign-in page; what was typed into a form is carried past it. (Scripts see the sign-in page, and know.)"""
        if request.method == "POST" and _is_kept(view_func, request.POST) and "HX-Request" not in request.headers:
            return carried(request)
        if request.method == "POST":
            # What was pressed is not done by itself, and many such addresses have no page: back to where it was pressed.
            return redirect_to_login(_page_before(request), self.get_login_url(view_func))
        try:
            return super().handle_no_permission(request, view_func)
        except DisallowedRedirect:
            # The address is longer than what a browser can be sent back to.
            return redirect(self.get_login_url(view_func))


def _is_kept(pressed: View, sent: QueryDict) -> bool:
    """Whether what was sent to this view comes back: all of a long form, and what was typed where something is done at once."""
    return hasattr(pressed, "keeps_typed") or getattr(pressed, "is_typed", _nothing)(sent)


def _nothing(_sent: QueryDict) -> bool:
    return False


def _page_before(request: HttpRequest) -> str:
    """The path of the page that sent this; the start page where the browser does not say, or it is not one of ours."""
    page, ours = request.headers.get("Referer", ""), f"{request.scheme}://{request.get_host()}/"
    before = "/" + page.removeprefix(ours) if page.startswith(ours) else "/"
    # Most addresses that take a button have no page to come back to.
    return "/" if before == request.path else before


def carried(request: HttpRequest) -> HttpResponse:
    """A page with what was typed: it is sent again, to be looked at and saved, once somebody is signed in."""
    fields = [(name, value) for name, values in request.POST.lists() if name not in NOT_CARRIED for value in values]
    context = {"fields": fields, "action": _address_of(request).replace("/edit/newer/", "/edit/")}
    return render(request, "account/carried.html", context, status=403)


def token_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form token that is not valid (CSRF_FAILURE_VIEW).

    A form of our own pages was opened before its sender signed in (again): it comes back as it was typed, and nothing is
    saved. The token is what says that a person pressed a button of ours; the origin says that the text is from there.
    """
    if request.method != "POST" or not _is_kept(_pressed(request), request.POST) or not _from_our_own_page(request):
        return render(
            request, "403_csrf.html", {"around": around(request), "before": _page_before(request)}, status=403
        )
    if not request.user.is_authenticated:
        return carried(request)
    if "HX-Request" in request.headers:
        return HttpResponse(status=403)
    request.POST = _to_be_looked_at(request.POST)  # type: ignore[assignment]
    asking(request).is_stale = True
    match = resolve(_address_of(request).partition("?")[0])
    request.resolver_match = match
    shown: HttpResponse = match.func(request, **match.kwargs)
    return shown


def _pressed(request: HttpRequest) -> View:
    """The view that this was sent to; one that keeps nothing where there is none."""
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return render


def _address_of(request: HttpRequest) -> str:
    """Where what was typed is shown: the address that it was sent to, or that of the page that has its form."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return request.get_full_path()
    page = getattr(match.func, "typed_is_shown_by", "")
    return reverse(page, args=list(match.kwargs.values())[:2]) if page else request.get_full_path()


def _from_our_own_page(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _to_be_looked_at(sent: QueryDict) -> QueryDict:
    changed = sent.copy()
    changed["action"] = "edit"
    return changed


def opened_by_another(request: HttpRequest) -> bool:
    """Whether somebody else opened the form that this person sends."""
    return request.POST.get("person", str(request.user.pk)) not in ("", str(request.user.pk))
