from django.http import HttpResponse
from django.urls import path
from peer import views

urlpatterns = [
    path("healthz", lambda request: HttpResponse("ok")),
    path("offers/<str:key>", views.Offer.as_view()),
]
