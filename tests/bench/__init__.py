"""The bench (`make bench`): made-up schools of many sizes, and what each page costs in them."""
