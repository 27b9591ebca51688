"""Many models of one migration are in its state as if made one by one, and are rendered once."""

from typing import Any
from unittest import mock

from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState, StateApps

from foundation.create_models import CreateModels


def key() -> tuple[str, Any]:
    return "id", models.BigAutoField(primary_key=True)


def towards(name: str) -> Any:
    return models.ForeignKey(f"shop.{name}", models.CASCADE, related_name="+")


def make() -> list[CreateModel]:
    return [
        CreateModel("Box", [key(), ("lid", towards("Lid"))]),
        CreateModel("Lid", [key(), ("box", towards("Box"))]),
        CreateModel("Shelf", [key(), ("box", towards("Box"))]),
    ]


def with_a_place() -> ProjectState:
    state = ProjectState()
    CreateModel("Place", [key()]).state_forwards("shop", state)
    return state


def names(state: ProjectState) -> set[str]:
    return {model.__name__ for model in state.apps.get_models()}


def test_the_state_is_that_of_single_operations() -> None:
    together, one_by_one = with_a_place(), with_a_place()
    CreateModels(make()).state_forwards("shop", together)
    for operation in make():
        operation.state_forwards("shop", one_by_one)
    assert together == one_by_one
    assert names(together) == names(one_by_one) == {"Place", "Box", "Lid", "Shelf"}
    shelf, box = together.apps.get_model("shop", "Shelf"), together.apps.get_model("shop", "Box")
    assert shelf._meta.get_field("box").related_model is box


def test_models_are_rendered_together_and_a_copy_keeps_what_it_had() -> None:
    state = with_a_place()
    assert names(state) == {"Place"}
    copy = state.clone()
    render = StateApps.render_multiple
    with mock.patch.object(StateApps, "render_multiple", autospec=True, side_effect=render) as rendered:
        CreateModels(make()).state_forwards("shop", state)
        assert names(state) == {"Place", "Box", "Lid", "Shelf"}
    assert rendered.call_count == 1
    assert names(copy) == {"Place"}
