"""A sighting can be recorded with a decision or a conversation on a concern."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0032_integrity_faults"),
    ]

    operations = [
        migrations.AddField(
            model_name="sighting",
            name="concern",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="concerns.concern",
            ),
        ),
    ]
