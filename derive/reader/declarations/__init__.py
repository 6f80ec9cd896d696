"""What sentences and formulas declare: shapes, facts, laws, sizes, functions, definitions."""
