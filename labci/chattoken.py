"""What acts on a model that reads it: control tokens of chat templates, orders to forget what it was told."""

from __future__ import annotations

import re
from typing import Final

# ChatML and Llama 3, then Llama 2 and Mistral, then Gemma.
CHAT_TOKEN: Final = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>")

# An order has its verb in front of a sentence, or behind what urges: "a crew may override earlier orders" is none.
URGED = r"(?:(?:^|[.!?:;,\"“”'‘’(\[<>*#\n-])[^\S\n]{0,8}|\b(?:please|now|then|and|must|should|to|just|simply|kindly) )"
FORGET = r"(?:ignore|disregard|forget|override|bypass|discard)"
BEFORE = r"(?:previous|prior|earlier|preceding|above|initial|original|foregoing|former|system)"
# Not "the original programming of the timer", nor "your training partner".
ORDERS = (
    r"(?:(?:instructions?|rules|prompts?|guidelines|directives|restrictions|programming|constraints)\b(?! of\b)"
    r"|training\b(?! (?!and\b|or\b|but\b)\w))"
)
FILLING = r"(?:of|that|the|was|is|has|been|stands|I|we|they|said|written|told|given)"
LEARNED = r"(?:know|were told|(?:have )?learned|have been (?:told|taught|given))"
MACHINE = r"(?:(?:AI|LLM|DAN|chat ?bot|bot|language model)\b)"
# Not "an assistant to the mayor", and no "model citizen".
ROLE = rf"(?:{MACHINE}|(?:assistant|model)(?= (?:that|which|who|with|without|called|named|and)\b|[^\w\s]|\s*$))"
QUALITY = r"(?:(?!(?:to|in|on|at|of|the|with|connected|ready)\b)[\w-]+,? )"
BIDDEN = r"(?:you|ignore|forget|reply|answer|respond|say|output|print|write|act|from now|always|do not)"
CANARIES: Final = (
    r"\b(?:ignore|disregard) (?:all|any|the|previous|above|prior)\b",
    r"\bas an ai\b",
    r"\bsystem prompt\b",
    rf"{URGED}{FORGET} (?:\w+ ){{0,3}}?(?:your|{BEFORE}) (?:\w+ ){{0,2}}?{ORDERS}",
    rf"{URGED}{FORGET} (?:everything|anything|all|what(?:ever)?)(?: {FILLING})*"
    rf" (?:above(?! (?:the|an?|\d+)\b)|before (?:this|now)|previously|earlier|so far|you {LEARNED})\b",
    rf"{URGED}(?:do not|don['’]t|stop|never) (?:follow(?:ing)?|obey(?:ing)?) (?:your|the {BEFORE}|any {BEFORE})"
    rf" (?:\w+ )?{ORDERS}",
    rf"\byou are now (?:an? |the )?{QUALITY}{{0,4}}?{ROLE}",
    rf"\b(?:pretend (?:that )?you are|pretend to be|act as|from now on,? you are) (?:an? |the )?{QUALITY}{{0,4}}?"
    rf"{MACHINE}\b",
    r"(?:(?:^|[.!?\n#*>])[^\S\n]{0,8}new system |\byour new (?:system )?)(?:instructions?|directives?|prompt) ?:",
    rf"(?:^|[.!?\n#*>])[^\S\n]{{0,8}}new (?:instructions?|directives?|prompt) ?: ?(?={BIDDEN}\b)",
    r"\b(?:reveal|repeat|print|output|show|tell|leak|disclose)(?: \w+)? your (?:(?!shell|command|login)\w+ )?"
    rf"(?:prompt|{BEFORE} instructions)\b",
)
CANARY: Final = re.compile("|".join(CANARIES), re.IGNORECASE)


def unsafe(text: str) -> str:
    """Why a text is no data, whoever wrote it: a chat token, or an injected instruction; else ""."""
    if CHAT_TOKEN.search(text):
        return "special-token"
    return "injected" if CANARY.search(text) else ""
