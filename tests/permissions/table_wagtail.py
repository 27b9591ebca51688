"""The console's pages that Wagtail brings, by prefix of their name; every one of them is asked.

Staff are SHUT out of what belongs to operators (accounts, groups, sites, settings, workflows, documents), FREE where
there is nothing of anybody's, and QUIET where a page, picture or section of another unit is named: whatever Wagtail
answers, it neither tells nor changes anything of it.
"""

from __future__ import annotations

from tests.permissions.rules import CLERKS, FREE, MISSING, QUIET, SHUT, Row, console, who

_OPERATOR = who("operating_clerk")
_shut = console((FREE, _OPERATOR), otherwise=SHUT)
_free = console((FREE, who(CLERKS)))
_quiet = console((FREE, _OPERATOR | who(CLERKS, "own")), otherwise=QUIET)
_gone = console(otherwise=MISSING)

SHUT_ROW = Row(_shut, _shut)
FREE_ROW = Row(_free, _free)
PAGE_ROW = Row(_quiet, _quiet, "notice")
SECTION_ROW = Row(_quiet, _quiet, "section")
IMAGE_ROW = Row(_quiet, _quiet, "image")

# The longest prefix that fits counts.
PREFIXES: dict[str, Row] = {
    "wagtailadmin_home": PAGE_ROW,
    "wagtailadmin_account": FREE_ROW,
    "wagtailadmin_dismissibles": FREE_ROW,
    "wagtailadmin_block_preview": FREE_ROW,
    "wagtailadmin_sprite": FREE_ROW,
    "wagtailadmin_javascript_catalog": FREE_ROW,
    "wagtailadmin_editing_sessions:": FREE_ROW,
    "wagtailadmin_tag": FREE_ROW,
    "wagtailadmin_choose_page": SECTION_ROW,
    "wagtailadmin_explore": SECTION_ROW,
    "wagtailadmin_api:pages:": PAGE_ROW,
    "wagtailadmin_api:images:": IMAGE_ROW,
    "wagtailadmin_api:documents:": FREE_ROW,
    "wagtailadmin_pages:": PAGE_ROW,
    "wagtailadmin_pages:add": SECTION_ROW,
    "wagtailadmin_pages:add_subpage": SECTION_ROW,
    "wagtailadmin_pages:preview_on_add": SECTION_ROW,
    "wagtail_bulk_action": PAGE_ROW,
    "wagtailadmin_reports:": PAGE_ROW,
    "wagtailadmin_collections:": SHUT_ROW,
    "wagtailadmin_workflows:": SHUT_ROW,
    "wagtailadmin_workflows:task_cho": FREE_ROW,
    "wagtailsettings:": SHUT_ROW,
    "wagtailsnippets:": SHUT_ROW,
    "wagtailembeds:": FREE_ROW,
    "wagtaildocs:": SHUT_ROW,
    "wagtaildocs_chooser:": FREE_ROW,
    "wagtailimages:": IMAGE_ROW,
    "wagtailimages_chooser:": IMAGE_ROW,
    "wagtailsites:": SHUT_ROW,
    "wagtailusers_users:": SHUT_ROW,
    "wagtailusers_groups:": SHUT_ROW,
    "wagtailadmin_error_test": Row(_gone, _gone),
    "wagtailadmin_reports:page_types_usage": Row(_gone, _gone),
    "wagtailadmin_pages:move": Row(_gone, _gone),
    "console_closed": Row(_gone, _gone),
    "console/": Row(_gone, _gone),  # patterns without a name
}


# A form of Wagtail that falls over its own missing field; only staff who may use it can make it do so.
FALLS_OVER = {"wagtailadmin_choose_page_external_link"}


def wagtail_row(name: str) -> Row | None:
    """The row of the longest prefix of a name; None where there is none."""
    fitting = [prefix for prefix in PREFIXES if name.startswith(prefix)]
    return PREFIXES[max(fitting, key=len)] if fitting else None
