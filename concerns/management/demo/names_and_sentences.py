"""The invented names and sentences of the demonstration. None belongs to a real person."""

from concerns.rules.clocks import StepKind

_FORENAMES = (
    "Aaliyah Abdul Ada Adam Aisha Alfie Alice Amara Amelia Amir Anaya Archie Arlo Ava Ayaan Bea "
    "Ben Bilal Callum Cara Chidi Chloe Conor Daisy Dana Daniel Dev Dylan Eden Eleni Elif Eliza "
    "Ella Elsie Emre Ethan Eva Evie Farah Felix Finn Florence Freya George Grace Hamza Hana "
    "Harper Harvey Henry Ibrahim Ikram Imogen Isaac Isla Ivy Jack Jakub Jamal Jasmine Joey Jude "
    "Kai Kasia Khadija Kofi Kyra Layla Leah Leo Lena Lily Logan Lola Luca Lucy Maisie Malik "
    "Maryam Mason Mateo Matilda Maya Mia Milo Mina Mohammed Molly Muna Nadia Nathan Niamh Noah "
    "Nora Nuala Oscar Ottilie Owen Pia Poppy Priya Rafe Reece Reuben Rhys Robyn Roman Rory Rosa "
    "Ruby Saira Sam Samira Sasha Seb Selin Seren Shay Sienna Sofia Stan Tariq Teddy Thea Theo "
    "Tilly Toby Uma Violet Wes Willow Yara Yusuf Zac Zara Zofia"
)
FORENAMES = _FORENAMES.split()
_SURNAMES = (
    "Abbott Adeyemi Ahmed Akhtar Ali Anand Archer Bailey Baker Banerjee Barker Begum Bell "
    "Bennett Bright Brook Byrne Carter Chand Clarke Cole Cooper Cross Daly Dawson Doyle Drury "
    "Duffy Ellis Evans Fallon Farrow Fenn Finch Flynn Fraser Garner Gibbs Grant Gray Greene "
    "Grieve Haddad Hale Harlow Hart Hassan Hayes Hewitt Holt Hughes Hussain Ismail Jarvis Jones "
    "Joyce Kaur Keane Khan Kowalski Lamb Lane Larkin Lowe Lynch Mahmood Marsh Mensah Miah Mills "
    "Moran Moss Murphy Nash Ncube Newton Nowak O'Brien O'Shea Okafor Osei Page Parkin Patel "
    "Payne Peel Perera Pike Pope Quinn Rahman Reid Riley Rowe Saleh Sayed Shah Sharma Shaw "
    "Singh Slater Stone Sutton Tait Tanner Thorne Tran Tully Vale Wade Walsh Webb Weir West "
    "Wilde Wójcik Wren Yates Young Zaman"
)
SURNAMES = _SURNAMES.split()

