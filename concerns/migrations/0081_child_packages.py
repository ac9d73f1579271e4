"""Adds the packages of one child's file that were made for another school, their line in the ledger, and
such a package as a way in which a file was sent."""

import concerns.models.base.encrypted_text
import concerns.rules.leaving
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0080_documents_of_children'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChildPackage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('recipient', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('reason', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('entries', models.PositiveIntegerField()),
                ('files', models.PositiveIntegerField()),
                ('size', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='filesending',
            name='file_sending_says_how',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='filesending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('how__in', ['package', 'transfer', 'email', 'hand', 'post']), ('stage', concerns.rules.leaving.SendingStage['SENT'])), models.Q(('how', ''), ('stage__in', ['chased', 'received', 'not_needed'])), _connector='OR'), name='file_sending_says_how'),
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'attached', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'meeting_planned', 'meeting_changed', 'withdrawn', 'excluded', 'corrected', 'brought_in', 'reading_ended', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'calendar_linked', 'calendar_unlinked', 'view_saved', 'view_removed', 'file_written', 'file_ended', 'history_read', 'history_brought', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'leaving_recorded', 'file_sent_on', 'package_made', 'home_ed_answered', 'roll_added', 'roll_corrected', 'roll_taken_back', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'factor_set_up', 'factor_removed', 'own_factor_removed', 'codes_made', 'grace_set', 'sign_on_set', 'sign_on_linked', 'sign_on_unlinked', 'many_said', 'reading_said', 'export_asked', 'export_answered', 'limits_set', 'opened', 'attachment_read', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'session_ended', 'locked_out', 'factor_given', 'many_stopped', 'reading_asked', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='childpackage',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='childpackage',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='childpackage',
            name='departure',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='concerns.departure'),
        ),
        migrations.AddField(
            model_name='childpackage',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
    ]
