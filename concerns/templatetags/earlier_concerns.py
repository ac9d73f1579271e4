"""Draws an earlier concern of a child, as it stands beside a newer one, as HTML.

In Python and not in a template, because a page has twelve for each child, and a template takes five
times as many calls for each.
"""

from collections.abc import Iterable

from django import template
from django.template.defaultfilters import truncatewords
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from concerns.reading.child_story import EarlierConcern
from concerns.reading.when_written import written_later_in_words
from concerns.rules.wording import day_in_short
from concerns.rules.words import ChildPart
from concerns.templatetags.identity import link_telephones
from concerns.templatetags.states import state_tag

register = template.Library()

# Words in the line of a row, before it is opened.
WORDS_OF_A_LINE = 18
_ROW = """
<details class="rows__row"><summary><span class="rows__day">{day}</span>
<span class="rows__what">
{writer}{part}{labels}
<span class="rows__line">{line}</span></span></summary>
{entry}
</details>"""
_ENTRY = """
<div class="entry">
<p class="govuk-body"><a class="govuk-link" href="{address}">{reference}</a>,
{when}{part} {state} {later}</p>
<p class="words">{writer}: {words}</p>
{more}
</div>"""
_MORE = '<p class="govuk-body-s">{}: {}</p>'


@register.filter
def draw_story_row(earlier: EarlierConcern) -> SafeString:
    """A row that says when, by whom and what in a line, and opens to all its words."""
    concern = earlier.concern
    labels = earlier.labels_in_force
    return format_html(
        _ROW,
        day=day_in_short(concern.occurred),
        writer=concern.reporter.name,
        part=_part_in_words(earlier),
        labels=format_html(": {}", ", ".join(labels)) if labels else "",
        line=truncatewords(earlier.words_shown, WORDS_OF_A_LINE),
        entry=draw_earlier_concern(earlier),
    )


@register.filter
def draw_earlier_concern(earlier: EarlierConcern) -> SafeString:
    """All its words, with a link to it."""
    concern = earlier.concern
    later = written_later_in_words(concern.occurred, concern.received_at)
    return format_html(
        _ENTRY,
        address=reverse("triage_read", args=[concern.uid]),
        reference=concern.reference,
        when=concern.occurred_in_words,
        part=_part_in_words(earlier),
        state=state_tag(concern.state),
        later=format_html("<br>{}", later) if later else "",
        writer=concern.reporter.name,
        words=link_telephones(earlier.words_shown),
        more=format_html_join("\n", _MORE, _list_labels_and_marks(earlier)),
    )


def _part_in_words(earlier: EarlierConcern) -> str:
    return ", also involved" if earlier.part == ChildPart.INVOLVED else ""


def _list_labels_and_marks(earlier: EarlierConcern) -> Iterable[tuple[str, str]]:
    if earlier.sorted_into:
        yield "Sorted into", ", ".join(earlier.sorted_into)
    if earlier.chosen:
        yield "The writer chose", ", ".join(earlier.chosen)
    for mark in earlier.marks:
        yield "Mark", mark.mark_in_words
