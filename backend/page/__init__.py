"""A page of HTML that needs nothing beside itself: its frame and look, tables, drawings and pictures."""
