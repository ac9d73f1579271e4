"""Drops the table in which rate limits were counted: each web worker now counts in memory."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0029_promises_and_coming_meetings"),
    ]

    operations = [
        migrations.RunSQL("DROP TABLE IF EXISTS site_cache", migrations.RunSQL.noop),
    ]
