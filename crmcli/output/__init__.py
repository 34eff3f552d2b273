"""Everything the program prints: the sink, the formats, the table, and what makes a stranger's text harmless."""
