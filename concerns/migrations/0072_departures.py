"""Adds why and where to children leave, how their files were sent on, and checks for home education."""

import concerns.models.base.encrypted_text
import concerns.rules.leaving
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0071_earlier_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='Departure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=16)),
                ('left_on', models.DateField(null=True)),
                ('place', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('address', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='FileSending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('happened_at', models.DateTimeField()),
                ('stage', models.CharField(max_length=10)),
                ('how', models.CharField(blank=True, max_length=10)),
                ('person_there', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='HomeEducationCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('consent', models.CharField(max_length=8)),
                ('consent_words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('social_worker_words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('address_words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='step_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'attached', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'meeting_planned', 'meeting_changed', 'withdrawn', 'excluded', 'corrected', 'brought_in', 'reading_ended', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'calendar_linked', 'calendar_unlinked', 'view_saved', 'view_removed', 'file_written', 'file_ended', 'history_read', 'history_brought', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'leaving_recorded', 'file_sent_on', 'home_ed_answered', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'factor_set_up', 'factor_removed', 'own_factor_removed', 'codes_made', 'grace_set', 'sign_on_set', 'sign_on_linked', 'sign_on_unlinked', 'many_said', 'reading_said', 'export_asked', 'export_answered', 'limits_set', 'opened', 'attachment_read', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'session_ended', 'locked_out', 'factor_given', 'many_stopped', 'reading_asked', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='departure',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='departure',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='departure',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='step',
            name='departure',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='concerns.departure'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['danger_now', 'first_look_now', 'first_look', 'read_addition', 'decide_today', 'decide', 'seek_advice', 'speak_to_parents', 'send_referral', 'hear_back', 'hear_back_other', 'agree_or_challenge', 'challenge', 'promise', 'refer_now', 'refer_again', 'report_fgm', 'still_worried', 'assessment', 'conference', 'core_group', 'review_conference', 'go_to_meeting', 'agreed_action', 'look_after', 'task', 'put_right', 'missing_from_roll', 'send_file', 'file_receipt', 'home_education', 'support', 'watch', 'keep', 'next_move', 'tell_reporter'])), name='step_kind_is_known'),
        ),
        migrations.AddField(
            model_name='filesending',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='filesending',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='file_sendings', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='filesending',
            name='departure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='concerns.departure'),
        ),
        migrations.AddField(
            model_name='filesending',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='homeeducationcheck',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='homeeducationcheck',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='home_education_checks', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='homeeducationcheck',
            name='departure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='concerns.departure'),
        ),
        migrations.AddField(
            model_name='homeeducationcheck',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddIndex(
            model_name='departure',
            index=models.Index(fields=['school', '-at'], name='departures_newest'),
        ),
        migrations.AddConstraint(
            model_name='departure',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['other_school', 'home_education', 'abroad', 'died'])), name='leaving_reason_is_known'),
        ),
        migrations.AddConstraint(
            model_name='filesending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('how__in', ['transfer', 'email', 'hand', 'post']), ('stage', concerns.rules.leaving.SendingStage['SENT'])), models.Q(('how', ''), ('stage__in', ['chased', 'received', 'not_needed'])), _connector='OR'), name='file_sending_says_how'),
        ),
        migrations.AddConstraint(
            model_name='homeeducationcheck',
            constraint=models.CheckConstraint(condition=models.Q(('consent__in', ['given', 'refused'])), name='consent_is_known'),
        ),
    ]
