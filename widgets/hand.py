"""The hand: what a panel does when the learner moves a control."""


class Hand:
    """What the controls call. Who inherits has what Panel has.

    Each takes the lock before it looks whether the panel itself is moving the controls: another
    thread may be doing that just now, and then a hand's move must wait and not be lost.
    """

    def on_knob(self, change):
        with self.lock:
            by_hand = not self.muted
        if by_hand:
            self.guarded(self.move, {})

    def on_time(self, change):
        with self.lock:
            if not self.muted:
                self.time = None if self.clock.value == self.clock.max else self.clock.value
                self.guarded(self.redraw)

    def on_screen(self, change):
        with self.lock:
            if self.picture.fit(self.stage.room, self.stage.ratio, self.stage.dark):
                self.stage.areas, self.stage.shape = self.areas(), self.picture.shape
                self.renew()
                self.guarded(self.paint)

    def on_pin(self, change):
        with self.lock:
            if not self.muted:
                self.pinned = self.result if self.pin.value else None
                self.pinned_settings = self.computed if self.pin.value else None
                self.renew()
                self.guarded(self.redraw)

    def on_reset(self, button):
        self.guarded(self.move, self.start)

    def on_stop(self, button):
        with self.lock:
            if self.job:
                self.job.cancel()

    def on_here(self):
        self.guarded(self.paint)

    def on_look(self, field):
        self.ahead.look(field)

    def on_got(self):
        self.ahead.wake()

    def guarded(self, action, *arguments):
        """Do what a callback has to do; show an error, for a callback has no one to raise it to."""
        try:
            action(*arguments)
        except Exception as error:
            self.complain(error)
