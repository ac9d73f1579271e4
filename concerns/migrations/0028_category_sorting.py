"""Adds the categories that a lead sorts a concern into, and the newest sorting of each concern."""


import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0027_occurred'),
    ]

    operations = [
        migrations.CreateModel(
            name='CategorySorting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
        ),
        migrations.CreateModel(
            name='SortedCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('category', models.CharField(max_length=30)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ledgerline',
            name='line_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='ledgerline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'refiled', 'sorted', 'told_reporter', 'spoke', 'sent', 'acknowledged', 'chased', 'answered', 'viewed_answer', 'settled', 'met', 'withdrawn', 'excluded', 'corrected', 'step_done', 'still_worried', 'tasked', 'task_done', 'looked_after', 'watched', 'noticed', 'clocks_set', 'messages_set', 'file_written', 'file_ended', 'numbers_set', 'sighted', 'roll_read', 'roll_brought', 'roll_answered', 'staff_read', 'staff_brought', 'password_set', 'staff_changed', 'invited', 'asked', 'approved', 'confirmed', 'left', 'covered', 'school_set', 'opened', 'story', 'file', 'listed', 'searched', 'audited', 'trail', 'exported', 'signed_in', 'sign_in_failed', 'locked_out', 'refused'])), name='line_kind_is_known'),
        ),
        migrations.AddField(
            model_name='categorysorting',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='categorysorting',
            name='concern',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sortings', to='concerns.concern'),
        ),
        migrations.AddField(
            model_name='categorysorting',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='concern',
            name='sorting',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.categorysorting'),
        ),
        migrations.AddField(
            model_name='sortedcategory',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddField(
            model_name='sortedcategory',
            name='sorting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='concerns.categorysorting'),
        ),
        migrations.AddIndex(
            model_name='categorysorting',
            index=models.Index(fields=['concern', 'id'], name='sortings_in_order'),
        ),
        migrations.AddIndex(
            model_name='sortedcategory',
            index=models.Index(fields=['category', 'sorting'], name='sortings_by_category'),
        ),
        migrations.AddConstraint(
            model_name='sortedcategory',
            constraint=models.UniqueConstraint(fields=('sorting', 'category'), name='sorted_once'),
        ),
        migrations.AddConstraint(
            model_name='sortedcategory',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ['neglect', 'emotional', 'physical', 'sexual', 'child_on_child', 'cse', 'cce', 'violence', 'slavery', 'domestic', 'fgm', 'forced_marriage', 'radicalisation', 'online', 'bullying', 'self_harm', 'mental_health', 'eating', 'substance', 'missing', 'absence', 'home_education', 'private_fostering', 'young_carer', 'parental', 'housing', 'faith', 'fabricated', 'pregnancy', 'physical_intervention', 'long_ago', 'unsorted'])), name='sorted_category_is_known'),
        ),
    ]
