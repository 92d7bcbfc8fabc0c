"""Each form in which old reports come, as small texts made for the purpose."""

import pytest

from review_app.readers.measures import read
from review_app.readers.partners import Partner

PAGE_2019 = """\
Fund for Small Theatres

Theatre Board of Ruritania
Describe the main features of the policy/measure:\u00a0

The fund pays for plays in villages.

Rent is paid too.

What are the results achieved so far through the implementation of the policy/measure?:\u00a0

Forty plays were shown.

Financial resources allocated to the policy/measure in USD:\u00a0

About USD 12,000.00 per year (2018)

Partner(s) engaged in the implementation of the measure:\u00a0
Name of partnerType of entity
Guild of Weavers
Civil Society Organization (CSO)
Private Sector
Lone Choir
Town Hall
Public Sector
Has the implementation of the policy/measure been evaluated?:\u00a0
NO
If yes, what are the main conclusions/recommendations?:\u00a0
Goal(s) of UNESCO's 2005 Convention
Cultural Domain(s)
Performing Arts
Cinema/ Audiovisual Arts
Transversal Priority(ies)
"""


def test_the_page_of_2019() -> None:
    reading = read(PAGE_2019)

    assert reading.title == "Fund for Small Theatres"
    assert reading.agency == "Theatre Board of Ruritania"
    assert reading.features == "The fund pays for plays in villages.\n\nRent is paid too."
    assert reading.results == "Forty plays were shown."
    assert reading.financial_resources_text == "About USD 12,000.00 per year (2018)"
    assert reading.partners == (
        Partner("Guild of Weavers", "cso"), Partner(None, "private"), Partner("Lone Choir", None), Partner("Town Hall", "public"),
    )
    assert reading.evaluated is False
    assert reading.evaluation == ""
    assert reading.goals == ()
    assert reading.domains == ("performing_arts", "cinema_audiovisual")
    assert reading.priorities == ()
    assert reading.website is None
    assert reading.words("unplaced") == []
    assert (reading.heading_language, reading.narrative_language) == ("en", "en")


def test_the_newer_display() -> None:
    reading = read(
        "fund for small theatres\n![](/files/picture.png?itok=x)\nWhere\nPeru\nPeru\nWhen\n2018\n2018\nWho\nTheatre board\nTheatre board\n"
        "Read the full report\nWebsite of the policy/measure\nhttps://theatres.example.org/fund\n\nDescription of the policy/measure\n\n"
        "the fund pays for plays.\nArea(s) of Monitoring\nCultural Domain(s)\n\nResults achieved\n\nforty plays.\n\n"
        "Evaluation of the policy/measure\n\nNo, but the board counts the plays.\n"
    )

    assert (reading.title, reading.agency) == ("fund for small theatres", "Theatre board")
    assert (reading.country, reading.year) == ("Peru", 2018)
    assert reading.website == "https://theatres.example.org/fund"
    assert (reading.features, reading.results) == ("the fund pays for plays.", "forty plays.")
    assert reading.evaluated is False
    assert reading.evaluation == "No, but the board counts the plays."
    assert reading.words("junk") == ["![](/files/picture.png?itok=x)", "Read the full report"]
    assert reading.words("raw") == ["Peru", "Peru", "2018", "2018", "Theatre board"]


def test_the_wordings_of_2012_to_2018_in_three_languages_at_once() -> None:
    reading = read(
        "Le livre au village\n\nSuisse\nWhen\n2014\nObjectifs clefs de la mesure:\n\nQue l'on lise plus dans les villages.\n\n"
        "Alcance de la medida:\nNature of the measure:\nfinancial\nCaracterística principal de la medida:\n\n"
        "Des livres sont prêtés pour trois mois.\n\nResults expected through the implementation of the measure:\n\n"
        "Plus de lecteurs.\n\nRessources financières allouées à la mise en oeuvre de la mesure:\n\n30 000\n\n"
        "Principales conclusions de la mise en œuvre de la mesure:\n"
    )

    assert (reading.title, reading.country, reading.year, reading.agency) == ("Le livre au village", "Switzerland", 2014, None)
    assert reading.features == "Des livres sont prêtés pour trois mois."
    assert reading.results == "Plus de lecteurs."
    assert reading.evaluation == ""
    assert reading.money is not None
    assert [(one.amount, one.currency) for one in reading.money] == [(30000, None)]  # no caption says dollars
    assert reading.words("unplaced") == ["Que l'on lise plus dans les villages."]
    assert (reading.heading_language, reading.narrative_language) == ("mixed", "fr")


def test_piped_partners_and_a_colon_on_a_line_of_its_own() -> None:
    reading = read(
        "Describe the main features of the policy/measure:\nIt lends.\nPartenaires engagés dans la mise en œuvre de la politique/mesure\n:\n"
        "Nom du partenaire | Type d'entité |\n---|---|\n• Guild of Weavers\nand Dyers\n| Secteur privé\n|\n| Secteur public\n|\n"
        "Lone Choir\n|\n|\nTown Hall\n| Secteur public\n|\n"
    )

    assert reading.partners == (
        Partner("Guild of Weavers\nand Dyers", "private"), Partner(None, "public"), Partner("Lone Choir", None),
        Partner("Town Hall", "public"),
    )
    assert (reading.title, reading.agency) == (None, None)


