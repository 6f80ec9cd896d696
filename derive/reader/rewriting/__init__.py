"""Documents rewritten before they are read: spellings, sums with dots, densities and events by their formulas."""
