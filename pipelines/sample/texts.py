"""Lists what the fictional companies and people say: our own sentences, each cause named by one ordinary phrase.

A cause post holds one sentence of `CAUSES` and thereby its phrase; no other sentence here holds any cause's phrase.
"""

from __future__ import annotations

CAUSES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("poverty", "No household in our town should live in poverty, so we doubled the winter fund."),),
    2: (
        ("food bank", "Our vans brought 400 crates to the Lower Wobbleton food bank this month."),
        ("hunger", "A warm lunch for every pupil: our kitchens work against hunger in five villages."),
    ),
    3: (
        ("mental health", "Two paid days a year for mental health are now part of every contract here."),
        ("public health", "We opened our canteen to the public health nurses of Upper Fiddling."),
    ),
    4: (
        ("scholarship", "Applications for the Mumble Valley scholarship open on Monday, for twelve places."),
        ("literacy", "Reading hour on Thursdays: our volunteers support adult literacy at the old library."),
    ),
    5: (
        ("gender equality", "Half of our foremen are women now, one step towards gender equality on every shift."),
        ("gender pay gap", "We publish our gender pay gap a month early and say what we do about it."),
    ),
    6: (
        ("clean water", "Three new pumps bring clean water to the hamlets beyond the moor."),
        ("sanitation", "With the parish we are paying for sanitation at the allotments."),
    ),
    7: (
        ("renewable energy", "From this week our ovens run on renewable energy from dusk till dawn."),
        ("solar power", "The roof of hall three now makes solar power for the whole packing line."),
    ),
    8: (
        ("living wage", "Everyone on our floor earns the living wage, and so does every cleaner we hire."),
        ("modern slavery", "Our buyers walked 60 farms this year to look for signs of modern slavery."),
    ),
    10: (("racial justice", "We asked our suppliers what racial justice means to them and print their answers."),),
    11: (
        ("affordable housing", "The old depot becomes affordable housing: 40 flats, finished next spring."),
        ("public transport", "Public transport to the early shift is free for all who work with us."),
    ),
    12: (
        ("recycling", "Recycling of our tins reached 81 per cent, and the lids follow in autumn."),
        ("food waste", "We cut food waste on line two by a third and show the scales to prove it."),
    ),
    13: (
        ("climate change", "What climate change does to our orchards, told by the people who prune them."),
        ("carbon emissions", "Our carbon emissions fell by 9 per cent; the boiler house was the hard part."),
        ("net zero", "Our path to net zero, year by year, with the years in which we fell behind."),
    ),
    14: (("marine conservation", "We fund two boats for marine conservation off the Gribble Sands."),),
    15: (
        ("biodiversity", "Eleven hedges planted for biodiversity along the mill path."),
        ("deforestation", "No palm oil from deforestation: here is the map of every mill we buy from."),
    ),
    16: (
        ("human rights", "Our human rights report names the four places where we still fall short."),
        ("anti-corruption", "Anti-corruption training is no film here: three hours, a teacher, hard questions."),
    ),
}
"""By the number of the SDG: pairs of a phrase and the sentence that holds it."""

PHRASES: tuple[str, ...] = tuple(phrase for pairs in CAUSES.values() for phrase, _ in pairs)
"""Every phrase for a cause that companies and people use."""

SECTORS: dict[str, tuple[str, ...]] = {
    "Food and Drink": ("Biscuits", "Soups", "Preserves", "Teas", "Pickles", "Cordials"),
    "Household Goods": ("Teapots", "Brooms", "Candles", "Umbrellas", "Ladders", "Cushions"),
    "Toys and Games": ("Kites", "Marbles", "Puzzles", "Puppets", "Yo-Yos", "Rattles"),
}

ORDINARY = (
    "New this week: {goods} in tins the size of a hat box.",
    "Which shelf do you keep our {goods} on? Ours is the third from the top.",
    "The making of {goods}, in nine seconds and one sneeze.",
    "{goods} and rain: a fine afternoon at the seaside, café included.",
    "Back by popular request: the blue box of {goods}.",
    "Our window on Marrow Street is ready. Come and look at the {goods}.",
    "Three ways to wrap {goods}, none of them quick.",
    "Monday morning, first batch of {goods}, all of them crooked ✨",
    "A customer drew our {goods} from memory. We have hung it in the hall.",
    "The weekend offer on {goods} ends when the bell rings.",
)
OPENERS = ("", "", "News from the works: ", "A small step ✨ ", "Slowly but surely: ", "As promised: ")
CORRECTION = " (An earlier version had a slip of the pen.)"
THREAD = "And one more thing about the above: the door is open until five."
SHARED = "Seen today, and worth your time. {sentence}"
LINK_LEAD = " Read on: "
MENTION_LEAD = " Photo by "
TAGS = ("FromTheWorks", "MarrowStreet", "CrookedButOurs")

QUESTIONS = (
    "Where can I buy these in Upper Fiddling?",
    "Do you still make the green ones?",
    "When does the shop on Marrow Street open?",
    "My box came with the lid missing, can you send another?",
)
CAUSE_QUESTIONS = ("How do you measure what you do about {phrase}?", "What will you do next about {phrase}?")
CAUSE_REMARKS = ("Good to read something about {phrase} here.", "More about {phrase}, please.")
SMALL_TALK = (
    "Lovely picture.",
    "My aunt has one of these.",
    "This made my morning ☕",
    "Saw your van yesterday.",
    "Ours is the second shelf.",
    "Ha, crooked indeed.",
)
ANSWERS = (
    "Thanks for writing. It is at the counter from Monday.",
    "Good point, we have passed it on and will write again on Friday.",
    "You will find it on page four of the booklet, with a drawing.",
    "Sorry about that. A new one is in the post.",
)
THANKS = ("Thank you, that helps.", "Splendid, thanks.", "Oh good.")
