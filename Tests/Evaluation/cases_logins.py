"""Logins that are refused: somebody who guesses passwords, and people who mistype theirs."""

from failing import DETECTOR
from stage import within
from world import MINUTE, SECOND

REASONS = ["hash_mismatch", "unknown_token"]


def refuse(stage, times, ip, names, reason=None, kind="session"):
    """Refused attempts with names in turn, one at each time."""
    agent = stage.agent()
    for place, at in enumerate(times):
        stage.fail(at, reason or stage.random.choice(REASONS), ip, agent, presented=names[place % len(names)], kind=kind)


def login_guessing(stage, number):
    """Ten in just five minutes, then more of them on fewer names; never as many as would be brute force."""
    logins = [10, stage.span(11, 17), stage.span(10, 14)][number % 3]
    names = [stage.word() for _ in range([1, stage.span(2, 5), logins][number % 3])]
    span = [5 * MINUTE - SECOND, stage.span(20 * SECOND, 4 * MINUTE), stage.span(2 * SECOND, 20 * SECOND)][number % 3]
    ip, times = stage.ip(), within(stage, stage.moment(1), span, logins, even=0.3)
    refuse(stage, times, ip, names)
    stage.plant("ip", ip, times[0], times[-1], f"{logins} logins refused in {span / MINUTE:.1f} minutes")


def calm_login(stage, number):
    ip, names = stage.ip(), [stage.word() for _ in range(8)]
    first, way = stage.moment(1), number % 4
    if way == 0:
        times, story = within(stage, first, 4 * MINUTE, 9, even=0.3), "9 logins refused in four minutes"
        refuse(stage, times, ip, names)
    elif way == 1:
        # Five minutes hold nine of them at most.
        times, story = [first + place * 35 * SECOND for place in range(16)], "16 logins refused, one every 35 seconds"
        refuse(stage, times, ip, names)
    elif way == 2:
        times, story = within(stage, first, 3 * MINUTE, 14, even=0.3), "14 sessions refused because they had expired"
        refuse(stage, times, ip, names, reason="expired")
    else:
        times, story = within(stage, first, 3 * MINUTE, 14, even=0.3), "14 API tokens refused, which are no logins"
        refuse(stage, times, ip, names, kind="api_token")
    stage.near("ip", ip, times[0], times[-1], story)


CASES = [("login_guessing", DETECTOR, login_guessing, calm_login)]
