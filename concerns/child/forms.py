"""This file knows what somebody types to find a child, or words that were written of one."""

from django.core.exceptions import ValidationError

from concerns.asking.asked import Asked, Words
from concerns.asking.govuk import Buttons, Press, Question, inside
from concerns.rules.names import folded

LONGEST = 200
TOO_LONG = f"That is longer than {LONGEST} characters. Write a name, or a few words."
NO_WORD = "There is no letter or figure in that to look for. Write a name, or a word."
HINT = (
    "All or part of a child's name, in any order; or words that somebody wrote. Several words find "
    "what has all of them."
)


class SearchForm(Asked):
    words = Words(
        "A name, or words", line=True, needed="Write a name, or words to look for", help_text=HINT
    )
    helper = inside(Question("words", size="m"), Buttons(Press("Search")))

    def clean_words(self) -> str:
        typed = self.cleaned_data["words"]
        if len(typed) > LONGEST:
            raise ValidationError(TOO_LONG)
        if not folded(typed):
            raise ValidationError(NO_WORD)
        return typed