# What was noticed: kind -> share of entries, ticked categories, sentences. The shares follow the
# mix of an average school. The sentences need no gender, so they have no placeholders for it.
NOTICED = {
    "behaviour": (0.30, ("unsorted",), (
        "Unusually quiet all morning. Sat under the table in art and would not come out until I "
        "sat down too.",
        "Threw a chair in maths, then cried for twenty minutes. Not like this child at all.",
        "Hit a younger child at break. Said 'that is what happens if you don't listen'.",
        "Fell asleep in the carpet session again. Second time this week.",
        "Would not take the coat off in PE and became very upset when asked.",
        "Flinched when the door banged, and asked who was coming.",
    )),
    # As many sentences as above, so that all else of the invented year stays as it is.
    "needs": (0.03, ("special_needs",), (
        "Has stopped using the picture cards since the holiday, and hides when somebody new comes.",
        "The new hearing aid has not been in all week. Home says it hurts; nobody has asked the "
        "clinic.",
        "Was sent home twice at lunch because nobody was free to help. The plan says somebody is.",
        "Cannot tell us in words what is wrong, and pulls at one ear whenever the bus is named.",
        "The medicine that comes in from home is not the one in the care plan.",
        "Rocked under the table all afternoon. The timetable had changed and nobody had said so.",
    )),
    "family": (0.17, ("parental", "domestic"), (
        "Mum was in tears at the gate. She said things are 'difficult at home' and did not want to "
        "say more.",
        "A neighbour told me there had been shouting and the police were at the house on Saturday.",
        "Collected by a man I have not met. The child went with him but looked back twice.",
        "Dad smelled of drink at pick-up. He was steady and polite; an aunt drove.",
        "Said there is 'a new daddy' and that everyone has to be quiet when he sleeps.",
    )),
    "attendance": (0.15, ("absence",), (
        "Four Mondays missed in six weeks. The reasons given are different each time.",
        "Away for five days. The note says stomach bug; the child said they stayed somewhere.",
        "Late every day this week, and came in alone.",
        "Left at 14:00 for a dentist. The dentist's card is for another day.",
    )),
    "injury": (0.14, ("physical",), (
        "A bruise the size of a two-pound coin on the forearm. Said it was from football.",
        "Scratches on the cheek. The child said the cat did it; there has been no talk of a cat.",
        "A red mark behind the ear, seen when hair was tied back for swimming.",
        "Limping, and did not want to say why. No visible mark on the foot.",
    )),
    "care": (0.08, ("neglect",), (
        "The same clothes since Monday and a strong smell. Other children have begun to say so.",
        "No coat again and it was two degrees. We lent one from lost property.",
        "Shoes split at both toes. Said they are the only ones.",
        "Teeth are brown and sore; would not eat the apple.",
    )),
    "told": (0.05, ("physical", "emotional"), (
        "Told me at reading time about being shut in the room when things are loud at home.",
        "Told me that somebody at home 'gets really angry with the belt'. I listened and wrote it "
        "down at once.",
    )),
    "feeling": (0.05, (), (
        "I cannot put my finger on it. Something has changed since half-term.",
        "Just a feeling. The smile goes when home time is mentioned.",
        "Nothing to point at. I would like somebody else to keep an eye open too.",
    )),
    "hunger": (0.03, ("neglect",), (
        "Took food from another child's lunch box and ate it in the toilets.",
        "Asked for thirds at lunch and put bread in a pocket. Said it is for tea.",
    )),
}  # fmt: skip

# What was noticed in the account that is told at the gate (`told_at_the_gate.py`).
AT_THE_GATE = "hunger"

# How its writer knows it, where they did not see it themselves.
HOW_KNOWN = {"told": "child_told", "feeling": "feeling"}
HEARSAY = {NOTICED["family"][2][1]}

