"""Keeps whether the mail server answers, and which e-mails are about concerns about adults.

Letters that are already waiting and hold such a notice are marked here.
"""

from django.db import migrations, models


def mark_waiting_letters(apps, schema_editor):
    letters = apps.get_model("concerns", "Letter").objects
    waiting = letters.filter(sent_at__isnull=True, ended_at__isnull=True)
    waiting.filter(notices__adult_step__isnull=False).update(about_adult=True)


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0023_plain_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="mail_checked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="mail_fault",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="mail_fault_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="letter",
            name="about_adult",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="roundfailure",
            name="about_adult",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark_waiting_letters, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mail_fault", ""), ("mail_fault_since__isnull", True)),
                    models.Q(
                        ("mail_fault__in", ["unset", "silent"]),
                        ("mail_fault_since__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_mail_fault_has_a_time",
            ),
        ),
    ]
