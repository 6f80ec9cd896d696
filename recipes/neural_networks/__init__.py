"""Neural networks: activations and backpropagation."""
