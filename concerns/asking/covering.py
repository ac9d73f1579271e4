"""This file knows what is asked before a print with no other child in it is made."""

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
        """The form as it was sent, and what a print is made with: the names that are to stay in it,
        and what else is covered."""
        form = cls(Typed.of(dict(request.POST.lists())))
        given = {"also": form.data.get("also", ""), "shown": request.POST.getlist("show")}
        return form, {"made": request.method == "POST", **given}
