"""A concern about a child: its words, children, marks, exclusions, drafts and later entries."""
