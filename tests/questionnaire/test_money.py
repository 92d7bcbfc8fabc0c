"""Sums as ministries really write them, read for certain or not at all."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review_app.questionnaire.money import amounts, plain_number
from review_app.questionnaire.rates import rate, years_of

# What was published -> (amount, currency, approximate, period, year) of each sum in it.
PUBLISHED: list[tuple[str, list[tuple[str | None, str | None, bool, str | None, int | None]]]] = [
    ("Approximately USD 125,000.00 per year.", [("125000", "USD", True, "annual", None)]),
    ("Approximately USD 1,020.00 per year (2019).", [("1020", "USD", True, "annual", 2019)]),
    ("As of 2019, an approximate amount of USD 11,782.5 was allocated.", [("11782.5", "USD", True, None, 2019)]),
    (
        "Budget 2020*: clp$2.623.972.000.-/usd $3.365.000.- *annual budget.",
        [("2623972000", "CLP", False, "annual", 2020), ("3365000", "USD", False, "annual", 2020)],
    ),
    ("In 2018, US$ 78.8 million", [("78800000", "USD", False, None, 2018)]),
    ("758,000 USD per year.", [("758000", "USD", False, "annual", None)]),
    ("2 986 411.8 USD /2016-2019/", [("2986411.8", "USD", False, None, None)]),
    ("2 615 293 USD", [("2615293", "USD", False, None, None)]),
    ("242.840 USD", [(None, "USD", False, None, None)]),
    ("1.72 Mil. USD = 1.4 Mil. EUR", [(None, "USD", False, None, None), (None, "EUR", False, None, None)]),
    ("430,618 dollar (as of 2016)", [("430618", "USD", False, None, 2016)]),
    ("USD.120,000.00", [("120000", "USD", False, None, None)]),
    ("229,448,769.00 USD", [("229448769", "USD", False, None, None)]),
    ("... 2016-2019 period was c.a. 92,5 million USD.", [("92500000", "USD", True, None, None)]),
    (
        "USD 216 870 was allocated ... (USD 108 435 in 2016 and 2017)",
        [("216870", "USD", False, None, None), ("108435", "USD", False, None, None)],
    ),
    (
        "year 2016: 55000 USD / year 2017: 60000 USD / year 2018: 50000 USD",
        [("55000", "USD", False, None, 2016), ("60000", "USD", False, None, 2017), ("50000", "USD", False, None, 2018)],
    ),
    ("USD. 4.324.300,96 (four million, three hundred and twen...)", [("4324300.96", "USD", False, None, None)]),
    (
        "EU21,000 (2018); forecast EU485,000 (2019), total of EU18 million",
        [
            ("21000", "EUR", False, None, 2018),
            ("485000", "EUR", False, None, 2019),
            ("18000000", "EUR", False, "total", None),
        ],
    ),
    ("Up to EU100,000 per project", [("100000", "EUR", False, None, None)]),
    ("A budget of 367 million EGP ... fiscal year 2020-2021", [("367000000", "EGP", False, None, None)]),
    ("USD 1,000 in 2019 (1 USD = 792 CLP, half of it in kind)", [("1000", "USD", False, None, 2019)]),
    ("USD 461.664 (December 2019 dollar price: 1USD=36,65)", [(None, "USD", False, None, None)]),
    ("S/. 3,000 par an", [("3000", "PEN", False, "annual", None)]),
    ("125000", [("125000", "USD", False, None, None)]),
    ("2000", [("2000", "USD", False, None, None)]),
    ("/", []),
    ("not defined", []),
    ("", []),
    ("Law No. 30487", []),
    ("2019", [("2019", "USD", False, None, None)]),
    ("The resources required have not been calculated yet.", []),
]


@pytest.mark.parametrize(("text", "expected"), PUBLISHED)
def test_published_sums(text: str, expected: list[Any]) -> None:
    read = [
        (one.amount, one.currency, one.is_approximate, one.period, one.year) for one in amounts(text, currency="USD")
    ]

    assert read == [(None if sum_ is None else Decimal(sum_), *rest) for sum_, *rest in expected]


def test_a_lone_point_before_three_digits_parts_thousands_where_a_comma_marks_decimals() -> None:
    assert amounts("242.840 USD", "es")[0].amount == 242840
    assert amounts("242.840 USD", "en")[0].amount is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("242.840 USD", ["242840", "242.840"]),
        ("1.72 Mil. USD", ["1720000", "1720"]),
        ("2 800 0000 $US", []),
        ("USD 242,840.00", []),
    ],
)
def test_a_sum_in_doubt_has_both_its_readings(text: str, readings: list[str]) -> None:
    [one] = amounts(text)

    assert list(one.readings) == [Decimal(reading) for reading in readings]
    assert (one.amount is None) is (text != "USD 242,840.00")
    assert one.text == text


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2 986 411.8 USD /2016-2019/", (2016, 2019)),
        ("367 million EGP, fiscal year 2020-21", (2020, 2021)),
        ("USD 5,000 (2019)", None),
        ("USD 5,000 for 2016-2019, USD 6,000 for 2020-2023", None),
    ],
)
def test_a_sum_may_be_for_a_span_of_years(text: str, years: tuple[int, int] | None) -> None:
    assert amounts(text)[0].years == years


def test_rates_are_known_by_year_or_not_at_all() -> None:
    assert rate("CLP", 2020) == Decimal("792.73")
    assert (round(rate("XOF", 2019) or 0), round(rate("XOF", 2019, base="EUR") or 0)) == (586, 656)
    assert (rate("EGP", 2019), rate("PEN", 2019)) == (Decimal("16.77"), Decimal("3.337"))
    assert (rate("EGP", 2016), rate("KES", 2019), rate("EUR", 2019, base="KES")) == (None, None, None)
    assert years_of("KES") == ()
    assert {2005, 2015, 2025} <= set(years_of("EUR"))


def test_a_bare_dollar_has_no_currency_unless_the_question_says_one() -> None:
    assert amounts("$5000")[0].currency is None
    assert amounts("$5000", currency="USD")[0].currency == "USD"


def test_two_lone_points_before_three_digits_part_thousands_and_one_is_doubtful() -> None:
    assert [one.amount for one in amounts("2015: $109.231 usd2016:  $114.717 usd")] == [109231, 114717]
    assert [one.amount for one in amounts("USD 109.231, then USD 12.50")] == [None, Decimal("12.50")]
    assert [one.amount for one in amounts("USD 109.231 and again USD 109.231")] == [None, None]


def test_a_sum_whose_scale_was_cut_off_is_not_read() -> None:
    assert amounts("2018: USD 7.2 mi")[0].amount is None
    assert amounts("2018: USD 7.2 million")[0].amount == 7_200_000


def test_a_billion_is_a_thousand_millions_in_english_and_doubtful_elsewhere() -> None:
    assert amounts("USD 5 billion")[0].amount == 5_000_000_000
    assert amounts("1,5 billion USD", "en", decimals="es")[0].amount == 1_500_000_000
    assert amounts("5 billions USD", "fr")[0].readings == (Decimal(5_000_000_000), Decimal(5_000_000_000_000))


@pytest.mark.parametrize(
    ("raw", "language", "expected"),
    [
        ("1 234,5", "en", "1234.5"),
        ("1\u202f234,5", "fr", "1234.5"),
        ("1.234", "es", "1234"),
        ("1.234", "en", "1.234"),
        ("1,234", "en", "1234"),
        ("12 %", "en", "12"),
        ("-3", "en", "-3"),
        ("1.234.567", "en", "1234567"),
        ("0,5", "fr", "0.5"),
        ("1,2,3", "en", None),
        ("12,500,75", "en", None),
        ("abc", "en", None),
        ("", "en", None),
        ("1e5", "en", None),
        ("٣", "en", None),
        ("nan", "en", None),
    ],
)
def test_plain_numbers(raw: str, language: str, expected: str | None) -> None:
    assert plain_number(raw, language) == (None if expected is None else Decimal(expected))


@given(st.integers(0, 10**15 - 1), st.integers(0, 99), st.sampled_from([",.", ".,", " .", " ,", "'."]))
def test_grouped_sums_with_cents_survive_every_style(whole: int, cents: int, style: str) -> None:
    text = f"USD {whole:,}".replace(",", style[0]) + f"{style[1]}{cents:02}"

    assert amounts(text)[0].amount == Decimal(whole) + Decimal(cents) / 100


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for one in amounts(text):
        assert one.amount is None or one.amount >= 0
    plain_number(text)
