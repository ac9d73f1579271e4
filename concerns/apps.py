"""App configuration: restores the append-only triggers after migrations, checks them at start."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class ConcernsConfig(AppConfig):
    name = "concerns"
    label = "concerns"

    def ready(self):
        from concerns.models.base import append_only

        # The project's only signal: a migration may drop a trigger, so each one restores them all.
        post_migrate.connect(append_only.after_migrate, sender=self)
        checks.register(append_only.check_triggers_present, checks.Tags.database)
