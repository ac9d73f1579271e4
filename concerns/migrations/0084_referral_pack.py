"""What leads write of a child that agencies ask for; whether parents agree to a referral."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0083_going_home_not_asked'),
    ]

    operations = [
        migrations.CreateModel(
            name='LeadDetail',
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
        migrations.RemoveConstraint(
            model_name='adultfact',
            name='adult_fact_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='rolldetail',
            name='roll_detail_is_known',
        ),
        migrations.AddField(
            model_name='conversation',
            name='consent',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='adultfact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['telephone', 'born', 'fact'])), name='adult_fact_is_known'),
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(('consent', ''), models.Q(('consent__in', ['given', 'refused', 'not_asked']), ('reached', True), ('spoken_to__in', ['parent', 'child'])), _connector='OR'), name='consent_is_of_family'),
        ),
        migrations.AddConstraint(
            model_name='rolldetail',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sex', 'ethnicity', 'religion', 'disability', 'first_language', 'interpreter', 'address', 'gp', 'former_upn', 'sen', 'ehcp', 'looked_after', 'young_carer', 'pupil_premium', 'free_meals'])), name='roll_detail_is_known'),
        ),
        migrations.AddField(
            model_name='leaddetail',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='leaddetail',
            name='child',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='concerns.child'),
        ),
        migrations.AddField(
            model_name='leaddetail',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='leaddetail',
            name='school',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school'),
        ),
        migrations.AddConstraint(
            model_name='leaddetail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('over_at', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('over_at__isnull', False)), _connector='OR'), name='leaddetail_ends_whole'),
        ),
        migrations.AddConstraint(
            model_name='leaddetail',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='leaddetail_begins_then_ends'),
        ),
        migrations.AddConstraint(
            model_name='leaddetail',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['upn', 'nhs_number', 'sex', 'ethnicity', 'religion', 'disability'])), name='lead_detail_is_known'),
        ),
        migrations.AddConstraint(
            model_name='leaddetail',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('child', 'kind'), name='lead_detail_once'),
        ),
    ]
