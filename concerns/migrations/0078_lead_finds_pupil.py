"""A lead who has found a pupil nobody could find is an answer of its own: "found"."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0077_invitation_batches'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='rollquestion',
            name='answered_with_an_answer',
        ),
        migrations.AddConstraint(
            model_name='rollquestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(('answer__in', ['still_here', 'left', 'not_known', 'found']), ('answered_at__isnull', False)), _connector='OR'), name='answered_with_an_answer'),
        ),
    ]
