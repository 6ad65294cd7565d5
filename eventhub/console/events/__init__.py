"""Making an event: from a template, from another event, and what it still lacks."""
