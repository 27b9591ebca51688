"""Who may read which page: the one rule behind pages, lists, search and the API (mechanism 1)."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import F, Q
from wagtail.models import PageManager, PageQuerySet

from foundation import clock
from foundation.actors import Actor, is_system
from volunteers.homes.selectors import home_path, paths_around
from volunteers.units.querysets import prefixes, under
from volunteers.units.rights import Right, grants, paths_where


class NoticeQuerySet(PageQuerySet):
    """Sets of notices."""

    def current(self) -> Self:
        """Published and not expired."""
        return self.live().filter(Q(expire_at__isnull=True) | Q(expire_at__gt=clock.now()))

    def newest_first(self) -> Self:
        """By the time they were first published."""
        return self.order_by("-first_published_at", "-pk")

    def managed_by(self, user: Actor) -> Self:
        """Drafts and expired ones too, in units where the user publishes."""
        return self.filter(under(paths_where(user, Right.PUBLISH_NOTICE), "unit__path"))

    def addressed_to(self, user: Actor) -> Self:
        """Those for one of the user's roles, or for everybody, in a unit above or at where the user serves or lives."""
        condition = Q(roles=[]) & Q(pk__in=self._targeting(set(prefixes(home_path(user)))))
        for grant in grants(user):
            matching = Q(roles=[]) | Q(roles__icontains=f'"{grant.role.value}"')
            condition |= matching & Q(pk__in=self._targeting(set(prefixes(grant.path))))
        return self.filter(condition)

    def _targeting(self, paths: set[str]) -> Any:
        through = self.model.targets.through
        return through.objects.filter(unit__path__in=paths).values("noticepage_id")

    def visible_to(self, user: Actor) -> Self:
        """Current ones the user is addressed by or publishes, and those anybody may read."""
        if is_system(user):
            return self.current()
        public = Q(is_public=True, roles=[])
        managed = under(paths_where(user, Right.PUBLISH_NOTICE), "unit__path")
        addressed = Q(pk__in=self.model.objects.addressed_to(user).values("pk"))
        return self.current().filter(public | managed | addressed)

    def unread_by(self, user: Any) -> Self:
        """Must-read ones that are addressed to the user and not yet acknowledged."""
        if not getattr(user, "pk", None):
            return self.none()
        addressed = self.model.objects.addressed_to(user).values("pk")
        return self.current().filter(must_read=True, pk__in=addressed).exclude(reads__user_id=user.pk)


class EventPageQuerySet(PageQuerySet):
    """Sets of event pages."""

    def managed_by(self, user: Actor) -> Self:
        """Drafts too, in units where the user runs events."""
        return self.filter(under(paths_where(user, Right.RUN_EVENT), "unit__path"))

    def visible_to(self, user: Actor) -> Self:
        """Published ones of units where the user serves or lives, of units above, of one's staff; and public ones."""
        if is_system(user):
            return self.live()
        mine = Q(unit__path__in=paths_around(user)) | under(paths_where(user, Right.RUN_EVENT), "unit__path")
        return self.live().filter(Q(is_public=True) | mine)


class StoryQuerySet(PageQuerySet):
    """Sets of stories."""

    def managed_by(self, user: Actor) -> Self:
        """Drafts too, in units where the user publishes."""
        return self.filter(under(paths_where(user, Right.PUBLISH_NOTICE), "unit__path"))

    def agreed(self) -> Self:
        """To whose present text its person has said yes, and not taken it back."""
        return self.filter(consents__state="agreed", consents__text_sha256=F("text_sha256"))

    def visible_to(self, user: Actor) -> Self:
        """Published and agreed to; for whoever is signed in."""
        if not is_system(user) and not getattr(user, "is_authenticated", False):
            return self.none()
        return self.live().agreed()


NoticeManager = PageManager.from_queryset(NoticeQuerySet)
EventPageManager = PageManager.from_queryset(EventPageQuerySet)
StoryManager = PageManager.from_queryset(StoryQuerySet)
