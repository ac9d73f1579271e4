from django.db import migrations, models
from django.utils import timezone


def allow_for_earlier_changes(apps, schema_editor):
    """Of a school that is here already nobody knows when its calendar last changed."""
    apps.get_model("concerns", "School").objects.update(calendar_changed_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("concerns", "0049_reading_outside_caseload"),
    ]

    operations = [
        migrations.AddField(
            model_name="school",
            name="calendar_changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(allow_for_earlier_changes, migrations.RunPython.noop),
    ]
