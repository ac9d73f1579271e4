"""The codes of a Common Transfer File that people read, in words.

Source: the code sets of the Department for Education's Common Basic Data Set (CBDS). A code that is
not here stays as it is written.
"""

SEXES = {"M": "Male", "F": "Female"}

SEN_PROVISIONS = {
    "N": "No special educational need",
    "K": "SEN support",
    "E": "Education, health and care plan",
    "S": "Statement",
    "A": "School action",
    "P": "School action plus",
}
# Of those, the one that is a plan.
SEN_PLAN = "E"

ETHNICITIES = {
    "WBRI": "White British",
    "WENG": "White English",
    "WSCO": "White Scottish",
    "WWEL": "White Welsh",
    "WCOR": "White Cornish",
    "WOWB": "Other White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WROM": "Gypsy or Roma",
    "WEEU": "White Eastern European",
    "WWEU": "White Western European",
    "WOTW": "White other",
    "WOTH": "Any other White background",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "BCRB": "Black Caribbean",
    "BAFR": "Black African",
    "BOTH": "Any other Black background",
    "CHNE": "Chinese",
    "OOTH": "Any other ethnic group",
    "REFU": "Refused",
    "NOBT": "Not obtained",
}

LANGUAGES = {
    "ENG": "English",
    "ENB": "Believed to be English",
    "OTB": "Believed to be other than English",
    "OTH": "Other than English",
    "REF": "Refused",
    "NOT": "Not obtained",
    "AKA": "Akan or Twi",
    "ALB": "Albanian",
    "AMR": "Amharic",
    "ARA": "Arabic",
    "BNG": "Bengali",
    "BSL": "British Sign Language",
    "BUL": "Bulgarian",
    "CHI": "Chinese",
    "CZE": "Czech",
    "DUT": "Dutch",
    "FRN": "French",
    "GER": "German",
    "GRE": "Greek",
    "GUJ": "Gujarati",
    "HIN": "Hindi",
    "HUN": "Hungarian",
    "IGB": "Igbo",
    "ITA": "Italian",
    "JPN": "Japanese",
    "KUR": "Kurdish",
    "LIN": "Lingala",
    "LIT": "Lithuanian",
    "LTV": "Latvian",
    "MLM": "Malayalam",
    "NEP": "Nepali",
    "PNJ": "Panjabi",
    "POL": "Polish",
    "POR": "Portuguese",
    "PRS": "Persian or Farsi",
    "PSH": "Pashto",
    "RMN": "Romanian",
    "RUS": "Russian",
    "SHO": "Shona",
    "SLO": "Slovak",
    "SOM": "Somali",
    "SPA": "Spanish",
    "SWA": "Swahili",
    "TAM": "Tamil",
    "TEL": "Telugu",
    "TGR": "Tigrinya",
    "TUR": "Turkish",
    "UKR": "Ukrainian",
    "URD": "Urdu",
    "VIE": "Vietnamese",
    "YOR": "Yoruba",
}

RELATIONS = {
    "PAM": "Mother",
    "PAF": "Father",
    "STP": "Step-parent",
    "FOM": "Foster mother",
    "FOF": "Foster father",
    "CAR": "Carer",
    "FAM": "Other family member",
    "REL": "Other relative",
    "CHM": "Childminder",
    "DOC": "Doctor",
    "SWR": "Social worker",
    "RLG": "Religious or spiritual contact",
    "OTH": "Other contact",
}


def in_words(code: str, words: dict[str, str]) -> str:
    """What `code` means by the table `words`; as it is written if it is not there."""
    return words.get(code.strip().upper(), code)
