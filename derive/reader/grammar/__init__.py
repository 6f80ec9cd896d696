"""The typed grammar: tokens of one formula to an expression, decided by the table of symbols."""
