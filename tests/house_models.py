"""What every model must have, and which models are excused from what, and why."""

from django.db import models
from django.db.models import PROTECT

# What every model must have; one about a concern or a child must have `visible_to` too.
PROMISES = ("uid", "school")
ROLLS = "the office keeps the roll, and it says nothing of any concern"
EXCUSED: dict[tuple[str, str], str] = {
    ("Authority", "school"): "an authority serves many schools",
    ("School", "school"): "it is the school",
    ("Term", "uid"): "a day of the calendar, on no page by itself",
    ("Closure", "uid"): "a day of the calendar, on no page by itself",
    ("Person", "school"): "somebody may work in several schools: their posts say in which",
    ("NameKey", "uid"): "a word of an index, on no page",
    ("WordKey", "uid"): "a word of an index, on no page",
    ("EarlierLineWord", "uid"): "a word of an index, on no page",
    ("EarlierLineWord", "visible_to"): "it is reached only through its line, which is scoped",
    ("NameKey", "visible_to"): ROLLS,
    ("Enrolment", "visible_to"): ROLLS,
    ("Placement", "visible_to"): ROLLS,
    ("RollCorrection", "visible_to"): ROLLS,
    ("RollQuestion", "visible_to"): ROLLS,
    ("Relation", "visible_to"): "the office keeps families; what they shut out is asked of it",
    ("StaffChangeRequest", "visible_to"): "a matter of the staff, for the office and the head",
    ("ReaderPart", "visible_to"): "of a post or of its request: for the leads and the head",
    ("Heartbeat", "uid"): "one row, on no page by itself",
    ("Heartbeat", "school"): "one clock for the whole installation",
    ("EscalationProgress", "uid"): "how far a round came with one step, on no page",
    ("EscalationProgress", "visible_to"): "read by the round alone",
    ("ChildName", "visible_to"): ROLLS,
    ("Notice", "visible_to"): "whom it tells is in it; why.html shows who was told of a step seen",
    ("ReadingQuestion", "visible_to"): "for whoever was asked; the head is shown its files alone",
    ("ReadingQuestionFile", "visible_to"): "`shown_to_head` leaves out what a head may not see",
    ("FileEvent", "visible_to"): "it is reached only through its file, which is scoped",
}


def broken_promises(found, excused) -> list[str]:
    """What the models in `found` lack, and which excuses nobody needs."""
    broken = {one for model in found for one in _broken(model)}
    wrong = [f"{name}: {what}" for name, what in sorted(broken - excused.keys())]
    idle = [f"{name}: {what} needs no excuse" for name, what in sorted(excused.keys() - broken)]
    return wrong + idle


def _broken(model):
    name = model.__name__
    fields = model._meta.get_fields()
    have = {field.name for field in fields}
    yield from ((name, promised) for promised in PROMISES if promised not in have)
    for field in fields:
        if isinstance(field, models.ManyToManyField):
            yield name, f"{field.name} leads to many, and protects none"
        elif getattr(getattr(field, "remote_field", None), "on_delete", PROTECT) is not PROTECT:
            yield name, f"{field.name} does not protect"
    if _of_a_case(model) and not _scoped(model):
        yield name, "visible_to"


def _of_a_case(model) -> bool:
    """Whether it refers to something that only some people may see."""
    keys = [field for field in model._meta.get_fields() if isinstance(field, models.ForeignKey)]
    return any(_scoped(key.related_model) for key in keys)


def _scoped(model) -> bool:
    return hasattr(getattr(model, "objects", None), "visible_to")
