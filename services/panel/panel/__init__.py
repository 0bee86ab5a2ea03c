"""What operators see and ask for: the tabs, the API, the commands."""
