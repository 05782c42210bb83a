"""What labci knows of the English language: closed classes of words, syntax, the order of words in questions."""
