"""What a money field says, with the period and the year that stand near each sum."""

from decimal import Decimal

import pytest

from review_app.readers.sums import convention, sums

Sum = tuple[str | None, str | None, bool, str | None, int | None]

# Words of a money field under a caption that asks for dollars -> its sums.
FIELDS: list[tuple[str, list[Sum]]] = [
    ("USD 9,000.00 per year.", [("9000", "USD", False, "annual", None)]),
    ("10,000", [("10000", "USD", False, None, None)]),
    ("Estimated at 44.210,50$ /year", [("44210.50", "USD", True, "annual", None)]),
    ("Budget 2021*: clp$7.100.000.-/usd $9.000.- *annual budget.", [("7100000", "CLP", False, "annual", 2021), ("9000", "USD", False, "annual", 2021)]),
    ("year 2015: 400 USD\nyear 2016: 500 USD", [("400", "USD", False, "annual", 2015), ("500", "USD", False, "annual", 2016)]),
    ("In the last two years was given: Year 2016: 1.400 $. Year 2017: 1.500 $ (point 2,5)", [
        ("1400", "USD", False, "annual", 2016), ("1500", "USD", False, "annual", 2017),
    ]),
    ("given each year by the group:2015: $109.231 usd2016:  $114.717 usd", [
        ("109231", "USD", False, "annual", 2015), ("114717", "USD", False, "annual", 2016),
    ]),
    ("In the first four years 8.4 million EUR was paid", [("8400000", "EUR", False, "total", None)]),
    ("2 billion USD (cca 40 billion CZK)", [("2000000000", "USD", False, None, None), ("40000000000", "CZK", True, None, None)]),
    ("2015: 40,000\n2016: 50,000", [("40000", "USD", False, "annual", 2015), ("50000", "USD", False, "annual", 2016)]),
    ("De 2011 à 2014, il a reçu\n3 000 000 FCFA soit 5 200 0000 $US.", [("3000000", "XOF", False, "total", None), (None, "USD", False, "total", None)]),
    ("€7,000/year for choirs. Others: €9,000 for 2019. 40 000 euros went to plays.", [
        ("7000", "EUR", False, "annual", None), ("9000", "EUR", False, None, 2019), ("40000", "EUR", False, None, None),
    ]),
    ("USD 512.404 (June 2018 dollar price: 1USD=31,20)", [("512404", "USD", False, None, None)]),
    ("Our yearly gift: $8,000.00 USD (2,000.00 USD per year)", [("8000", "USD", False, "annual", None), ("2000", "USD", False, "annual", None)]),
    ("In 2018 USD 500 and in 2019 USD 700", [("500", "USD", False, None, 2018), ("700", "USD", False, None, 2019)]),
    ("USD 800 was given (USD 400 in 2016 and 2017)", [("800", "USD", False, None, None), ("400", "USD", False, None, None)]),
    ("3 000 USD /2016-2019/", [("3000", "USD", False, "total", None)]),
    ("usually about sek 70 000. for plays more is given", [("70000", "SEK", True, None, None)]),
    ("15 000 pesos", [("15000", None, False, None, None)]),
    ("The 2019 law pays 3 choirs; see Law No. 30481", []),
    ("Not available", []),
]


@pytest.mark.parametrize(("words", "expected"), FIELDS)
def test_sums_of_a_field(words: str, expected: list[Sum]) -> None:
    found = sums(words, asks_for_usd=True, decimals=convention(words, "en"), country=None)

    assert [(one.amount, one.currency, one.is_approximate, one.period, one.year) for one in found] == [
        (None if amount is None else Decimal(amount), *rest) for amount, *rest in expected
    ]


def test_a_bare_number_is_in_dollars_only_where_the_caption_asks_for_them() -> None:
    assert sums("10,000", asks_for_usd=False, decimals="en", country=None)[0].currency is None
    assert sums("$10,000", asks_for_usd=False, decimals="en", country=None)[0].currency == "USD"


def test_one_franc_has_two_codes_and_the_country_tells_which() -> None:
    assert sums("5 000 FCFA", asks_for_usd=True, decimals="fr", country="Gabon")[0].currency == "XAF"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [("costs 1.234,50", "en", "es"), ("costs 1,234.50", "es", "en"), ("costs 1.234", "en", "en"), ("coûte 1.234", "fr", "fr")],
)
def test_the_decimal_mark_a_text_keeps_to(text: str, language: str, expected: str) -> None:
    assert convention(text, language) == expected
