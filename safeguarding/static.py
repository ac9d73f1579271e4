"""Static files get a hash of their content in their name, also where scripts import each other."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    # Otherwise a script imports another by its plain name, and a browser may use an old copy.
    support_js_module_import_aggregation = True
