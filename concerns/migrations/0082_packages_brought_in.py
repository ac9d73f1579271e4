"""Adds packages of a child's file from another school, until they are confirmed, and the added files that
came with them."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0081_child_packages'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlierAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('name', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('kind', models.CharField(blank=True, max_length=10)),
                ('size', models.PositiveIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('content', models.BinaryField(null=True)),
                ('missing', models.CharField(blank=True, max_length=12)),
                ('scanned', models.BooleanField(default=False)),
                ('source_digest', models.CharField(max_length=64)),
                ('said', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='PackageUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('passphrase', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.AddField(
            model_name='earlierrecord',
            name='files',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'attached', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'meeting_planned', 'meeting_changed', 'withdrawn', 'excluded', 'corrected', 'brought_in', 'reading_ended', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'calendar_linked', 'calendar_unlinked', 'view_saved', 'view_removed', 'file_written', 'file_ended', 'history_read', 'history_brought', 'package_read', 'package_brought', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'leaving_recorded', 'file_sent_on', 'package_made', 'home_ed_answered', 'roll_added', 'roll_corrected', 'roll_taken_back', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'factor_set_up', 'factor_removed', 'own_factor_removed', 'codes_made', 'grace_set', 'sign_on_set', 'sign_on_linked', 'sign_on_unlinked', 'many_said', 'reading_said', 'export_asked', 'export_answered', 'limits_set', 'opened', 'attachment_read', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'session_ended', 'locked_out', 'factor_given', 'many_stopped', 'reading_asked', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='earlierattachment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='earlierattachment',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='earlier_attachments', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='earlierattachment',
            name='record',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='concerns.earlierrecord'),
        ),
        migrations.AddField(
            model_name='earlierattachment',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='packageupload',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='packageupload',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='packageupload',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddConstraint(
            model_name='earlierattachment',
            constraint=models.UniqueConstraint(fields=('child', 'source_digest'), name='earlier_file_once'),
        ),
        migrations.AddConstraint(
            model_name='earlierattachment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['', 'pdf', 'word', 'old_word', 'odf', 'jpeg', 'png', 'heic', 'text', 'email', 'outlook'])), name='earlier_file_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='earlierattachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('missing__in', ['empty', 'large', 'many', 'kind', 'mismatch', 'unpacks', 'macros', 'picture', 'cut', 'virus', 'not_scanned']), ('content__isnull', True), ('digest', ''), ('size', 0)), models.Q(('missing', ''), models.Q(('kind', ''), _negated=True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='earlier_file_is_kept_or_missing'),
        ),
    ]
