"""One machine plays the forge: a box and its runner, people with keys, and the demo."""
