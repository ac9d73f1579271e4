"""Common Transfer Files of invented pupils, as school systems write them."""

from collections.abc import Sequence

ZOE = """<Pupil><UPN>A12345678901B</UPN><Surname>Ní Bhriain</Surname><Forename>Zoë</Forename>
<DOB>2016-03-04</DOB><Gender>F</Gender>
<BasicDetails><FormerUPN>B12345678901C</FormerUPN><PreferredSurname>Byrne</PreferredSurname>
<PreferredForename>Zo</PreferredForename><MiddleNames>Mary</MiddleNames>
<NCyearActual>4</NCyearActual><Ethnicity>WIRI</Ethnicity><Languages>
<Type><LanguageType>H</LanguageType><Language>ENG</Language></Type>
<Type><LanguageType>F</LanguageType><Language>URD</Language></Type></Languages></BasicDetails>
<FSMhistory><FSMinstance><FSMstartDate>2020-01-01</FSMstartDate>
<FSMendDate>2027-01-01</FSMendDate></FSMinstance></FSMhistory>
<LookedAfter><InCare>true</InCare></LookedAfter>
<SENhistory><SEN><StartDate>2024-01-01</StartDate><SENprovision>E</SENprovision></SEN>
<SEN><StartDate>2020-01-01</StartDate><SENprovision>K</SENprovision></SEN></SENhistory>
<Address><BS7666Address><SAON>Flat 2</SAON><PAON>4</PAON><Street>Mill Lane</Street>
<Town>Eastham</Town><UniquePropertyReferenceNumber>12</UniquePropertyReferenceNumber>
</BS7666Address><PostCode>EA1 2BC</PostCode></Address>
<Contacts>
<Contact><Order>2</Order><Surname>Cole</Surname><Forename>Sam</Forename>
<Relationship>STP</Relationship><Responsibility>false</Responsibility>
<Address><AddressLines><AddressLine1>9 High Street</AddressLine1></AddressLines>
<PostCode>EA1 9ZZ</PostCode></Address></Contact>
<Contact><Order>1</Order><Title>Ms</Title><Surname>Cole</Surname><Forename>Dana</Forename>
<Relationship>PAM</Relationship><Responsibility>true</Responsibility>
<Address><AddressAsPupil>true</AddressAsPupil></Address>
<Phones><Phone><TelephoneType>M</TelephoneType><PhoneNo>07700 900123</PhoneNo></Phone>
<Phone><TelephoneType>W</TelephoneType><PhoneNo>01632 960111</PhoneNo></Phone></Phones>
<Email>dana@example.org</Email></Contact></Contacts>
<Attendance><YearData><Year>2025</Year></YearData></Attendance>
<SchoolHistory>
<School><LEA>201</LEA><Estab>2345</Estab><EntryDate>2021-09-01</EntryDate>
<LeavingDate>2025-07-20</LeavingDate></School>
<School><LEA>999</LEA><Estab>1111</Estab><EntryDate>2020-09-01</EntryDate></School>
</SchoolHistory></Pupil>"""


def pupil(
    number: int = 1, surname: str = "Smith", forename: str = "Ivy", more: str = "", year: str = "4"
) -> str:
    return (
        f"<Pupil><UPN>C{number:011d}D</UPN><Surname>{surname}</Surname>"
        f"<Forename>{forename}</Forename><DOB>2017-02-01</DOB><Sex>F</Sex>"
        f"<BasicDetails><NCyearActual>{year}</NCyearActual></BasicDetails>{more}</Pupil>"
    )


def ctf(
    *pupils: str,
    source: str = "Mill Lane School",
    source_urn: str = "",
    destination: str = "",
    root: str = "CTfile",
    before: str = '<?xml version="1.0" encoding="utf-8"?>',
) -> str:
    urn = f"<URN>{source_urn}</URN>" if source_urn else ""
    for_whom = f"<SchoolName>{destination}</SchoolName>" if destination else ""
    return (
        f"{before}<{root}><Header><DocumentName>Common Transfer File</DocumentName>"
        "<CTFversion>25.0</CTFversion><DateTime>2026-09-03T10:00:00</DateTime>"
        f"<SourceSchool><LEA>201</LEA><Estab>2345</Estab><SchoolName>{source}</SchoolName>{urn}"
        f"</SourceSchool><DestSchool><LEA>201</LEA><Estab>LLLL</Estab>{for_whom}</DestSchool>"
        f"</Header><CTFpupilData>{''.join(pupils)}</CTFpupilData></{root.split()[0]}>"
    )


def many(count: int) -> Sequence[str]:
    return [pupil(number, forename=f"Ivy{chr(97 + number % 26)}") for number in range(count)]
