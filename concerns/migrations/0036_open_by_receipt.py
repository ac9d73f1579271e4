"""Open concerns are found in the order in which they were received."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0035_name_sounds'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['school', 'received_at', 'id'], name='open_by_receipt'),
        ),
    ]
