"""Nobody is ever ranked, proven by walking over everything that lists people (domain, rule 8).

Wherever a person stands, no number of points, hours, uses, check-ins, thanks or votes stands beside, and nothing is
sorted by one. What is one fact and no sum is named below, with the reason why it may be told; it is in the order of
dates or names all the same.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from config.api import api
from events.results.models import Outcome
from tests.console_lists.discover import listings

PERSON = re.compile(
    r"person|姓名|给谁|谁的|^谁$|谁来|leader$|neighbour|holder|surname|phone|手机号|^who$|collector|resident_name",
    re.IGNORECASE,
)
MERIT = re.compile(
    r"points?\b|积分$|几分|多少分|balance|余额|earned|得分|hours?\b|小时|时长|minutes|分钟|\buses\b|used_count|用了|次数|"
    r"check_?ins?\b|打卡|\bdone\b|visits?|走访|thanks|感谢|votes?(?!r)|票数|得票|quantity|几件|件数|score|rank|排名|total|合计",
    re.IGNORECASE,
)
ROOT = Path(settings.BASE_DIR)
CODE = ("cms", "config", "events", "rewards", "volunteers", "foundation")

ONE_FACT_EACH = {
    # List or file: why a number may stand beside a person.
    "console_service_list": "a certified record a row, by date: what a national volunteer system asks for; never a sum",
    "console_task_list": "a task a row, by date: whom it is for names roles, the numbers are of the task",
    "console_redemption_list": "what is to be handed over at the counter: one reservation a row, pieces of goods",
}
OWN_OR_ONE_FACT = {
    # Schema of the API: why.
    "OfferedOut": "who came to one event and how long, so that a leader confirms it; in the order of places",
    "CameIn": "the same, sent back",
    "RollupRowOut": "its name is a unit's",
}
TEMPLATES = {
    # Template: why a loop over people tells a number.
    "passbook_pages.html": "one person's own lines, printed for them",
}


def _names(columns: Any) -> Iterator[str]:
    for column in columns:
        yield str(getattr(column, "name", ""))
        yield str(column.label)


def _both(words: list[str]) -> bool:
    return any(PERSON.search(word) for word in words) and any(MERIT.search(word) for word in words)


def _columns(view: Any, name: str) -> Any:
    found = view.__dict__.get(name, getattr(view, name, ()))
    return () if isinstance(found, property) else found


def test_no_list_of_the_console_tells_people_with_a_number_of_theirs() -> None:
    found = listings()
    assert len(found) >= 40
    told = {
        one.name
        for one in found
        if _both([*_names(_columns(one.view, "columns")), *_names(_columns(one.view, "export_columns"))])
    }
    assert told == set(ONE_FACT_EACH)


WISHES = ("points", "hours", "minutes", "quantity", "used_count", "balance", "done", "total")


def test_no_list_can_be_sorted_or_filtered_by_merit() -> None:
    wrong = []
    for one in listings():
        ordering = one.view.default_ordering
        keys = [ordering] if isinstance(ordering, str) else [*(ordering or ())]
        keys += [key for column in _columns(one.view, "columns") if (key := getattr(column, "sort_key", None))]
        wrong += [f"{one.name} is sorted by {key}" for key in keys if MERIT.search(str(key))]
        filters: Any = getattr(one.view, "filterset_class", None)
        named = [*filters.base_filters] if filters else []
        wrong += [f"{one.name} is filtered by {name}" for name in named if _is_amount(filters.base_filters[name], name)]
        view = one.view()
        for asked in (form % wish for wish in WISHES for form in ("%s", "-%s", "-person__points_account__%s")):
            view.request = RequestFactory().get("/", {"ordering": asked})
            view.request.user = AnonymousUser()
            if not isinstance(one.view.__dict__.get("columns"), property) and view.get_ordering() != ordering:
                wrong.append(f"{one.name} takes ordering={asked}")
    assert not wrong, "\n".join(wrong)


def _is_amount(one: Any, name: str) -> bool:
    """A filter that compares a number of somebody's; one that chooses among words does not."""
    return bool(MERIT.search(str(one.field_name or name))) and one.lookup_expr in {"gt", "gte", "lt", "lte", "range"}


# -- every file that leaves --------------------------------------------------------------------------------------------


@cache
def _trees() -> list[tuple[Path, ast.Module]]:
    paths = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path, ast.parse(path.read_text("utf-8"))) for path in paths if "migrations" not in path.parts]


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        target = node.func
        return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    return ""


