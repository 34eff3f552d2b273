"""Shell completion: `tree` reads the commands, `tables` writes them into the scripts, `answer` gives the names."""
