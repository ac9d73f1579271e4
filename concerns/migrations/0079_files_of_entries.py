"""A file of a concern may have come with a conversation, a meeting or what happened to a referral,
with one of them at most; and is then the leads'. The files that are there came with the concern."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0078_lead_finds_pupil'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='conversation',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='concerns.conversation'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='meeting',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='concerns.meeting'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='referral_event',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='concerns.referralevent'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conversation', None), ('meeting', None), ('referral_event', None)), models.Q(('for_leads', True), models.Q(models.Q(('conversation__isnull', False), ('meeting', None), ('referral_event', None)), models.Q(('conversation', None), ('meeting__isnull', False), ('referral_event', None)), models.Q(('conversation', None), ('meeting', None), ('referral_event__isnull', False)), _connector='OR')), _connector='OR'), name='attachment_came_with_one'),
        ),
    ]
