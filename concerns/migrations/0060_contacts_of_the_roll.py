"""Adds the contacts that a roll file gives of a child, and of how many a file changed them."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0052_governor_for_safeguarding"),
    ]

    operations = [
        migrations.AddField(
            model_name='rollfile',
            name='contacts',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='RollContact',
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
                ('priority', models.PositiveSmallIntegerField(default=0)),
                ('name', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('relation', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('telephones', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('email', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('address', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('responsibility', models.CharField(max_length=10)),
                ('lives_with', models.CharField(max_length=10)),
                ('no_contact', models.BooleanField(default=False)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='concerns.child')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['school'], name='roll_contacts_now')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('over_at', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('over_at__isnull', False)), _connector='OR'), name='rollcontact_ends_whole'), models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='rollcontact_begins_then_ends'), models.CheckConstraint(condition=models.Q(('lives_with__in', ['yes', 'no', 'not_known']), ('responsibility__in', ['yes', 'no', 'not_known'])), name='roll_contact_answers_are_known')],
            },
        ),
    ]
