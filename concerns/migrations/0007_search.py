import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was written before waits to be made findable: `manage.py findable`."""

    dependencies = [
        ('concerns', '0003_adult'),
    ]

    operations = [
        migrations.CreateModel(
            name='WordKey',
            fields=[
                ('pk', models.CompositePrimaryKey('school', 'token', 'concern', blank=True, editable=False, primary_key=True, serialize=False)),
                ('school', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school')),
                ('token', models.IntegerField()),
                ('concern', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.concern')),
            ],
        ),
        # False for every row there is, True for every row to come.
        migrations.AddField(
            model_name='concern',
            name='findable',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='concern',
            name='findable',
            field=models.BooleanField(default=True),
        ),
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(condition=models.Q(('findable', False)), fields=['school', 'id'], name='not_findable_yet'),
        ),
        migrations.RemoveConstraint(
            model_name='line',
            name='line_kind_is_known',
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['submitted', 'added', 'set_aside', 'told', 'taken', 'handed', 'decided', 'reviewed', 'closed', 'reopened', 'told_reporter', 'spoke', 'sent', 'answered', 'viewed_answer', 'withdrawn', 'excluded', 'corrected', 'step_done', 'roll_read', 'roll_brought', 'roll_answered', 'staff_brought', 'password_set', 'school_set', 'opened', 'story', 'listed', 'searched', 'audited', 'trail', 'exported', 'refused'])), name='line_kind_is_known'),
        ),
    ]
