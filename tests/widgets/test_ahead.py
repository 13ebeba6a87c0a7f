"""What is drawn ahead is what a hand would see, and nothing else notices that it is drawn."""

import asyncio
import json
from types import SimpleNamespace

import numpy as np
import pytest
from lesson_panels import PANELS
from panels import MODES, Fake

from lessons import engines
from widgets.panel import Panel
from widgets.road import Road


class Page:
    """A page that shows what it gets, and says so if it is told to; and who sits before it."""

    def __init__(self, panel, answers=True):
        panel._repr_mimebundle_()
        self.panel, self.stage, self.answers = panel, panel.stage, answers
        self.frames, self.end = [], None
        self.stage.send = self.take
        self.say(trip=0)

    def say(self, **message):
        self.stage._handle_custom_msg(message, [])

    def take(self, message, buffers):
        self.frames.append(SimpleNamespace(**message["frame"], buffers=buffers))
        if self.answers:
            self.stage.road.arrived(self.frames[-1].number)
        if len(self.places) == self.end:
            self.say(look=None)

    @property
    def places(self):
        """The places that were drawn ahead, in their order."""
        return [json.loads(frame.key) for frame in self.frames if frame.ahead]

    def look(self, field, frames=None):
        """Look at a knob until so many frames have come, or all."""
        self.end = len(self.places) + frames if frames else None

        async def wait():
            work = self.panel.ahead
            self.say(look=field)
            while work.field and work.next_place():
                # Who asks all the time takes the processor from what is waited for.
                await asyncio.sleep(0.001)
            self.say(look=None)
            if work.task:
                await work.task

        asyncio.run(wait())


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """On a machine that runs other tests, too, most of the time would be pauses."""
    monkeypatch.setattr("widgets.ahead.LONGEST", 0.0)


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def panel(fake):
    panel = fake.panel()
    yield panel
    panel.close()


@pytest.fixture
def learner(panel):
    return Page(panel)


def state(panel):
    artists = [panel.artists.curve, panel.artists.now, panel.artists.ghost]
    data = [artist.get_data() for artist in artists]
    return (
        np.array(panel.picture.pixels()).tobytes(), panel.artists.text.get_text(), repr(data),
        panel.settings, str(panel), panel.figure.stale,
    )  # fmt: skip


def test_the_nearest_places_come_first_and_then_those_in_the_direction_of_travel(panel, learner):
    learner.look("seed", 3)
    assert [place[0][2] for place in learner.places] == [1, 2, 3]
    panel.set(seed=5)
    learner.frames.clear()
    learner.look("seed", 4)
    assert [place[0][2] for place in learner.places] == [6, 7, 4, 8]
    panel.set(seed=4)
    learner.frames.clear()
    learner.look("seed")
    # Where the hand has been, and where it is, the page has a frame.
    assert [place[0][2] for place in learner.places] == [9]


def test_the_panel_itself_notices_nothing(panel, learner):
    before = state(panel)
    for field in ("rate", "seed", "time"):
        learner.look(field, 3)
    assert len(learner.places) == 9
    assert state(panel) == before


def test_of_time_only_the_moment_is_drawn(fake, panel, learner):
    count = len(fake.computed)
    learner.look("time")
    assert len(fake.computed) == count
    assert [place[1] for place in learner.places] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


def test_where_time_would_have_to_move_as_well_nothing_is_drawn(panel, learner):
    panel.set(n=6, time=4)
    panel.set(n=5)
    learner.look("n", 5)
    assert [place[:2] for place in learner.places] == [
        [["1", n, 0, "plain"], 4] for n in range(7, 12)
    ]


def test_nothing_is_drawn_where_nobody_looks(fake, panel, learner):
    count = len(fake.computed)
    learner.look(None)
    learner.look("no such knob")
    assert learner.places == []
    assert len(fake.computed) == count


def test_what_takes_too_long_is_drawn_only_in_time_until_the_hand_has_moved(fake, panel, learner):
    learner.look("mode")
    assert fake.computed[-1]["mode"] == "slow"
    count = len(fake.computed)
    learner.look("seed")
    assert len(fake.computed) == count
    learner.look("time", 2)
    assert [place[1] for place in learner.places] == [9, 8]
    panel.set(seed=1)
    learner.look("seed", 1)
    assert learner.places[-1][0][2] == 2


def test_what_fails_is_left_to_the_hand(fake, panel, learner):
    fake.gate.set()
    learner.look("mode")
    assert [place[0][3] for place in learner.places] == ["slow"]
    assert {settings["mode"] for settings in fake.computed} == set(MODES)
    count = len(fake.computed)
    learner.look("mode")
    assert len(fake.computed) == count
    assert panel.message.value == ""
    with pytest.raises(ZeroDivisionError):
        panel.set(mode="update fails")


def test_no_more_is_under_way_than_the_road_carries(panel):
    learner = Page(panel, answers=False)
    panel.stage.road = Road(trip=0.12)
    learner.look("n")
    waiting = sum(len(frame.buffers[0]) for frame in learner.frames if frame.ahead)
    last = len(learner.frames[-1].buffers[0])
    assert 0 < waiting - last < 64_000 <= waiting
    learner.say(got=learner.frames[-1].number)
    count = len(learner.places)
    learner.look("n", 1)
    assert len(learner.places) == count + 1


def test_a_pin_makes_all_of_it_outdated(panel, learner):
    learner.look("seed", 3)
    generation = panel.stage.generation
    panel.set(pinned={"seed": 2})
    assert panel.stage.generation > generation
    assert len(panel.stage.held) == 1
    learner.frames.clear()
    learner.look("seed", 2)
    assert [place[2] for place in learner.places] == [True, True]


def test_a_closed_panel_draws_no_more(fake, panel, learner):
    async def close_while_it_draws():
        learner.say(look="seed")
        while not learner.places:
            await asyncio.sleep(0)
        panel.close()
        await asyncio.wait_for(panel.ahead.task, 5)

    asyncio.run(close_while_it_draws())
    assert len(learner.places) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", PANELS)
def test_it_is_what_a_move_there_shows_to_the_byte(name):
    panel = PANELS[name]()
    assert isinstance(panel, Panel)
    learner = Page(panel)
    while panel.job:
        panel.job.wait()
    try:
        for field in [*panel.knobs, "time"]:
            here = panel.settings
            learner.frames.clear()
            learner.look(field, 1)
            places = list(panel.neighbors(field))
            for frame in [frame for frame in learner.frames if frame.ahead]:
                place = next(place for place in places if place.key == frame.key)
                learner.frames.clear()
                panel.set(**(place.settings if field != "time" else {"time": place.time}))
                first = learner.frames[0]
                assert (first.key, first.text) == (frame.key, frame.text)
                assert first.buffers == [], f"{field}: the picture was not the same"
                panel.set(**here)
    finally:
        panel.close()
        engines.warming.join()
