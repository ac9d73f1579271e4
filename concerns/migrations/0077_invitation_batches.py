"""Renames the invitations of many at once: they are a batch, since a round is the clock's."""

import django.db.models.deletion
from django.db import migrations, models

OLD_TRIGGERS = ('concerns_invitationround_no_update', 'concerns_invitationround_no_delete')


def drop_old_triggers(apps, schema_editor):
    """They are named after the table. Those of the new name are installed after every migration."""
    for name in OLD_TRIGGERS:
        of = '' if schema_editor.connection.vendor == 'sqlite' else ' ON concerns_invitationround'
        schema_editor.execute(f'DROP TRIGGER IF EXISTS {name}{of}')


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0076_additions_taken_back'),
    ]

    operations = [
        migrations.RunPython(drop_old_triggers, migrations.RunPython.noop),
        migrations.RenameModel(old_name='InvitationRound', new_name='InvitationBatch'),
        migrations.RenameField(model_name='queuedinvitation', old_name='round', new_name='batch'),
        migrations.AlterField(
            model_name='queuedinvitation',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queued', to='concerns.invitationbatch'),
        ),
    ]
