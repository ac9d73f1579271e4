"""Reading files of rows, and making CSV files, prints and charts. Builds no pages and no forms."""
