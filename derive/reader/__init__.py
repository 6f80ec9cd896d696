"""From documents to mathematics: sources, tokens, macros, blocks, relations, and the typed reader."""
