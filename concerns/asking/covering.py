"""The form shown before a print is made in which other children's names are redacted."""

from concerns.asking.asked import Asked, Typed, Words
from concerns.asking.govuk import Buttons, Press, Question, inside


class CoverForm(Asked):
    also = Words(
        "Other words to cover, each on a line",
        help_text="A nickname, a misspelt name, the name of another child's parent.",
    )
    helper = inside(Question("also", rows=3), Buttons(Press("Make the print")))

    @classmethod
    def read(cls, request) -> tuple["CoverForm", dict]:
        """The form as sent, and the arguments of the print.

        Those are `made` (whether it was sent), `shown` (names not to redact) and `also` (other
        words to redact, one on each line).
        """
        form = cls(Typed.of(dict(request.POST.lists())))
        given = {"also": form.data.get("also", ""), "shown": request.POST.getlist("show")}
        return form, {"made": request.method == "POST", **given}
