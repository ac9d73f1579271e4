"""Gives seven models plainer names. Their tables keep theirs: encrypted text is bound to its table's name."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('concerns', '0022_last_push'),
    ]

    operations = [
        migrations.AlterModelTable(name='beat', table='concerns_beat'),
        migrations.RenameModel(old_name='Beat', new_name='Heartbeat'),
        migrations.AlterModelTable(name='trouble', table='concerns_trouble'),
        migrations.RenameModel(old_name='Trouble', new_name='RoundFailure'),
        migrations.AlterModelTable(name='lastpush', table='concerns_lastpush'),
        migrations.RenameModel(old_name='LastPush', new_name='EscalationProgress'),
        migrations.AlterModelTable(name='line', table='concerns_line'),
        migrations.RenameModel(old_name='Line', new_name='LedgerLine'),
        migrations.AlterModelTable(name='linewords', table='concerns_linewords'),
        migrations.RenameModel(old_name='LineWords', new_name='LedgerLineWords'),
        migrations.AlterModelTable(name='asked', table='concerns_asked'),
        migrations.RenameModel(old_name='Asked', new_name='StaffChangeRequest'),
        migrations.AlterModelTable(name='answer', table='concerns_answer'),
        migrations.RenameModel(old_name='Answer', new_name='StaffChangeAnswer'),
    ]
