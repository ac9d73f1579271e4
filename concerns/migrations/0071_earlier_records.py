"""Adds earlier records: dated lines that are brought in from another system, and their word index."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0070_attachments'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlierLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('happened_at', models.DateTimeField()),
                ('happened_on', models.DateField(null=True)),
                ('when_written', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('who', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('category', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('action', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('outcome', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('fingerprint', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='EarlierRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('since', models.DateField(null=True)),
                ('began_at', models.DateTimeField()),
                ('until', models.DateField(null=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('why_ended', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('lines', models.PositiveIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='HistoryImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('source', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('lines', models.PositiveIntegerField()),
                ('here_already', models.PositiveIntegerField()),
                ('left_out', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='HistoryUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('read_at', models.DateTimeField()),
                ('content', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'attached', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'meeting_planned', 'meeting_changed', 'withdrawn', 'excluded', 'corrected', 'brought_in', 'reading_ended', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'calendar_linked', 'calendar_unlinked', 'view_saved', 'view_removed', 'file_written', 'file_ended', 'history_read', 'history_brought', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'factor_set_up', 'factor_removed', 'own_factor_removed', 'codes_made', 'grace_set', 'sign_on_set', 'sign_on_linked', 'sign_on_unlinked', 'many_said', 'reading_said', 'export_asked', 'export_answered', 'limits_set', 'opened', 'attachment_read', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'session_ended', 'locked_out', 'factor_given', 'many_stopped', 'reading_asked', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='earlierline',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='earlier_lines', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='earlierline',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='earlierline',
            name='record',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='record_lines', to='concerns.earlierrecord'),
        ),
        migrations.AddField(
            model_name='historyimport',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historyimport',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='brought',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='concerns.historyimport'),
        ),
        migrations.AddField(
            model_name='historyupload',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historyupload',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddIndex(
            model_name='earlierline',
            index=models.Index(fields=['child', '-happened_at'], name='earlier_lines_newest'),
        ),
        migrations.AddConstraint(
            model_name='earlierline',
            constraint=models.UniqueConstraint(fields=('child', 'fingerprint'), name='earlier_line_once'),
        ),
        migrations.AddIndex(
            model_name='historyimport',
            index=models.Index(fields=['school', '-id'], name='history_imports_newest'),
        ),
        migrations.AddIndex(
            model_name='earlierrecord',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['child'], name='earlier_records_unread'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('over_at', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('over_at__isnull', False)), _connector='OR'), name='earlierrecord_ends_whole'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='earlierrecord_begins_then_ends'),
        ),
        migrations.AddConstraint(
            model_name='earlierrecord',
            constraint=models.UniqueConstraint(fields=('brought', 'child'), name='one_record_of_an_import'),
        ),
        migrations.CreateModel(
            name='EarlierLineWord',
            fields=[
                ('pk', models.CompositePrimaryKey('school', 'token', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.earlierline')),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school')),
                ('token', models.IntegerField()),
            ],
        ),
    ]
