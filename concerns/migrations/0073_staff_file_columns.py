"""Keeps which column of a staff file was read as which, to read the next one with the same headings."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0072_departures'),
    ]

    operations = [
        migrations.AddField(
            model_name='stafffile',
            name='columns',
            field=models.JSONField(default=dict),
        ),
    ]
