"""Offers a page only to a viewer who may open it. The gate decides, by the row of `urls.py`."""

from django import template
from django.template import Context

from concerns.doors.gate import address_if_open

register = template.Library()


@register.simple_tag(takes_context=True)
def page_if_open(context: Context, name: str, *args: object) -> str:
    """The address of the page called `name`; "" if the viewer may not open it."""
    return address_if_open(context["viewer"], name, *args)
