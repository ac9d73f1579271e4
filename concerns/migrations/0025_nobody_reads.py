"""Adds the message to the writer of a concern that nobody may act on."""

from django.db import migrations, models

REASONS = ["new", "late", "nobody", "no_reader", "word_back", "unread", "begun", "unsent"]


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0024_mail_faults"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="notice", name="notice_says_why"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("why__in", REASONS)), name="notice_says_why"
            ),
        ),
    ]
