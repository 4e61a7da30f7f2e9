# SPDX-License-Identifier: Apache-2.0
"""Synthetic card transactions: a seeded simulation, so nobody's data is in this repository.

The process (README.md tells it in full): cards have a home, a budget and habits; merchants have a
category and a country; ordinary payments follow a weekly and daily rhythm; five fraud archetypes
are laid over some of the cards. Features are computed from what a card did *before* a payment,
never from what follows it.
"""

import csv
import math
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

NUMERIC = [
    "amount", "amount_to_mean", "seconds_since_last", "count_1h", "count_24h", "sum_24h",
    "km_from_home", "km_from_last", "speed_kmh", "hour_sin", "hour_cos", "card_age_days",
]
FLAGS = ["card_present", "new_merchant", "new_device", "cross_border"]
CATEGORIES = ["mcc_group", "channel"]
COLUMNS = (["transaction_id", "time", "card", "merchant", "mcc", "country"] + NUMERIC + FLAGS
           + CATEGORIES + ["archetype", "fraud"])

# How popular a group is, and the median amount in euro.
GROUPS = {
    "grocery": (0.30, 24.0), "dining": (0.17, 18.0), "fuel": (0.09, 46.0), "retail": (0.12, 38.0),
    "digital": (0.11, 11.0), "household": (0.06, 70.0), "travel": (0.06, 60.0),
    "health": (0.04, 28.0), "leisure": (0.025, 22.0), "electronics": (0.015, 190.0),
    "cash": (0.02, 60.0), "giftcard": (0.005, 40.0), "luxury": (0.002, 420.0),
    "gambling": (0.003, 30.0),
}
ONLINE = {"digital": 1.0, "gambling": 1.0, "giftcard": 0.6, "electronics": 0.45, "travel": 0.4,
          "retail": 0.3, "leisure": 0.5, "luxury": 0.2, "household": 0.2}
HOME_COUNTRIES = [("PT", 0.62), ("ES", 0.2), ("FR", 0.1), ("DE", 0.08)]


@dataclass(frozen=True)
class Window:
    """One run of the simulation: which period, which seed, which mix of fraud."""

    start: datetime
    days: int
    seed: int
    cards: int
    # Incidents per 1,000 cards and 30 days, by archetype.
    incidents: dict


# Version 2.2.0 saw the second half of 2025; in 2026 card testing rose and ghost spending appeared.
WINDOWS = {
    "2.2.0": Window(datetime(2025, 7, 1, tzinfo=timezone.utc), 184, 220, 2400,
                    {"spree": 2.4, "testing": 1.0, "takeover": 1.3, "clone": 1.4, "ghost": 0.6}),
    "2.3.0": Window(datetime(2026, 1, 1, tzinfo=timezone.utc), 181, 230, 2400,
                    {"spree": 2.2, "testing": 1.9, "takeover": 1.5, "clone": 1.0, "ghost": 1.3}),
}


def kilometres(a, b):
    """Great-circle distance of two (latitude, longitude) pairs."""
    la, lo, lb, lp = map(math.radians, (*a, *b))
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((lp - lo) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(h)))


