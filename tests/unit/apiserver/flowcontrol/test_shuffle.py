"""Hands of queues."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from pykube.apiserver.flowcontrol.shuffle import ENTROPY_BITS, deal, entropy_bits, flow_hash


@st.composite
def decks(draw):
    deck = draw(st.integers(1, 512))
    most = min(deck, 15, int(ENTROPY_BITS / math.log2(deck)) if deck > 1 else 1)
    return deck, draw(st.integers(1, max(1, most)))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(decks(), st.integers(0, 2**64 - 1))
def test_a_hand_is_of_different_cards_of_the_deck(sizes, value):
    deck, hand = sizes
    cards = deal(value, deck=deck, hand=hand)
    assert len(cards) == len(set(cards)) == hand
    assert all(0 <= card < deck for card in cards)


def test_every_hand_is_dealt_equally_often():
    hands = [deal(value, deck=5, hand=3) for value in range(5 * 4 * 3)]
    assert len(set(hands)) == 60


def test_cards_are_ranks_among_those_left():
    # 7 cards: value 0 is always the lowest one left; the highest value the highest ones.
    assert deal(0, deck=7, hand=3) == (0, 1, 2)
    assert deal(7 * 6 * 5 - 1, deck=7, hand=3) == (6, 5, 4)


def test_flows_of_one_schema_have_hands_of_their_own():
    hands = {deal(flow_hash("global-default", f"user-{n}"), deck=128, hand=6) for n in range(500)}
    assert len(hands) == 500


def test_schema_and_distinguisher_are_told_apart():
    assert flow_hash("a", "bc") != flow_hash("ab", "c")


def test_entropy():
    assert entropy_bits(128, 6) == 42
    assert entropy_bits(64, 10) == 60
    assert entropy_bits(1024, 7) == 70
