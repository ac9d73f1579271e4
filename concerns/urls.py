"""The whole site on one screen: each page, its room, and who it is open to.

The first word of an address is its room. Addresses hold opaque ids, never a name.
"""

from concerns.doors.gate import Open, page
from concerns.people import views as people

urlpatterns = [
    page("", people.home, Open.SIGNED_IN, "home"),
    page("people/where/", people.where, Open.CHOOSING, "people_where"),
    page("people/still-here/", people.still_here, Open.CHOOSING, "people_still_here"),
]
