"""Names are found within one school, and by how they sound."""

from itertools import islice

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from concerns.rules.name_sounds import name_sound_keys

BATCH = 500
NAMES = ("forename", "surname", "known_as")


def set_schools(apps, schema_editor):
    schools = apps.get_model("concerns", "Child").objects.filter(pk=OuterRef("child_id"))
    keys = apps.get_model("concerns", "NameKey").objects.all()
    keys.update(school_id=Subquery(schools.values("school_id")))


def add_sounds(apps, schema_editor):
    """The sounds of every name that a child has or had."""
    key = apps.get_model("concerns", "NameKey")
    for model, child in (("Child", "pk"), ("ChildName", "child_id")):
        rows = apps.get_model("concerns", model).objects.order_by("pk")
        found = (
            key(school_id=school, child_id=pk, word=word)
            for pk, school, *names in rows.values_list(child, "school_id", *NAMES).iterator()
            for word in sorted(name_sound_keys(*names))
        )
        while some := list(islice(found, BATCH)):
            key.objects.bulk_create(some, ignore_conflicts=True)


def drop_sounds(apps, schema_editor):
    """Only a code of a sound has a colon: all else is folded."""
    apps.get_model("concerns", "NameKey").objects.filter(word__contains=":").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("concerns", "0034_draft_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="namekey",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="concerns.school",
            ),
        ),
        migrations.RunPython(set_schools, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="namekey",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="concerns.school",
            ),
        ),
        migrations.RemoveConstraint(model_name="namekey", name="name_word_once"),
        migrations.AddConstraint(
            model_name="namekey",
            constraint=models.UniqueConstraint(
                fields=("school", "word", "child"),
                name="name_word_once_in_school",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
            ),
        ),
        migrations.RunPython(add_sounds, drop_sounds),
    ]
