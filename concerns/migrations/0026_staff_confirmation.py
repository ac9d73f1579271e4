"""Keeps the confirmation of somebody that they work in a second school, and new kinds of line."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0025_nobody_reads'),
    ]

    operations = [
        migrations.CreateModel(
            name='PostConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('head_needed', models.BooleanField()),
                ('at', models.DateTimeField(null=True)),
                ('accepted', models.BooleanField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'withdrawn', 'excluded', 'corrected', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'file_written', 'file_ended', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'opened', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'locked_out', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='postconfirmation',
            name='asked',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='concerns.staffchangerequest'),
        ),
        migrations.AddField(
            model_name='postconfirmation',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddConstraint(
            model_name='postconfirmation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted__isnull', True), ('at__isnull', True)), models.Q(('accepted__isnull', False), ('at__isnull', False)), _connector='OR'), name='confirmed_with_an_answer'),
        ),
    ]