def test_a_name_with_its_type_glued_to_it_and_a_table_without_types() -> None:
    caption = "Partner(s) engaged in the implementation of the measure:\n"

    assert read(caption + "Town HallPublic Sector").partners == (Partner("Town Hall", "public"),)
    assert read(caption + "Name of partner\nLone Choir\nTown Hall").partners == (Partner("Lone Choir", None), Partner("Town Hall", None))
    assert read(caption + "Friends of the Public Sector").partners == (Partner("Friends of the Public Sector", None),)
    assert read(caption + "Town Hall\nPublic SectorPrivate Sector").partners == (Partner("Town Hall", None),)
    assert read(caption + "N/A").partners == ()
    assert read("Something else").partners is None


def test_one_line_above_the_form_is_the_agency_unless_an_empty_line_parts_them() -> None:
    form = "Describe the main features of the policy/measure:\n\nIt lends books.\n"

    assert (read("Reading Office\n" + form).title, read("Reading Office\n" + form).agency) == (None, "Reading Office")
    assert (read("Books for All\n\n" + form).title, read("Books for All\n\n" + form).agency) == ("Books for All", None)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Czechia (Czech Republic)", "Czechia"), ("Iran (Islamic Republic of)", "Iran"), ("The Netherlands", "Netherlands"),
        ("Congo (Democratic Republic of the)", "Democratic Republic of the Congo"), ("Trinidad y Tobago", "Trinidad and Tobago"),
        ("Unión Europea", "European Union"), ("République-Unie de Tanzanie", "United Republic of Tanzania"),
    ],
)
def test_a_party_goes_by_many_names(words: str, name: str) -> None:
    reading = read(f"The Small Choirs\n\n{words}\nBoard of Choirs\nDescribe the main features of the policy/measure:\nThey sing.")

    assert (reading.title, reading.country, reading.agency) == ("The Small Choirs", name, "Board of Choirs")
    assert reading.words("raw") == [words]


def test_a_page_of_one_domain_and_captions_with_the_letters_of_a_list() -> None:
    reading = read(
        "Music\n\nThe Small Choirs\n\nContext of the measure:\nFew sing.\nb. Key objectives of the measure:\nThat more sing.\n"
        "c.1. the scope of the measure:\nLocal\nNational\nc.2. the nature of the measure:\nfinancial\n"
        "c.3. Main feature of the measure:\n1. Rooms are lent.\n"
    )

    assert (reading.title, reading.agency, reading.features) == ("The Small Choirs", None, "1. Rooms are lent.")
    assert reading.words("raw") == ["Music", "Local", "National", "financial"]
    assert reading.words("captions")[-1] == "c.3. Main feature of the measure:"
    assert reading.words("unplaced") == ["Few sing.", "That more sing."]


def test_a_text_cut_inside_a_caption_lacks_the_field() -> None:
    text = "Books\n\nReading Office\nDescribe the main features of the policy/measure:\nIt lends books.\n"
    for cut in ("Goa", "What are the res", "Partner(s) engaged in the"):
        reading = read(text + cut)

        assert reading.features == "It lends books."
        assert (reading.goals, reading.results, reading.partners) == (None, None, None)
        assert reading.words("captions")[-1] == cut
        assert reading.is_cut_in_caption


def test_captions_that_share_a_line() -> None:
    reading = read(
        "Books\n\nReading Office\nThis measure was\u00a0reported by civil\u00a0society.\nDescribe the main features of the policy/measure: It lends.\n"
        "Partner(s) engaged in the implementation of the measure: Name of partnerType of entity\nTown Hall\nPublic Sector\n"
        "Has the implementation of the policy/measure been evaluated?: Goal(s) of UNESCO's 2005 Convention\nCultural Domain(s)\nMusic\n"
    )

    assert (reading.agency, reading.features, reading.is_by_civil_society) == ("Reading Office", "It lends.", True)
    assert reading.partners == (Partner("Town Hall", "public"),)
    assert (reading.evaluated, reading.evaluation, reading.goals, reading.domains) == (None, None, (), ("music",))


def test_what_is_cut_short_is_no_value() -> None:
    text = "Books\n\nReading Office\nDescribe the main features of the policy/measure:\nIt lends books.\n"
    partners = f"{text}Partner(s) engaged in the implementation of the measure:\nName of partnerType of entity\nTown Hall\n"
    evaluated = f"{text}Has the implementation of the policy/measure been evaluated?:\n"

    assert (read(f"{text}Website o").features, read(f"{text}Website o").website) == ("It lends books.", None)
    assert [read(partners + cut).partners for cut in ("Pr", "Pub", "Ox")] == [
        (Partner("Town Hall", None),), (Partner("Town Hall", None),), (Partner("Town Hall", None), Partner("Ox", None)),
    ]
    assert [(read(evaluated + cut).evaluation, read(evaluated + cut).goals) for cut in ("Objeti", "Goal(s) o")] == [(None, None)] * 2


