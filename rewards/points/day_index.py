"""Finding the lines of a day: an index that costs a write next to nothing."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddDayIndex(migrations.AddIndex):
    """An index on an instant: BRIN on PostgreSQL, where lines lie in the order of time; a plain one on SQLite."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make it."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in self.index.fields)
        schema_editor.execute(
            f'CREATE INDEX "{self.index.name}" ON "{model._meta.db_table}" '
            f"USING brin ({columns}) WITH (pages_per_range = 32, autosummarize = on)"
        )
