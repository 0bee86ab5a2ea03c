"""The nouns of the command line, a file each."""
