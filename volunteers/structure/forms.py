"""The form of a draft: one for each kind of change, made from the tree as it is; it reads and writes a plan."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.actors import Actor
from frontend.inputs import DayInput
from volunteers.structure.models import Kind, StructureChange
from volunteers.structure.planning import MOVABLE, Misfit, steps_of
from volunteers.structure.services import earliest
from volunteers.structure.touches import questions_of
from volunteers.structure.tree import NAME, Node, Tree, load_tree
from volunteers.units.forms import UnitField
from volunteers.units.models import LEVELS, STAFF, Appointment, Level, Role, Unit
from volunteers.units.rights import Right

NEW_SIDES = 3
"""How many new units the form offers at once; one is needed."""
NEW = "new"


class PickForm(forms.Form):
    """First step: which unit, and what becomes of it."""

    def __init__(self, *args: Any, user: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=gettext_lazy("怎样调整"), choices=Kind.choices, widget=forms.RadioSelect
        )
        self.fields["unit"] = UnitField(user=user, right=Right.DRAFT_STRUCTURE, label=gettext_lazy("哪个单位"))

    def clean(self) -> dict[str, Any]:
        """A street or the district changes its name only."""
        data: dict[str, Any] = super().clean() or {}
        unit = data.get("unit")
        if unit is not None and data.get("kind") not in {None, Kind.RENAME} and unit.level not in MOVABLE:
            self.add_error("kind", _("镇街和区只能更名。"))
        return data


class DraftForm(forms.Form):
    """Second step, and every later change of a draft. `plan` is what was chosen, once the form is valid."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    in_force_on = forms.DateField(label=gettext_lazy("从哪一天起"), widget=DayInput)
    why = forms.CharField(label=gettext_lazy("为什么调整"), max_length=300)

    def __init__(
        self, data: Any = None, *, user: Actor, kind: str, unit: Unit, change: StructureChange | None = None
    ) -> None:
        super().__init__(data)
        self.user, self.kind, self.unit, self.change = user, Kind(kind), unit, change
        self.stored: dict[str, Any] = change.plan if change else {}
        self.tree: Tree = load_tree([unit])
        self.node: Node = self.tree.nodes[unit.pk]
        self.sections: list[tuple[str, list[Any]]] = []
        self.served: dict[Level, list[tuple[str, str]]] = {}
        self.fields["in_force_on"].initial = change.in_force_on if change else earliest()
        self.fields["why"].initial = change.why if change else ""
        adders = {
            Kind.RENAME: self._add_rename,
            Kind.MOVE: self._add_move,
            Kind.SPLIT: self._add_split,
            Kind.MERGE: self._add_merge,
        }
        adders[self.kind]()

    # -- fields -------------------------------------------------------------------------------------------------------

    def _add_rename(self) -> None:
        self._add("name", self._name_field(self.stored.get("name", ""), required=True, label=_("新的名称")))

    def _name_field(self, initial: str, *, label: str, required: bool = False) -> forms.CharField:
        return forms.CharField(label=label, max_length=NAME, required=required, initial=initial)

    def _add(self, name: str, field: forms.Field) -> str:
        self.fields[name] = field
        return name

    def _siblings(self) -> list[tuple[str, str]]:
        if self.node.parent is None:
            return [(self.node.uid, self.node.name)]
        return [(node.uid, node.name) for node in self.tree.below(self.node.parent)]

    def _units_field(self, label: str) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            label=label,
            choices=self._siblings(),
            initial=self.stored.get("units") or [self.node.uid],
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_move(self) -> None:
        self._add("units", self._units_field(_("划转哪些")))
        level = LEVELS[LEVELS.index(Level(self.unit.level)) - 1]
        to = UnitField(user=self.user, right=Right.DRAFT_STRUCTURE, levels=[level], label=_("划到哪里"))
        to.initial = Unit.objects.filter(uid=self.stored["to"]).first() if self.stored.get("to") else None
        self._add("to", to)

    def _add_merge(self) -> None:
        self._add("units", self._units_field(_("合并哪些")))
        into = [(NEW, _("都撤销，另设一个新的")), *self._siblings()]
        initial = (self.stored.get("into") or NEW) if self.change else self.node.uid
        self._add("into", forms.ChoiceField(label=_("合并到"), choices=into, initial=initial))
        self._add("name", self._name_field(self.stored.get("name", ""), label=_("新的名称（另设新的才填）")))
        self._add_leader(NEW, _("新单位由谁负责（另设新的才选）"))

    def _add_split(self) -> None:
        sides = self.stored.get("sides") or []
        for number in range(1, NEW_SIDES + 1):
            side = sides[number - 1] if number <= len(sides) else {}
            label = _("新单位 %(n)d 的名称") % {"n": number}
            names = [self._add(f"name-{number}", self._name_field(side.get("name", ""), label=label))]
            if self.node.level == Level.NEIGHBOURHOOD and self.node.households is not None:
                field = forms.IntegerField(
                    label=_("分给它几户"), min_value=0, required=False, initial=side.get("households")
                )
                names.append(self._add(f"households-{number}", field))
            names.append(self._add_leader(str(number), _("由谁负责")))
            self.sections.append((_("新单位 %(n)d") % {"n": number}, names))
        self.fields["name-1"].required = True
        self._add_members()
        self._add_counterparts()
        self._add_questions()

    def _side_choices(self) -> list[tuple[str, str]]:
        stays = _("留在“%(name)s”") % {"name": self.node.name}
        return [("0", stays), *((str(n), _("到新单位 %(n)d") % {"n": n}) for n in range(1, NEW_SIDES + 1))]

    def _add_members(self) -> None:
        """One choice for each lowest unit, and one for a whole group or area of them."""
        chosen = self.stored.get("members") or {}
        for parent in self._lowest_parents():
            names = []
            if parent.key != self.node.key:
                every = [("", _("一个一个选")), *self._side_choices()]
                whole = forms.ChoiceField(
                    label=_("整个“%(name)s”") % {"name": parent.name}, choices=every, required=False
                )
                names.append(self._add(f"all-{parent.uid}", whole))
            for leaf in self.tree.below(parent.key):
                if self.tree.children.get(leaf.key):
                    continue
                initial = str(chosen.get(leaf.uid, 0 if not self.change else ""))
                field = forms.ChoiceField(
                    label=leaf.name,
                    choices=self._side_choices(),
                    initial=initial,
                    required=False,
                    widget=forms.RadioSelect,
                )
                names.append(self._add(f"side-{leaf.uid}", field))
            if names:
                self.sections.append((self._where(parent), names))

    def _where(self, node: Node) -> str:
        """The names from right below the unit down to this one."""
        names = [node.name]
        while node.key != self.node.key and node.parent is not None and node.parent != self.node.key:
            node = self.tree.nodes[node.parent]
            names.insert(0, node.name)
        return " · ".join(names)

    def _lowest_parents(self) -> list[Node]:
        """The units that have lowest units right below, in the order of the tree."""
        lowest = {leaf.parent for leaf in self.tree.leaves(self.node.key)}
        return [node for node in self.tree.walk(self.node.key) if node.key in lowest]

    def _add_leader(self, key: str, label: str, level: Level | None = None) -> str:
        """Somebody who serves here already, or nobody yet."""
        level = level or self.node.level
        if level not in self.served:
            self.served[level] = self._serving(level)
        choices = [("", _("先空着")), *self.served[level]]
        initial = (self.stored.get("leaders") or {}).get(key, "")
        field = forms.ChoiceField(label=label, choices=choices, initial=initial, required=False)
        return self._add(f"leader-{key}", field)

    def _serving(self, level: Level) -> list[tuple[str, str]]:
        around = self.unit.path[: Unit.steplen * (2 if level == Level.COMMUNITY else 3)]
        serving = Appointment.objects.active().filter(unit__path__startswith=around).select_related("unit", "person")
        if level == Level.COMMUNITY:
            serving = serving.of_roles(STAFF)
        found: dict[str, str] = {}
        for one in serving.order_by("unit__depth", "unit__path", "pk"):
            title = one.post_title or str(Role(one.role).label)
            found.setdefault(str(one.person.uid), f"{one.person.name}（{one.unit.name} {title}）")
        return list(found.items())

    def _add_counterparts(self) -> None:
        """Who leads the groups that a divided group needs on the other side; known once units have sides."""
        if self.change is None:
            return
        try:
            founded = [one for one in steps_of(self.change).found if ":" in one.key]
        except Misfit:
            return
        names = []
        for one in founded:
            side = one.key.partition(":")[0]
            label = _("新单位 %(side)s 里的“%(name)s”由谁负责") % {"side": side, "name": one.name}
            names.append(self._add_leader(one.key, label, one.level))
        if names:
            self.sections.append((_("一个组分在两边：另一边也设一个同名的"), names))

    def _add_questions(self) -> None:
        """What apps above ask to be put on a side, such as buildings."""
        if self.change is None:
            return
        for asking, things in questions_of(self.change):
            chosen = self.change.sides_of(asking.name)
            names = []
            for thing in things:
                side = chosen.get(thing.uid, thing.guess)
                field = forms.ChoiceField(
                    label=thing.label, choices=self._side_choices(), required=False, widget=forms.RadioSelect,
                    initial="" if side is None else str(side),
                )  # fmt: skip
                names.append(self._add(f"in-{asking.name}-{thing.uid}", field))
            self.sections.append((str(asking.label or asking.name), names))

    # -- the plan -----------------------------------------------------------------------------------------------------

    @property
    def plan(self) -> dict[str, Any]:
        """What was chosen, as a change stores it."""
        data = self.cleaned_data
        if self.kind == Kind.RENAME:
            return {"name": data["name"].strip()}
        if self.kind == Kind.MOVE:
            return {"units": data["units"], "to": str(data["to"].uid) if data.get("to") else ""}
        if self.kind == Kind.MERGE:
            return self._merge_plan(data)
        return self._split_plan(data)

    def _merge_plan(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["into"] != NEW:
            return {"units": data["units"], "into": data["into"]}
        plan: dict[str, Any] = {"units": data["units"], "name": data["name"].strip()}
        return plan | {"leaders": self._leaders(data)}

    def _split_plan(self, data: dict[str, Any]) -> dict[str, Any]:
        sides: list[dict[str, Any]] = []
        for number in range(1, NEW_SIDES + 1):
            if name := data[f"name-{number}"].strip():
                side: dict[str, Any] = {"name": name}
                if f"households-{number}" in self.fields:
                    side["households"] = data[f"households-{number}"] or 0
                sides.append(side)
        plan: dict[str, Any] = {"sides": sides, "leaders": self._leaders(data)}
        if self.node.level != Level.NEIGHBOURHOOD:
            plan["members"] = self._members(data)
        for name, value in data.items():
            if name.startswith("in-") and value:
                _in, asking, uid = name.split("-", 2)
                plan.setdefault(asking, {})[uid] = int(value)
        return plan

    def _leaders(self, data: dict[str, Any]) -> dict[str, str]:
        return {name.removeprefix("leader-"): uid for name, uid in data.items() if name.startswith("leader-") and uid}

    def _members(self, data: dict[str, Any]) -> dict[str, int]:
        members: dict[str, int] = {}
        for leaf in self.tree.leaves(self.node.key):
            parent = self.tree.nodes[leaf.parent] if leaf.parent is not None else self.node
            side = data.get(f"all-{parent.uid}") or data.get(f"side-{leaf.uid}")
            if side:
                members[leaf.uid] = int(side)
        return members

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of a split under their headings, for the page."""
        return [(title, [self[name] for name in names]) for title, names in self.sections]

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields without a heading."""
        inside = {name for _title, names in self.sections for name in names}
        return [field for field in self.visible_fields() if field.name not in inside]


class NoteForm(forms.Form):
    """Who was asked, and what they said."""

    note = forms.CharField(
        label=gettext_lazy("征求了谁的意见、大家怎么说"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("例如：11月18日开了居民议事会，到会 32 人，同意。不写个人的姓名和电话。"),
    )


class ReasonForm(forms.Form):
    """Why it is given up."""

    reason = forms.CharField(label=gettext_lazy("为什么撤回"), max_length=200)