def test_a_caption_over_two_lines_and_one_in_the_middle_of_a_line() -> None:
    reading = read(
        "Books Describe the main features of the policy/measure: It lends. Financial resources allocated to the policy/measure in USD: 5,000\n"
        "What are the results achieved so far through the\nimplementation of the policy/measure?\nMore readers."
    )

    assert (reading.features, reading.financial_resources_text, reading.results) == ("It lends.", "5,000", "More readers.")
    assert reading.title is None  # title and agency cannot be told apart
    assert reading.words("unplaced") == ["Books"]


def test_injected_addresses_banners_and_empty_captions_of_the_author_are_junk() -> None:
    reading = read(
        "<\n×\n>\nYou are viewing an archived web page, captured in 2019.\n\nBooks\n\nReading Office\n"
        "Describe the main features of the policy/measure:\nIt lends books.\nOther figures :\nDifficulties :\nCultural Domain(s)\nMusic\n"
        "cheappills.biz wincasino777.com"
    )

    assert reading.title == "Books"
    assert reading.features == "It lends books."
    assert reading.domains == ("music",)
    assert reading.words("junk") == [
        "You are viewing an archived web page, captured in 2019.", "Other figures :", "Difficulties :", "cheappills.biz wincasino777.com",
    ]


def test_civil_society_reports_with_captions_of_its_own() -> None:
    reading = read(
        "Choirs Meet\n\nLone Choir\nThis measure was reported by civil society.\nDescribe the main features of the measure/initiative:\nThey sing.\n"
        "What are the results achieved so far through the implementation of the measure/initiative?:\n"
    )

    assert (reading.agency, reading.features, reading.results) == ("Lone Choir", "They sing.", "")
    assert reading.is_by_civil_society
    assert reading.money is None


def test_words_of_captions_inside_an_answer_stay_in_it() -> None:
    reading = read(
        "Describe the main features of the policy/measure:\nWhere it began\nWho came\nResults achieved\nExpected results: more readers\n"
        "What are the results achieved so far through the implementation of the policy/measure?:\nBooks.\nWhen\nwas that"
    )

    assert reading.features == "Where it began\nWho came\nResults achieved\nExpected results: more readers"
    assert reading.results == "Books.\nWhen\nwas that"


def test_prose_without_any_caption_is_not_guessed_at() -> None:
    reading = read("Books for All\n\nThe Reading Office lends books to villages. It began in 2012.\nMany came.")

    assert reading.title == "Books for All"
    assert (reading.agency, reading.year, reading.features, reading.heading_language) == (None, None, None, None)
    assert reading.words("unplaced") == ["The Reading Office lends books to villages. It began in 2012.\nMany came."]


def test_yes_and_conclusions_under_one_caption() -> None:
    reading = read("La mise en œuvre de la politique/mesure a-t-elle été évaluée ?:\nOui\nElle coûte moins.")

    assert reading.evaluated is True
    assert reading.evaluation == "Elle coûte moins."
    assert read("Evaluation of the policy/measure\nNo formal evaluation exists").evaluated is None


def test_the_sheet_of_a_case() -> None:
    reading = read(
        "Cradle Visits\nNurses come to every newborn\n\nZoom in Details\nIt began in one town.\n- Implementing Agency:\n"
        "- The visits were organised by the Ministry of Nurses, with two towns.\n- Funding Source:\n- In 2017, US$ 3.5 million came.\n"
        "- Scale:\n- Two towns\n- Area:\n- Parents+\n- Location:\n- Uruguay\n- Reach:\n- Babies: 2 000\n(annually) - Share:\n- Print:\n"
        "Summary of Intervention/Programme\nA nurse comes with a book.\n\nWhat worked well\nBooks\nThey are kept.\n"
    )

    assert reading.form == "case-study"
    assert (reading.title, reading.country, reading.agency) == ("Cradle Visits", "Uruguay", "Ministry of Nurses")
    assert reading.features == "A nurse comes with a book."
    assert reading.financial_resources_text == "In 2017, US$ 3.5 million came."
    assert reading.money is not None
    assert [(one.amount, one.currency, one.year) for one in reading.money] == [(3_500_000, "USD", 2017)]
    assert (reading.partners, reading.domains, reading.results) == (None, None, None)
    assert reading.words("junk") == ["Zoom in Details", "Share:", "Print:"]


def test_labels_and_values_on_one_line() -> None:
    reading = read("Books\nWhere: Peru\nWhen: 2018\nWho: Reading Office\nDescribe the main features of the policy/measure:\nIt lends.\n")

    assert (reading.title, reading.country, reading.year, reading.agency) == ("Books", "Peru", 2018, "Reading Office")
    assert reading.words("unplaced") == []


def test_a_ticked_box_says_yes_or_no() -> None:
    caption = "Has the implementation of the policy/measure been evaluated?\n"

    assert read(caption + "☐ YES ☒ NO").evaluated is False
    assert read(caption + "[x] Oui [ ] Non").evaluated is True
    assert read(caption + "☐ YES ☐ NO").evaluated is None
    assert read(caption + "☒ YES ☒ NO").evaluated is None