def read_reference(data: Path):
    """The two public lists: merchant categories by group, and a point per country."""
    groups, places = {}, {}
    with open(data / "merchant-categories.csv", newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault(row["group"], []).append(int(row["mcc"]))
    with open(data / "country-centroids.csv", newline="") as file:
        for row in csv.DictReader(file):
            places[row["country"]] = (float(row["latitude"]), float(row["longitude"]))
    return groups, places


class World:
    """Cards and merchants, drawn once per window."""

    def __init__(self, window: Window, data: Path):
        self.window = window
        self.rng = np.random.default_rng(window.seed)
        self.mccs, self.places = read_reference(data)
        self.countries = sorted(self.places)
        self.names = list(GROUPS)
        self.popularity = np.array([GROUPS[g][0] for g in self.names])
        self.popularity /= self.popularity.sum()
        self.merchants = self._merchants()
        self.cards = [self._card(number) for number in range(window.cards)]

    def _near(self, country, spread):
        latitude, longitude = self.places[country]
        return (latitude + self.rng.normal(0, spread), longitude + self.rng.normal(0, spread))

    def _merchants(self):
        merchants = {}
        for group in self.names:
            for country in self.countries:
                count = 8 if country in dict(HOME_COUNTRIES) else 2
                merchants[group, country] = [
                    (f"m{len(merchants):03d}-{i}", int(self.rng.choice(self.mccs[group])),
                     self._near(country, 0.8)) for i in range(count)]
        return merchants

    def _card(self, number):
        rng = self.rng
        names, shares = zip(*HOME_COUNTRIES)
        country = str(rng.choice(names, p=shares))
        return {
            "id": f"c{number:05d}", "country": country, "home": self._near(country, 0.9),
            "per_day": float(rng.gamma(2.0, 0.13)), "budget": float(rng.lognormal(0.0, 0.45)),
            "traveller": float(rng.beta(1.2, 22.0)), "age": int(rng.integers(20, 2200)),
        }

    def payment(self, card, when, group, country=None, amount=None, present=None, device="own"):
        rng = self.rng
        country = country or card["country"]
        merchant, mcc, place = self.merchants[group, country][
            int(rng.integers(len(self.merchants[group, country])))]
        if present is None:
            present = group == "cash" or rng.random() >= ONLINE.get(group, 0.05)
        if amount is None:
            amount = float(rng.lognormal(math.log(GROUPS[group][1]), 0.55)) * card["budget"]
        channel = "atm" if mcc in (6010, 6011) else "chip" if present else "ecommerce"
        if present and channel == "chip" and amount < 50 and rng.random() < 0.7:
            channel = "contactless"
        # An online payment has no place of its own: what counts is where the payer's device is.
        where = place if present or device != "own" else card["home"]
        return {"card": card, "when": when, "merchant": merchant, "mcc": mcc, "group": group,
                "country": country, "amount": round(max(amount, 0.5), 2), "present": bool(present),
                "channel": channel, "where": where, "device": device, "archetype": "", "fraud": 0}

    def moment(self, day):
        """A moment of the day: people sleep, lunch and shop after work."""
        hour = float(self.rng.choice([8.5, 12.8, 18.3, 21.0], p=[0.2, 0.3, 0.35, 0.15]))
        hour = (hour + self.rng.normal(0, 1.6)) % 24
        return self.window.start + timedelta(days=int(day), seconds=int(hour * 3600))

    def ordinary(self, card):
        rng = self.rng
        out, abroad_until, abroad = [], -1, None
        for day in range(self.window.days):
            weekday = (self.window.start + timedelta(days=day)).weekday()
            if abroad_until < day and rng.random() < card["traveller"] / 14:
                abroad_until = day + int(rng.integers(2, 10))
                abroad = str(rng.choice(self.countries))
            for _ in range(int(rng.poisson(card["per_day"] * (1.35 if weekday >= 5 else 1.0)))):
                group = str(rng.choice(self.names, p=self.popularity))
                country = abroad if abroad_until >= day else None
                if country is None and group == "digital" and rng.random() < 0.3:
                    country = str(rng.choice(["IE", "NL", "US", "GB"]))
                payment = self.payment(card, self.moment(day), group, country)
                if not payment["present"] and rng.random() < 0.012:
                    payment["device"] = f"new-{rng.integers(1 << 30)}"
                out.append(payment)
        return out


def spree(world, card, start):
    """A stolen card is spent fast, near its owner, on what sells again."""
    rng = world.rng
    for step in range(int(rng.integers(3, 8))):
        start += timedelta(minutes=float(rng.exponential(22)) + 3)
        group = str(rng.choice(["electronics", "giftcard", "luxury", "retail", "fuel"]))
        yield world.payment(card, start, group, amount=float(rng.lognormal(5.0, 0.7)), present=True)


def testing(world, card, start):
    """Someone tries whether a bought card number works: tiny online amounts, in a burst."""
    rng = world.rng
    device = f"bot-{rng.integers(1 << 30)}"
    for step in range(int(rng.integers(4, 11))):
        start += timedelta(seconds=float(rng.exponential(70)) + 5)
        country = str(rng.choice(["US", "GB", "IE", "NL", "BR"]))
        amount = float(rng.uniform(0.5, 4.0))
        yield world.payment(card, start, "digital", country, amount, False, device)


def takeover(world, card, start):
    """An account is taken over: a device never seen, money moved or vouchers bought."""
    rng = world.rng
    device = f"ato-{rng.integers(1 << 30)}"
    country = str(rng.choice(world.countries))
    for step in range(int(rng.integers(1, 5))):
        start += timedelta(minutes=float(rng.exponential(35)) + 2)
        group = str(rng.choice(["cash", "giftcard", "electronics", "travel"]))
        yield world.payment(card, start, group, country, float(rng.lognormal(5.6, 0.6)), False,
                            device)


def clone(world, card, start):
    """A copied magnetic stripe at cash machines far away while the owner shops at home."""
    rng = world.rng
    country = str(rng.choice(["BR", "TH", "US", "MA", "TR", "RO"]))
    for step in range(int(rng.integers(2, 5))):
        start += timedelta(minutes=float(rng.exponential(14)) + 2)
        payment = world.payment(card, start, "cash", country, float(rng.choice([100, 150, 200, 250])),
                                True)
        yield payment


def ghost(world, card, start):
    """Low and slow: ordinary amounts, days apart. Made to be hard; many are missed."""
    rng = world.rng
    device = f"new-{rng.integers(1 << 30)}"
    for step in range(int(rng.integers(2, 6))):
        start += timedelta(days=float(rng.exponential(2.0)))
        group = str(rng.choice(["retail", "digital", "household", "electronics"]))
        yield world.payment(card, start, group, None, None, False, device if step == 0 else "own")


ARCHETYPES = {"spree": spree, "testing": testing, "takeover": takeover, "clone": clone,
              "ghost": ghost}


def features(payments):
    """Rows with features, oldest first; a card's history is only what lies before the row."""
    history = {}
    for payment in sorted(payments, key=lambda p: (p["when"], p["card"]["id"], p["merchant"])):
        card = payment["card"]
        seen = history.setdefault(card["id"], {"past": [], "merchants": set(), "devices": {"own"},
                                               "mean": 30.0 * card["budget"]})
        when, past = payment["when"], seen["past"]
        day = [p for p in past if (when - p["when"]).total_seconds() <= 86400]
        last = past[-1] if past else None
        gap = min((when - last["when"]).total_seconds(), 30 * 86400.0) if last else math.nan
        moved = kilometres(last["where"], payment["where"]) if last else math.nan
        hour = (when.hour + when.minute / 60) / 24 * 2 * math.pi
        yield {
            "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "card": card["id"],
            "merchant": payment["merchant"], "mcc": payment["mcc"], "country": payment["country"],
            "amount": payment["amount"],
            "amount_to_mean": round(payment["amount"] / max(seen["mean"], 1.0), 4),
            "seconds_since_last": gap,
            "count_1h": sum((when - p["when"]).total_seconds() <= 3600 for p in day),
            "count_24h": len(day), "sum_24h": round(sum(p["amount"] for p in day), 2),
            "km_from_home": round(kilometres(card["home"], payment["where"]), 1),
            "km_from_last": round(moved, 1),
            "speed_kmh": round(min(moved / max(gap / 3600, 0.05), 5000.0), 1) if last else math.nan,
            "hour_sin": round(math.sin(hour), 4), "hour_cos": round(math.cos(hour), 4),
            "card_age_days": card["age"],
            "card_present": int(payment["present"]),
            "new_merchant": int(payment["merchant"] not in seen["merchants"]),
            "new_device": int(payment["device"] not in seen["devices"]),
            "cross_border": int(payment["country"] != card["country"]),
            "mcc_group": payment["group"], "channel": payment["channel"],
            "archetype": payment["archetype"], "fraud": payment["fraud"],
        }
        seen["past"] = (day if day else past[-1:]) + [payment]
        seen["merchants"].add(payment["merchant"])
        seen["devices"].add(payment["device"])
        seen["mean"] += 0.05 * (payment["amount"] - seen["mean"])


def synthesise(window: Window, data: Path):
    """Every transaction of the window as a list of dictionaries (COLUMNS)."""
    world = World(window, data)
    payments = [p for card in world.cards for p in world.ordinary(card)]
    end = window.start + timedelta(days=window.days)
    for name, incident in ARCHETYPES.items():
        rate = window.incidents[name] * 4.0 * window.cards / 1000 * window.days / 30
        for _ in range(int(world.rng.poisson(rate))):
            card = world.cards[int(world.rng.integers(len(world.cards)))]
            start = window.start + timedelta(
                seconds=float(world.rng.uniform(0, window.days * 86400)))
            for payment in incident(world, card, start):
                if payment["when"] < end:
                    payment.update(archetype=name, fraud=1)
                    payments.append(payment)
    rows = list(features(payments))
    for number, row in enumerate(rows):
        row["transaction_id"] = f"t{number:06d}"
    return rows
