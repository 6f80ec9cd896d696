"""Classification: linear models of class probabilities."""
