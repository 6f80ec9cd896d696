"""Information theory: entropies and divergences."""
