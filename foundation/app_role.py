"""The database role of pages and workers: it owns nothing, and of what is append-only it may add and read, no more.

The triggers of `append_only` hold against mistakes; the role holds against a program that was taken over, which could
otherwise switch the triggers off. PostgreSQL only. Run by the role that owns the tables, after every migration.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from foundation.append_only import guarded_tables

READ_ONLY = ("django_migrations",)


class NotFit(Exception):
    """The role cannot be what it should be; the message says why."""


def _ask(statement: str, *values: str) -> tuple[object, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[object, ...] | None = cursor.fetchone()
    return found


def _do(statement: str, **names: str) -> None:
    """Run a statement with quoted names in it."""
    composed = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
    with connection.cursor() as cursor:
        cursor.execute(composed)


def _make(role: str) -> None:
    _do("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS", role=role)


def _refuse_unfit(role: str) -> None:
    """A superuser, an owner, or a member of the owner could change every line all the same."""
    found = _ask(
        "SELECT r.rolsuper, pg_has_role(r.oid, current_user::regrole, 'MEMBER'), "
        "EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_has_role(r.oid, c.relowner, 'MEMBER')) "
        "FROM pg_roles r WHERE r.rolname = %s",
        role,
    )
    if found is None:
        raise NotFit(f"there is no role {role}; --create makes it")
    if found[0]:
        raise NotFit(f"{role} is a superuser and may change everything, whatever is granted")
    if found[1]:
        raise NotFit(f"{role} is the role that runs this, or belongs to it; give another name")
    if found[2]:
        raise NotFit(f"{role} owns tables, or belongs to a role that does; hand them over first (REASSIGN OWNED)")


def tables() -> list[str]:
    """Every table of the database's own schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


@transaction.atomic
def grant(role: str, *, create: bool = False) -> tuple[int, int]:
    """Give the role what it needs and take away the rest. Returns how many tables it may change, and only add to.

    Can be run again at any time. Raises `NotFit`.
    """
    if create and _ask("SELECT 1 FROM pg_roles WHERE rolname = %s", role) is None:
        _make(role)
    _refuse_unfit(role)
    guarded, known = set(guarded_tables()), tables()
    _do("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}", role=role)
    _do("GRANT USAGE ON SCHEMA public TO {role}", role=role)
    database = str(connection.settings_dict["NAME"])
    _do("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}", database=database, role=role)
    for table in known:
        _do("REVOKE ALL ON TABLE {table} FROM PUBLIC, {role}", table=table, role=role)
        if table in READ_ONLY:
            _do("GRANT SELECT ON TABLE {table} TO {role}", table=table, role=role)
        elif table in guarded:
            _do("GRANT SELECT, INSERT ON TABLE {table} TO {role}", table=table, role=role)
        else:
            _do("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {table} TO {role}", table=table, role=role)
    _do("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}", role=role)
    _do("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}", role=role)
    # A table of a later migration starts as one that is only added to, until this has been run again.
    _do("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}", role=role)
    _do("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}", role=role)
    return len([one for one in known if one not in guarded and one not in READ_ONLY]), len(guarded & set(known))


def trespasses(role: str) -> list[str]:
    """What the role may do and must not, in words; empty when all is well."""
    found = []
    for table in guarded_tables():
        for verb in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            answer = _ask("SELECT has_table_privilege(%s, %s::regclass, %s)", role, f'public."{table}"', verb)
            if answer and answer[0]:
                found.append(f"{role} may {verb} {table}")
    return found
