"""General items: items.jsonl for the gate and the development set, replay.jsonl for training; they share none."""
