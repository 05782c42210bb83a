"""Closed-class words of English and helpers to read them: what the rule-based blocks know of the language.

Open classes (nouns, names, most verbs) can't be listed; the blocks look at what stands around them.
"""

from __future__ import annotations

import re
from typing import Final

ARTICLES: Final = frozenset(["a", "an", "the"])
DETERMINERS: Final = ARTICLES | frozenset(
    ["this", "that", "these", "those", "each", "every", "some", "any", "no", "its", "his", "her", "their", "our", "your", "my", "another", "both", "all"]
)
PREPOSITIONS: Final = frozenset(
    ["of", "in", "on", "at", "by", "for", "with", "from", "to", "into", "onto", "over", "under", "above", "below", "between", "among", "through", "during", "before", "after", "about", "against", "along", "around", "behind", "beside", "besides", "beyond", "across", "near", "off", "out", "outside", "inside", "since", "until", "till", "upon", "within", "without", "towards", "toward", "per", "than", "as", "like", "despite", "except", "via", "up", "down", "past"]
)
CONJUNCTIONS: Final = frozenset(["and", "or", "but", "nor", "so", "yet", "because", "although", "though", "while", "when", "where", "if", "unless", "whether"])
PRONOUNS: Final = frozenset(
    ["i", "you", "he", "she", "it", "we", "they", "me", "him", "us", "them", "who", "whom", "whose", "which", "what", "that", "this", "these", "those", "there", "here", "himself", "herself", "itself", "themselves", "nobody", "everybody", "nothing", "everything", "anyone", "someone", "anything", "something"]
)
AUXILIARIES: Final = frozenset(
    ["is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "having", "do", "does", "did", "can", "could", "may", "might", "must", "shall", "should", "will", "would", "cannot"]
)
COPULAS: Final = frozenset(["is", "are", "was", "were", "be", "been", "became", "becomes", "become", "means", "mean"])
ADVERBS: Final = frozenset(
    ["not", "never", "always", "often", "only", "also", "just", "even", "still", "already", "again", "soon", "then", "now", "once", "twice", "today", "usually", "mostly", "mainly", "nearly", "almost", "about", "exactly", "very", "too", "more", "most", "less", "least", "rather", "quite", "first", "finally", "later", "earlier", "ago", "away", "back", "early", "late", "together", "alone", "apart", "instead", "therefore", "however", "thus", "hence", "well"]
)
VERBS: Final = frozenset(
    ["called", "named", "known", "made", "built", "used", "held", "kept", "given", "taken", "found", "founded", "opened", "closed", "began", "begins", "start", "starts", "started", "end", "ends", "ended", "lies", "lie", "lay", "stands", "stand", "stood", "rises", "rise", "rose", "flows", "flow", "takes", "take", "took", "gives", "give", "gave", "holds", "hold", "keeps", "keep", "carries", "carry", "carried", "costs", "cost", "weighs", "weigh", "lasts", "last", "lasted", "leaves", "leave", "left", "comes", "come", "came", "goes", "go", "went", "runs", "run", "ran", "lives", "live", "lived", "makes", "make", "uses", "use", "needs", "need", "needed", "shows", "show", "showed", "says", "say", "said", "tells", "tell", "told", "brings", "bring", "brought", "grows", "grow", "grew", "serves", "serve", "served", "works", "work", "worked", "pays", "pay", "paid", "buys", "buy", "bought", "sells", "sell", "sold", "wears", "wear", "wore", "nests", "nest", "counted", "counts", "count", "drops", "drop", "dropped", "reads", "read", "covers", "cover", "covered", "lands", "land", "landed", "boils", "boil", "supplies", "supply", "supplied", "climbs", "climb", "wait", "let", "put", "place", "push", "pull", "turn", "lay", "fill", "fold", "close", "open", "fix", "scrub", "grease", "press", "stays", "stay", "stayed", "wanted", "want", "wants", "answers", "answer", "belongs", "belong", "consists", "consist", "contains", "contain", "includes", "include", "forms", "form", "receives", "receive", "sends", "send", "sent", "draws", "draw", "produces", "produce", "replaced", "replaces", "replace", "lost", "loses", "lose", "won", "wins", "win", "wrote", "write", "writes", "died", "dies", "die", "born", "married", "moved", "moves", "move", "became", "become", "meets", "meet", "met", "sits", "sit", "sat", "hangs", "hang", "hung", "blows", "blow", "blew", "eats", "eat", "ate", "sets", "set", "begun", "rings", "ring", "rang", "measures", "measure", "reaches", "reach", "reached", "feeds", "feed", "fed", "joins", "join", "joined", "crosses", "cross", "crossed", "guided", "guide", "guides", "forbids", "forbid", "allows", "allow", "allowed", "requires", "require", "required", "painted", "designed", "written", "printed", "planted", "brought", "shaped", "tied", "float", "floats", "happens", "happen", "gets", "get", "got", "calls", "call", "opens", "closes", "soak", "squirts", "crack", "cracks", "falls", "fall", "fell", "lights", "holding", "raised", "fitted", "failed", "blown", "pressed", "sorted", "buried", "changed", "tightened", "means", "mean", "drops"]
)
NOUNS_TOO: Final = frozenset(  # of VERBS: inside a noun phrase they are read as nouns
    ["ring", "rings", "press", "pull", "push", "place", "answer", "answers", "call", "calls", "cost", "count", "cover", "drop", "work", "works", "form", "need", "use", "uses", "turn", "set", "float", "fix", "climb", "grease", "land", "stand", "stop", "start", "end", "draw", "show", "run", "rest", "lights", "nest", "nests", "cross", "feed", "pay", "sort"]
)
MODALS: Final = frozenset(["can", "could", "may", "might", "must", "shall", "should", "will", "would", "cannot", "to"])
NUMBER_WORDS: Final = frozenset(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "dozen", "half"]
)
ORDINALS: Final = frozenset(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "last"])
MONTHS: Final = frozenset(
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
)
DAYS: Final = frozenset(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
QUESTION_WORDS: Final = frozenset(["what", "which", "who", "whom", "whose", "when", "where", "why", "how"])
FUNCTION: Final = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | PRONOUNS | AUXILIARIES | ADVERBS | QUESTION_WORDS

WORD: Final = re.compile(r"[^\W_]+(?:[.,:/'’\-–&][^\W_]+)*|%|°C?", re.UNICODE)


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Words with their offsets; hyphens, apostrophes and decimal points stay inside a word."""
    return [(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]


def is_number(word: str) -> bool:
    """Whether a word is or begins with a number, in digits or spelt out."""
    return word[0].isdigit() or word.casefold() in NUMBER_WORDS


def is_name(word: str) -> bool:
    """Whether a word looks like (part of) a proper name or a code: a capital, or letters with digits."""
    return word[0].isupper() or (word[0].isalpha() and any(char.isdigit() for char in word))
