"""The passbook on paper: its number and card, and pages that are in step with the ledger.

A number is eight random digits and two that are computed with the key, so that a slip of the pen or an invented number
finds nobody. Every line of the ledger is printed at most once: which lines are on paper is stored, not guessed from
times, and printing holds the account under lock, so the last balance on paper is the balance in the ledger.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation import audit, clock
from foundation.actors import Actor
from foundation.errors import Conflict, Denied, Invalid, Missing
from foundation.idempotency import DifferentBody
from foundation.secrets import hmac_hex
from rewards.points.models import PointsAccount, Transfer
from rewards.store.models import Passbook, PassbookEnd, PassbookLine, PassbookPrint, Store
from rewards.store.selectors import passbook_of, shoppers, stores_of
from volunteers.people.models import Person
from volunteers.units.rights import Right, has_right, require

LINES_A_PAGE = 14
RECENT = dt.timedelta(days=60)
"""A first passbook begins with so much of the past; what lies before is brought forward in one sum."""


def _check_digits(body: str) -> str:
    return f"{int(hmac_hex('passbook', body)[:8], 16) % 100:02d}"


def is_number(number: str) -> bool:
    """Whether ten digits can be a passbook's."""
    return len(number) == 10 and number.isdigit() and _check_digits(number[:8]) == number[8:]


def find_passbook(number: str) -> Passbook:
    """The passbook in use with this number. Raises `Invalid` for a mistyped one, `Missing` for an old one."""
    if not is_number(number):
        raise Invalid(errors={"number": _("号码不对，请再看一遍：存折和卡是 10 个数字，兑换码是 8 个。")})
    found: Passbook | None = Passbook.objects.filter(number=number).select_related("person", "unit").first()
    if found is None:
        raise Missing(_("没有这个号码。"))
    if not found.is_live:
        raise Missing(_("这张卡已经停用了，请看看有没有补办的新卡。"))
    return found


@transaction.atomic
def issue(*, person: Person, store: Store, acting_user: Actor) -> Passbook:
    """A passbook for somebody who has none in use; else the one they have.

    Who may: KEEP_STORE, for whoever the store is for. Raises `Denied`, `Missing`.
    """
    require(acting_user, Right.KEEP_STORE, store.unit)
    if not shoppers(store).filter(pk=person.pk).exists():
        raise Missing
    if found := _in_use(person.pk):
        return _taken_over(found, acting_user)
    return _issued(person.pk, store.unit_id, acting_user)


def _taken_over(passbook: Passbook, acting_user: Actor) -> Passbook:
    """The passbook in the community that serves its person now: it goes where they go.

    Who may: KEEP_STORE where the person lives or serves. Raises `Denied`.
    """
    if not Passbook.objects.visible_to(acting_user).filter(pk=passbook.pk).exists():
        raise Denied
    units = [one.unit for one in stores_of(passbook.person_id)]
    if passbook.unit in units:
        return passbook
    kept = [one for one in units if has_right(acting_user, Right.KEEP_STORE, one)]
    if kept:
        _account(passbook.person_id)
        passbook.unit = kept[0]
        passbook.save(update_fields=["unit"])
        audit.record(actor=acting_user, act="passbook.take_over", obj=passbook, unit_id=passbook.unit_id)
    return passbook


def _in_use(person_id: int) -> Passbook | None:
    return passbook_of(person_id)


def _issued(person_id: int, unit_id: int, acting_user: Actor) -> Passbook:
    before = Passbook.objects.of_person(person_id).order_by("-pk").first()
    opening = before.printed if before else 0
    made = None
    while made is None:
        body = f"{secrets.randbelow(10**8):08d}"
        try:
            with transaction.atomic():
                made = Passbook.objects.create(
                    person_id=person_id, unit_id=unit_id, number=body + _check_digits(body), opening=opening,
                    printed=opening, issued_by_id=acting_user.pk, issued_at=clock.now(),
                )  # fmt: skip
        except IntegrityError:  # the number is taken, or somebody at the next desk was faster
            if found := _in_use(person_id):
                return found
    if before is None:
        _bring_forward(made)
    audit.record(actor=acting_user, act="passbook.issue", obj=made, unit_id=unit_id)
    return made


def _account(person_id: int) -> PointsAccount | None:
    """The account under lock: whoever moves its balance waits, so its lines are all there."""
    return PointsAccount.objects.select_for_update().filter(person_id=person_id).first()


def _unprinted(person_id: int, account: PointsAccount) -> list[Transfer]:
    on_paper = PassbookLine.objects.filter(passbook__person_id=person_id).values("transfer_id")
    rows = Transfer.objects.filter(Q(to_account=account) | Q(from_account=account)).exclude(pk__in=on_paper)
    return list(rows.order_by("at", "pk"))


def _signed(line: Transfer, account: PointsAccount) -> int:
    return line.points if line.to_account_id == account.pk else -line.points


