"""Adds what agencies promise, and meetings to come with their moves and cancellings."""


import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0028_category_sorting'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComingMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=12)),
                ('begins_at', models.DateTimeField()),
                ('place', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='MeetingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('begins_at', models.DateTimeField(null=True)),
                ('place', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('who', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('what', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('on', models.DateField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='adultstep',
            name='adult_step_ends_whole',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='step_kind_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='a_step_ends_whole',
        ),
        migrations.AddConstraint(
            model_name='adultstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True), ('ended', '')), models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('ended__in', ['done', 'superseded', 'called_off', 'closed'])), _connector='OR'), name='adult_step_ends_whole'),
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'meeting_planned', 'meeting_changed', 'withdrawn', 'excluded', 'corrected', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'file_written', 'file_ended', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'opened', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'locked_out', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='comingmeeting',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comingmeeting',
            name='concern',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coming_meetings', to='concerns.concern'),
        ),
        migrations.AddField(
            model_name='comingmeeting',
            name='goes',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='comingmeeting',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='step',
            name='coming',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='concerns.comingmeeting'),
        ),
        migrations.AddField(
            model_name='meetingchange',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetingchange',
            name='coming',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='concerns.comingmeeting'),
        ),
        migrations.AddField(
            model_name='meetingchange',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='promise',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='concerns.referralevent'),
        ),
        migrations.AddField(
            model_name='promise',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='step',
            name='promise',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='concerns.promise'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['danger_now', 'first_look_now', 'first_look', 'read_addition', 'decide_today', 'decide', 'seek_advice', 'speak_to_parents', 'send_referral', 'hear_back', 'hear_back_other', 'agree_or_challenge', 'challenge', 'promise', 'refer_now', 'refer_again', 'report_fgm', 'still_worried', 'assessment', 'conference', 'core_group', 'review_conference', 'go_to_meeting', 'agreed_action', 'look_after', 'task', 'put_right', 'missing_from_roll', 'support', 'watch', 'keep', 'next_move', 'tell_reporter'])), name='step_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True), ('ended', '')), models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('ended__in', ['done', 'superseded', 'called_off', 'closed'])), _connector='OR'), name='a_step_ends_whole'),
        ),
        migrations.AddIndex(
            model_name='comingmeeting',
            index=models.Index(fields=['concern', 'id'], name='coming_meetings_in_order'),
        ),
        migrations.AddConstraint(
            model_name='comingmeeting',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['strategy', 'conference', 'core_group', 'review', 'team'])), name='coming_meeting_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='meetingchange',
            index=models.Index(fields=['coming', 'id'], name='meeting_changes_in_order'),
        ),
    ]
