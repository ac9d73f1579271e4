"""Adds the surname that people use of a child, beside the legal one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0060_contacts_of_the_roll'),
    ]

    operations = [
        migrations.AddField(
            model_name='child',
            name='known_surname',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='childname',
            name='known_surname',
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
