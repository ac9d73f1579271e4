"""This file knows how static files are named: by content, what one script imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    # Without this a module imports its neighbour by the bare name, and a browser may keep the old.
    support_js_module_import_aggregation = True
