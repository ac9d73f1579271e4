"""Adds where a child is taught part-time or elsewhere, its reviews, and the steps for them."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0084_referral_pack'),
    ]

    operations = [
        migrations.CreateModel(
            name='EducationElsewhere',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('planned_end', models.DateField(null=True)),
                ('place', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('address', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('contact', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('telephone', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('email', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('hours', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('other_days', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('checks', models.CharField(blank=True, max_length=10)),
                ('checks_on', models.DateField(null=True)),
                ('parent_agrees', models.CharField(blank=True, max_length=10)),
                ('told', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='ElsewhereReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('seen', models.CharField(max_length=10)),
                ('seen_by', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('attendance', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('next_on', models.DateField(null=True)),
                ('now_at', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='status',
            name='status_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='step',
            name='step_kind_is_known',
        ),
        migrations.AddField(
            model_name='step',
            name='status',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='concerns.status'),
        ),
        migrations.AddConstraint(
            model_name='status',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['monitoring', 'early_help', 'child_in_need', 'section_47', 'plan', 'looked_after', 'previously', 'ehcp', 'private_fostering', 'channel', 'part_time', 'off_site', 'alternative'])), name='status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['danger_now', 'first_look_now', 'first_look', 'read_addition', 'decide_today', 'decide', 'seek_advice', 'speak_to_parents', 'send_referral', 'hear_back', 'hear_back_other', 'agree_or_challenge', 'challenge', 'promise', 'refer_now', 'refer_again', 'report_fgm', 'still_worried', 'assessment', 'conference', 'core_group', 'review_conference', 'go_to_meeting', 'agreed_action', 'look_after', 'task', 'put_right', 'missing_from_roll', 'send_file', 'file_receipt', 'home_education', 'review_part_time', 'review_off_site', 'review_alternative', 'support', 'watch', 'keep', 'next_move', 'tell_reporter'])), name='step_kind_is_known'),
        ),
        migrations.AddField(
            model_name='educationelsewhere',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='educationelsewhere',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='education_elsewhere', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='educationelsewhere',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='educationelsewhere',
            name='status',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='elsewhere', to='concerns.status'),
        ),
        migrations.AddField(
            model_name='elsewherereview',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='elsewherereview',
            name='child',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='elsewhere_reviews', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='elsewherereview',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='elsewherereview',
            name='status',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='concerns.status'),
        ),
        migrations.AddConstraint(
            model_name='educationelsewhere',
            constraint=models.CheckConstraint(condition=models.Q(('checks__in', ['', 'yes', 'no', 'not_known']), ('parent_agrees__in', ['', 'yes', 'no', 'not_known'])), name='elsewhere_answers_are_known'),
        ),
        migrations.AddConstraint(
            model_name='elsewherereview',
            constraint=models.CheckConstraint(condition=models.Q(('seen__in', ['yes', 'no', 'not_known'])), name='seen_at_review_is_known'),
        ),
    ]