def _bring_forward(book: Passbook) -> None:
    """What is older than two months stands as one sum at the top of a first passbook."""
    account = _account(book.person_id)
    if account is None:
        return
    old = [one for one in _unprinted(book.person_id, account) if one.at < clock.now() - RECENT]
    PassbookLine.objects.bulk_create(
        PassbookLine(passbook=book, transfer=one, points=_signed(one, account)) for one in old
    )
    book.opening = book.printed = sum(_signed(one, account) for one in old)
    book.save(update_fields=["opening", "printed"])


@transaction.atomic
def print_pages(*, id: uuid.UUID, passbook: Passbook, acting_user: Actor) -> PassbookPrint:  # noqa: A002
    """The lines since the last print, on new pages; afterwards the balance on paper is the one of the ledger.

    The same id twice gives the same pages, audited as printed again. Who may: KEEP_STORE for the
    person. Raises `Denied`, `Conflict` when the number is ended or there is nothing new.
    """
    _taken_over(passbook, acting_user)
    account = _account(passbook.person_id)
    book: Passbook = Passbook.objects.select_for_update().get(pk=passbook.pk)
    if stored := PassbookPrint.objects.filter(pk=id).first():
        if stored.passbook_id != book.pk:
            raise DifferentBody
        return print_again(printed=stored, reason=_("同一次打印"), acting_user=acting_user)
    if not book.is_live:
        raise Conflict(_("这本存折已经停用了，请用新的一本。"))
    lines = _unprinted(book.person_id, account) if account else []
    if not lines and book.page:
        raise Conflict(_("没有新的流水，第 %d 页就是最新的。") % book.page)
    return _printed(id, book, account, lines, acting_user)


def _printed(
    id: uuid.UUID,  # noqa: A002
    book: Passbook,
    account: PointsAccount | None,
    lines: list[Transfer],
    acting_user: Actor,
) -> PassbookPrint:
    pages = max(1, -(-len(lines) // LINES_A_PAGE))
    points = [_signed(one, account) for one in lines] if account else []
    made = PassbookPrint.objects.create(
        id=id, passbook=book, first_page=book.page + 1, last_page=book.page + pages, before=book.printed,
        after=book.printed + sum(points), printed_by_id=acting_user.pk, at=clock.now(),
    )  # fmt: skip
    PassbookLine.objects.bulk_create(
        PassbookLine(passbook=book, print=made, transfer=one, points=value, page=made.first_page + at // LINES_A_PAGE)
        for at, (one, value) in enumerate(zip(lines, points, strict=True))
    )
    book.page, book.printed, book.printed_at = made.last_page, made.after, made.at
    book.save(update_fields=["page", "printed", "printed_at"])
    data = {"first_page": made.first_page, "last_page": made.last_page, "lines": len(lines)}
    audit.record(actor=acting_user, act="passbook.print", obj=book, unit_id=book.unit_id, data=data)
    return made


@transaction.atomic
def print_again(*, printed: PassbookPrint, reason: str, acting_user: Actor) -> PassbookPrint:
    """The same pages once more, word for word; audited. Who may: KEEP_STORE. Raises `Denied`, `Invalid`."""
    book = _taken_over(printed.passbook, acting_user)
    if not reason.strip():
        raise Invalid(errors={"reason": _("写一句为什么重印。")})
    data = {"first_page": printed.first_page, "last_page": printed.last_page}
    audit.record(actor=acting_user, act="passbook.reprint", obj=book, unit_id=book.unit_id, reason=reason, data=data)
    return printed


@transaction.atomic
def print_card(*, passbook: Passbook, acting_user: Actor) -> Passbook:
    """The card with the number as a symbol; audited. Who may: KEEP_STORE. Raises `Denied`, `Conflict`."""
    _taken_over(passbook, acting_user)
    if not passbook.is_live:
        raise Conflict(_("这个号码已经停用了，请印新的那张卡。"))
    audit.record(actor=acting_user, act="passbook.card", obj=passbook, unit_id=passbook.unit_id)
    return passbook


@transaction.atomic
def replace(*, passbook: Passbook, why: str, acting_user: Actor) -> Passbook:
    """End a number that was lost or is full: it opens nothing from now on, and a new one takes over its balance.

    Who may: KEEP_STORE. Twice is the same answer. Raises `Denied`, `Invalid`.
    """
    _taken_over(passbook, acting_user)
    if why not in {PassbookEnd.LOST, PassbookEnd.FULL}:
        raise Invalid(errors={"why": _("请选一个：丢了，或者写满了。")})
    _account(passbook.person_id)
    ended = Passbook.objects.filter(pk=passbook.pk, ended_at__isnull=True).update(ended_at=clock.now(), ended_why=why)
    if not ended:
        return _in_use(passbook.person_id) or passbook
    audit.record(actor=acting_user, act="passbook.end", obj=passbook, unit_id=passbook.unit_id, data={"why": why})
    return _issued(passbook.person_id, passbook.unit_id, acting_user)
