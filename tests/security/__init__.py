"""Headers, cookies, forms."""
