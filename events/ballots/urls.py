"""Addresses of the phone pages of ballots; paper, suspicion and the opening keep lists of their own."""

from __future__ import annotations

from django.urls import URLPattern, path

from events.ballots.opening.urls import urlpatterns as opening
from events.ballots.paper.urls import urlpatterns as paper
from events.ballots.suspicion.urls import urlpatterns as suspicion
from events.ballots.voting import views

_VOTE, _COUNTER = "best/<uuid:uid>/vote/", "best/<uuid:uid>/counter/"
_HERE = {"at_counter": True}
_AFTER = {"at_counter": True, "after": True}

urlpatterns: list[URLPattern] = [
    path(_VOTE, views.vote, name="ballot_vote"),
    path(f"{_VOTE}review/", views.review, name="ballot_review"),
    path(f"{_VOTE}cast/", views.cast, name="ballot_cast"),
    path(f"{_VOTE}receipt/", views.receipt, name="ballot_receipt"),
    path(f"{_VOTE}receipt/save/", views.receipt_save, name="ballot_receipt_save"),
    path(f"{_VOTE}check/", views.check, name="ballot_check"),
    path(f"{_VOTE}opinion/", views.answer, name="ballot_opinion"),
    path(_COUNTER, views.counter_enter, name="counter_enter"),
    path(f"{_COUNTER}vote/", views.vote, _HERE, name="counter_vote"),
    path(f"{_COUNTER}review/", views.review, _HERE, name="counter_review"),
    path(f"{_COUNTER}cast/", views.cast, _AFTER, name="counter_cast"),
    path(f"{_COUNTER}opinion/", views.answer, _AFTER, name="counter_opinion"),
    path(f"{_COUNTER}done/", views.counter_done, name="counter_done"),
    *paper,
    *suspicion,
    *opening,
]