# The mark that an account of an injury describes: where, which side, how it looks.
MARKS = {
    NOTICED["injury"][2][0]: ("forearm", "left", "round, fading"),
    NOTICED["injury"][2][1]: ("face", "right", "thin scratches"),
    NOTICED["injury"][2][2]: ("ear", "left", "red"),
}
OWN_WORDS = (
    "I don't like it when he shouts. I go in the cupboard.",
    "You won't tell, will you?",
    "Mum said not to say.",
)
REASONS_LIGHT = (
    "One small thing by itself. Kept beside the others so that the next is read with it.",
    "There may be a plain reason, and it would fit. To be looked at with anything new.",
    "Not enough to act on; enough to remember.",
)
# By the first route decided, or "told" if the child said it: the reasons, what else was considered,
# and why parents were not told (if they were not).
WHY = {
    "told": (
        (
            "The child said it to an adult here. This is past what school alone can weigh.",
            "The child has said it. It is social care's to weigh, today.",
        ),
        ("Speaking to parents first: not before we have advice, since it is about home.",),
        "Advice is awaited first.",
    ),
    "social_care": (
        (
            "The account and the explanation do not agree.",
            "Each thing that we hold has a reason when taken alone; together they do not.",
        ),
        ("Waiting for a pattern: decided against, because a child should not have to make one.",),
        "Advice is awaited first.",
    ),
    "early_help": (
        (
            "A need the family may welcome help with. No sign that asking would put the child at "
            "risk.",
        ),
        ("Referring to social care: not at that level, and we will know sooner with a date set.",),
        "",
    ),
    "parents": (
        (
            "There may be a plain reason. Parents need to hear what we have seen, and we them.",
            "Small, but new for this child. Home is asked before anybody guesses.",
        ),
        ("Keeping it with the picture alone: it is easily asked, so it is asked.",),
        "",
    ),
    "watch": (
        ("Too little to act on and too much to leave. One adult looks out until the day named.",),
        ("Speaking to parents now: there is nothing yet that we could say to them.",),
        "There is nothing yet to tell them.",
    ),
    "no_further": (
        ("What was written explains itself, and nothing else is known.",),
        ("Watching: there is nothing to watch for.",),
        "There is nothing to tell them.",
    ),
}
# What the writer is told, by what has happened by then.
REPLY_ACTING = (
    "Thank you. I have read this and we are acting on it. Please tell me anything else, however "
    "small."
)
REPLY_KEPT = (
    "Thank you for writing. It is kept with the picture, and read again with anything new. You "
    "were right to say."
)
REPLY_SPOKEN = (
    "Thank you. Somebody has spoken to the family. Do come and see me if you are still worried."
)
# What a parent said, by what had been noticed.
SAID = {
    "behaviour": (
        "Had not seen it at home. Agreed that we tell each other what we notice.",
        "Said that nights have been short. Will try an earlier bedtime, and come in on Thursday.",
    ),
    "needs": (
        "Agreed that we ask the clinic together, and that the care plan is read again.",
        "Had told somebody here, and thought that it was known. Will come to the next review.",
    ),
    "family": (
        "Was upset at first. Said that it has been hard lately, and took the family hub's number.",
        "Listened, and said little. Agreed to come in on Thursday.",
    ),
    "attendance": (
        "Listened, was surprised, and agreed to come in on Thursday to talk about mornings.",
        "Said that mornings are hard. Accepted a place at breakfast club.",
    ),
    "injury": (
        "Said how it happened and who was there. Agreed to tell us at once of anything like it.",
        "Had seen it, and asked the same questions. Agreed that we would keep in touch.",
    ),
    "care": (
        "Said that money is short. Took the family hub's number, and clothes from our cupboard.",
        "Was upset at first. Accepted the school nurse's number.",
    ),
    "told": (
        "Listened, and asked what happens now. Was told that we have asked for advice.",
        "Said little. Agreed to come in on Thursday.",
    ),
    "feeling": (
        "Had noticed a change too, and could not say why. Agreed that we tell each other.",
        "Could think of nothing. Will ask gently, and ring us.",
    ),
    "hunger": (
        "Was upset at first. Accepted the school nurse's number and a place at breakfast club.",
        "Said that money is short until Friday. Took the food bank's number.",
    ),
}
# What is written when a step has been done that needs only a note, by its kind.
DONE = {
    StepKind.READ_ADDITION: "Read with the rest. Nothing that was decided has to change.",
    StepKind.SUPPORT: "Done, and it is helping.",
    StepKind.WATCH: "Watched until today. Nothing new.",
    StepKind.AGREED_ACTION: "Done, as agreed at the meeting.",
    StepKind.PROMISE: "Asked them: it has been done.",
}
DONE_AT_ALL = "Done."
NOT_AGAIN = "Of another kind, and less than what was referred."
NOBODY = (
    "On hold, then cut off.", "An answerphone: leave a name and a number.",
    "A recorded voice: all our workers are busy.",
)  # fmt: skip
# Who is spoken to on each rung of a challenge, from the first; then from the first name again.
CHALLENGED = ("Ms Hale", "Mr Osei", "Mrs Rahman", "Dr Lowe")
ANSWERS = {
    "assessment": "They have read it with what they hold and will assess.",
    "early_help": "Early help, with the family's agreement; come back if anything changes.",
    "advice": "Talk to the family, and come back if anything changes.",
    "no_further": "Not at their level on what we have said; come back if anything changes.",
}
