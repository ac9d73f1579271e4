"""A draft gets a version, the window that saved it, and room for what older pages brought."""

from django.db import migrations, models

import concerns.models.base.encrypted_text


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0033_sightings_of_concern"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="version",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="draft",
            name="window",
            field=models.CharField(blank=True, default="", max_length=36),
        ),
        migrations.AddField(
            model_name="draft",
            name="window_order",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="draft",
            name="other_words",
            field=concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b""),
        ),
        migrations.AddField(
            model_name="draft",
            name="concern_version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
    ]
