"""The ledger may be added to, and nothing else: the database itself refuses to change or remove an event."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER onestop_event_no_update BEFORE UPDATE ON onestop_event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER onestop_event_no_delete BEFORE DELETE ON onestop_event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
POSTGRESQL = """
CREATE FUNCTION onestop_event_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER onestop_event_append_only BEFORE UPDATE OR DELETE ON onestop_event
FOR EACH ROW EXECUTE FUNCTION onestop_event_append_only();
"""


def forwards(apps, schema_editor):
    """Guard the table in the words of the database at hand."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for statement in SQLITE.strip().split("END;")[:-1]:
        schema_editor.execute(f"{statement}END;")


def backwards(apps, schema_editor):
    """Take the guard away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER onestop_event_append_only ON onestop_event")
        schema_editor.execute("DROP FUNCTION onestop_event_append_only()")
        return
    schema_editor.execute("DROP TRIGGER onestop_event_no_update")
    schema_editor.execute("DROP TRIGGER onestop_event_no_delete")


class Migration(migrations.Migration):
    dependencies = [("onestop", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
