"""What imports of a roster store about people: who uploaded, and, sealed, the names that an undo would restore."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from foundation import privacy
from foundation.privacy import Basis, Erase, Erasing, PersonalField, Sort
from foundation.retention import retention
from volunteers.roster.models import ImportBatch
from volunteers.roster.services import expire_uploads

privacy.register(
    "roster.ImportBatch",
    PersonalField("acting_user", Sort.ACTOR),
    PersonalField("journal_sealed", Sort.NAME, Erase.CLEAR, sealed=True, purpose=_("撤销导入时恢复原来的姓名")),
    PersonalField("file_name", Sort.TEXT, Erase.KEEP),
    title=_("花名册导入"),
    purpose=_("导入三长花名册，导错了可以撤销"),
    basis=Basis.DUTY,
    keep="journals",
)
privacy.impersonal(
    "roster.ImportBatch", "totals", "counts", "changes", "report_packed", because=_("数目，和不带姓名号码的问题行")
)


@privacy.eraser
def forget_former_names(one: Erasing) -> None:
    """An undo must not bring a name back: the journals forget the person."""
    for batch in ImportBatch.objects.select_for_update().exclude(journal_sealed="").order_by("pk"):
        journal = batch.journal
        kept = [row for row in journal["changed_people"] if row[0] != one.person_id]
        if len(kept) < len(journal["changed_people"]):
            journal["changed_people"] = kept
            batch.set_journal(journal)
            batch.save(update_fields=["journal_sealed"])


@retention("journals")
def forget_journals(before: dt.datetime) -> int:
    """Old imports can no longer be undone."""
    return ImportBatch.objects.exclude(journal_sealed="").filter(committed_at__lt=before).update(journal_sealed="")


@retention("uploads")
def forget_files(_before: dt.datetime) -> int:
    """Uploaded workbooks; the hourly job does the same."""
    return expire_uploads()