def _labels(node: ast.AST) -> list[str]:
    calls = [one for one in ast.walk(node) if _called(one) == "ExportColumn"]
    return [
        part.value
        for call in calls
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def test_no_file_holds_people_with_a_number_of_theirs() -> None:
    allowed = {one.view.__name__ for one in listings() if one.name in ONE_FACT_EACH}
    wrong, seen = [], 0
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and (labels := _labels(node)):
                seen += 1
                if _both(labels) and node.name not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert seen >= 20
    assert not wrong


# -- the API -----------------------------------------------------------------------------------------------------------


def _schemas() -> dict[str, dict[str, Any]]:
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    found: dict[str, dict[str, Any]] = schema["components"]["schemas"]
    return found


def _within(schemas: dict[str, dict[str, Any]], name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Fields of a schema and of everything that it holds."""
    part, found = schemas[name].get("properties", {}), set[str]()
    for field, what in part.items():
        found.add(field)
        for inner in set(re.findall(r"#/components/schemas/(\w+)", json.dumps(what))) - seen - {name}:
            found |= _within(schemas, inner, seen | {name})
    return found


def test_no_answer_of_the_api_tells_people_with_a_number_of_theirs() -> None:
    schemas, told = _schemas(), set()
    for name, part in schemas.items():
        own = set(part.get("properties", {}))
        if any(PERSON.search(field) or field == "name" for field in own):
            merits = {field for field in _within(schemas, name) if MERIT.search(field)}
            if merits:
                told.add(name)
    assert told == set(OWN_OR_ONE_FACT)


def test_no_operation_of_the_api_can_be_asked_for_an_order_or_for_somebody_elses_numbers() -> None:
    schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    wrong = []
    for path, operations in schema["paths"].items():
        for verb, operation in operations.items():
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                if re.search(r"order|sort|rank|top|by$", name) or MERIT.search(name):
                    wrong.append(f"{verb} {path}: {name}")
                if "/points" in path and PERSON.search(name):
                    wrong.append(f"{verb} {path} asks whose: {name}")
    assert not wrong


# -- pages -------------------------------------------------------------------------------------------------------------

LOOP = re.compile(r"{%\s*for\s+(.+?)\s+in\s+(.+?)\s*%}(.*?){%\s*endfor\s*%}", re.DOTALL)
SOMEBODY = re.compile(r"{{[^}]*(person|leader|holder|surname|masked_name)[^}]*}}")
NUMBER = re.compile(
    r"{{[^}]*\b(points|balance|hours|minutes|uses|used_count|check_ins|"
    r"done|visits|thanks|votes|earned|score|rank)\b[^}]*}}"
)


def test_no_page_lists_people_with_a_number_of_theirs() -> None:
    told, seen = set(), 0
    for path in (ROOT / "frontend" / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*dictsort(reversed)?\s*:", text), f"{path} sorts by itself"
        for _one, _source, body in LOOP.findall(text):
            seen += bool(SOMEBODY.search(body))
            if SOMEBODY.search(body) and NUMBER.search(body):
                told.add(path.name)
    assert seen >= 10
    assert told == set(TEMPLATES)


CHOSEN = "events/results/exact.py"
"""The one exception of rule 8: who is chosen. It gives a set away, so that no order leaves it."""


def _keys(node: ast.Call, functions: dict[str, ast.FunctionDef]) -> list[str]:
    """What a call sorts by: the words given to `order_by`, the attributes that a key of `sorted` reads, by name too."""
    name = _called(node)
    if name == "order_by":
        parts = [one.value for arg in node.args for one in ast.walk(arg) if isinstance(one, ast.Constant)]
        return [part for part in parts if isinstance(part, str) and not re.search(r"__(pinyin|name|path)$", part)]
    if name in {"sorted", "sort", "nlargest", "nsmallest", "max", "min"}:
        keys: list[ast.AST] = [one.value for one in node.keywords if one.arg == "key"]
        keys += [functions[one.id] for one in keys if isinstance(one, ast.Name) and one.id in functions]
        return [one.attr for key in keys for one in ast.walk(key) if isinstance(one, ast.Attribute)]
    return []


def test_nothing_is_sorted_by_merit() -> None:
    wrong, seen, chosen = [], 0, set()
    for path, tree in _trees():
        where = str(path.relative_to(ROOT))
        functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (keys := _keys(node, functions)):
                seen += 1
                merits = [f"{where}:{node.lineno} {key}" for key in keys if MERIT.search(key)]
                if merits and where == CHOSEN:
                    chosen.add(node.lineno)
                else:
                    wrong += merits
    assert seen >= 200
    assert not wrong, "\n".join(wrong)
    assert len(chosen) == 1


def test_who_is_chosen_comes_out_without_an_order_and_is_listed_by_street_and_name() -> None:
    tree = ast.parse((ROOT / CHOSEN).read_text("utf-8"))
    sorting = next(one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == "chosen")
    given = [one.value for one in ast.walk(sorting) if isinstance(one, ast.Return)]
    assert ast.unparse(sorting.returns or sorting) == "set[UUID]"
    assert any(isinstance(one, ast.SetComp) for one in given)
    ordered = Outcome.objects.winners().query.order_by
    assert [str(one) for one in ordered] == ["nomination__street__path", "nomination__person__pinyin", "pk"]
