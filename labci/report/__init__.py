"""What people see: renderers of results as text, JSON and Markdown. They read artifacts and compute nothing new."""
