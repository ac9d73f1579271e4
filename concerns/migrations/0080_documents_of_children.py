"""Documents in a child's file that belong to no concern, with their files."""

import concerns.models.base.encrypted_text
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0079_files_of_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChildDocument',
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
                ('kind', models.CharField(max_length=16)),
                ('title', concerns.models.base.encrypted_text.EncryptedText(blank=True, default=b'')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='concerns.child')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DocumentFile',
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
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='concerns.childdocument')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='concerns.school')),
            ],
        ),
        migrations.AddIndex(
            model_name='childdocument',
            index=models.Index(fields=['child', '-began_at', '-id'], name='documents_newest'),
        ),
        migrations.AddConstraint(
            model_name='childdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('over_at', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('over_at__isnull', False)), _connector='OR'), name='childdocument_ends_whole'),
        ),
        migrations.AddConstraint(
            model_name='childdocument',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='childdocument_begins_then_ends'),
        ),
        migrations.AddConstraint(
            model_name='childdocument',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['court_order', 'earlier_school', 'letter', 'report', 'plan', 'health', 'other'])), name='document_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='documentfile',
            index=models.Index(fields=['document', 'id'], name='files_of_a_document'),
        ),
        migrations.AddConstraint(
            model_name='documentfile',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['', 'pdf', 'word', 'old_word', 'odf', 'jpeg', 'png', 'heic', 'text', 'email', 'outlook'])), name='document_file_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='documentfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('missing__in', ['empty', 'large', 'many', 'kind', 'mismatch', 'unpacks', 'macros', 'picture', 'cut', 'virus', 'not_scanned']), ('content__isnull', True), ('digest', ''), ('size', 0)), models.Q(('missing', ''), models.Q(('kind', ''), _negated=True), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='document_file_is_kept_or_missing'),
        ),
    ]
