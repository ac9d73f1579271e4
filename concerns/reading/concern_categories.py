"""The rule for the category of a concern: a lead's, or its writer's where no lead sorted it.

`in_categories` of `models/base/reader_part.py` is the same for whoever reads a part of categories;
a test holds the two together.
"""

from django.db.models import Exists, OuterRef, Q

from concerns.models.concern.category_sorting import SortedCategory
from concerns.models.concern.concern import ConcernCategory


def in_category(category: str) -> Q:
    """Whether a lead sorted a concern into `category`; or its writer chose it, where no lead has
    yet. For a query of concerns."""
    leads = SortedCategory.objects.filter(sorting=OuterRef("sorting"), category=category)
    writers = ConcernCategory.objects.filter(concern=OuterRef("pk"), category=category)
    return Q(Exists(leads)) | Q(Exists(writers), sorting__isnull=True)
