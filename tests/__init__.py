"""The tests. A folder of theirs is a package where its modules share what is dear to build: a fixture of that scope."""
