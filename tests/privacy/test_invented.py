"""Values that are nobody's by how they are made, beside ones that may be somebody's."""

from __future__ import annotations

import pytest

from textsynth.privacy import KINDS, normal
from textsynth.privacy.draws import Draw
from textsynth.privacy.invented import invented
from textsynth.privacy.standins import stand_in

NOBODYS = [
    ("email", "jane@example.com"), ("email", "a.b@mail.example.org"), ("email", "x@shop.test"),
    ("phone", "07700 900123"), ("phone", "+44 7700 900 123"), ("phone", "020 7946 0321"),
    ("phone", "(555) 010-9999"), ("phone", "212-555-0123"), ("phone", "+1 212 555 0123"),
    ("phone", "555-0142"), ("phone", "010-0012-3456"), ("phone", "02-001-2345"),
    ("card", "4242 4242 4242 4242"), ("card", "4539 1488 0343 6461"),
    ("iban", "GB00NWBK60161331926819"),
    ("national_id", "900230-1234567"), ("national_id", "987-65-4321"), ("national_id", "QQ123456C"),
    ("ip", "198.18.4.7"), ("bank_account", "00123456"), ("secret", "sk-EXAMPLE1234567890"),
    ("secret", "your-password1"), ("address", "10 Wisp Street, Thornholt ZZ1 2AB"),
]  # fmt: skip
SOMEBODYS = [
    ("email", "jane@gmail.com"), ("email", "jane@myexample.com"),
    ("email", "a@example.com.evil.io"),
    ("phone", "07911 123456"), ("phone", "020 7183 8750"), ("phone", "212-736-5000"),
    ("phone", "010-2345-6789"), ("phone", "02-345-6789"), ("card", "4539 1488 0343 6467"),
    ("iban", "GB33BUKB20201555555555"), ("national_id", "900228-1234567"),
    ("national_id", "123-45-6788"), ("ip", "81.2.69.142"), ("bank_account", "12345678"),
    ("secret", "hunter2!x"), ("name", "Jane Doe"), ("date_of_birth", "3 May 1980"),
    ("address", "10 Downing Street, London SW1A 2AA"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), NOBODYS)
def test_nobodys(kind: str, value: str) -> None:
    assert invented(kind, value, normal(kind, value))


@pytest.mark.parametrize(("kind", "value"), SOMEBODYS)
def test_somebodys(kind: str, value: str) -> None:
    assert not invented(kind, value, normal(kind, value))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"name", "address", "date_of_birth"}))
def test_stand_ins_are_known(kind: str) -> None:
    values = {
        "email": "t.blix@harrowmail.co.uk", "phone": "020 7183 8750",
        "national_id": "900228-1234567",
        "card": "4539 1488 0343 6467", "iban": "GB33BUKB20201555555555", "bank_account": "12345678",
        "ip": "81.2.69.142", "passport": "M12345678", "driver_license": "11-22-333333-44",
        "vehicle": "12가 3456", "secret": "sk-abcdefghijklmnopqrstuvwxyz0123",
    }  # fmt: skip
    value = values[kind]
    for number in range(40):
        for crowded in (False, True):
            if kind == "ip" and not crowded:
                continue  # documented networks are never found in the first place
            new = stand_in(kind, value, normal(kind, value), Draw("t", number), crowded=crowded)
            assert invented(kind, new, normal(kind, new)), new
