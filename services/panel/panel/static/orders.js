// What lists of orders do better with a script.
