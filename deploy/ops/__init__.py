"""The `esteira` command: look into the belt, replay, rebuild, and find out what is wrong."""
