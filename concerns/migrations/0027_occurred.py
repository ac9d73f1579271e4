"""Keeps the place in the order of time of what each concern is about, and fills it for the concerns that stand."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations, models

LONDON = ZoneInfo("Europe/London")
AT_ONCE = 500


def fill_occurred(apps, schema_editor):
    concerns = apps.get_model("concerns", "Concern").objects.using(schema_editor.connection.alias)
    concerns.filter(happened_on__isnull=True).update(occurred_at=models.F("received_at"))
    said = concerns.filter(happened_on__isnull=False).only("happened_on", "happened_at", "received_at")
    rows = []
    for row in said.iterator(chunk_size=AT_ONCE):
        local = datetime.combine(row.happened_on, row.happened_at or time(), LONDON)
        row.occurred_at = min(local.astimezone(UTC), row.received_at)
        rows.append(row)
    concerns.bulk_update(rows, ["occurred_at"], batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0026_staff_confirmation"),
    ]

    operations = [
        migrations.AddField("concern", "occurred_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill_occurred, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("concern", "occurred_at", models.DateTimeField()),
    ]
