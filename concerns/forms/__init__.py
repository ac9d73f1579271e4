"""Form fields, layout and questions shared by the forms of every room. Imports no room."""
