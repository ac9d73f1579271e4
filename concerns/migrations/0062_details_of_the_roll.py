"""Adds what a roll file says of a child beside name, class and contacts, and the kind of identifier."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0061_surname_used'),
    ]

    operations = [
        migrations.CreateModel(
            name='RollDetail',
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
                ('kind', models.CharField(max_length=20)),
                ('words', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='child',
            name='identifier_kind',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(condition=models.Q(('identifier', ''), _negated=True), fields=['identifier'], name='child_by_identifier'),
        ),
        migrations.AddConstraint(
            model_name='child',
            constraint=models.CheckConstraint(condition=models.Q(('identifier_kind', ''), models.Q(models.Q(('identifier', ''), _negated=True), ('identifier_kind__in', ['nhs'])), _connector='OR'), name='identifier_kind_is_known'),
        ),
        migrations.AddField(
            model_name='rolldetail',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rolldetail',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='rolldetail',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rolldetail',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddIndex(
            model_name='rolldetail',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['school'], name='roll_details_now'),
        ),
        migrations.AddConstraint(
            model_name='rolldetail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('over_at', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('over_at__isnull', False)), _connector='OR'), name='rolldetail_ends_whole'),
        ),
        migrations.AddConstraint(
            model_name='rolldetail',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='rolldetail_begins_then_ends'),
        ),
        migrations.AddConstraint(
            model_name='rolldetail',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sex', 'ethnicity', 'religion', 'first_language', 'interpreter', 'address', 'gp', 'former_upn', 'sen', 'ehcp', 'looked_after', 'young_carer', 'pupil_premium', 'free_meals'])), name='roll_detail_is_known'),
        ),
        migrations.AddConstraint(
            model_name='rolldetail',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('child', 'kind'), name='roll_detail_once'),
        ),
    ]
