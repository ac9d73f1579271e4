"""Lets a concern that an answer about the roll sends say that nobody was asked about going home."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0082_packages_brought_in'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='concern', name='going_home_is_answered'),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(('going_home__in', ['no', 'not_sure', 'yes', 'not_asked'])), name='going_home_is_answered'),
        ),
    ]
