// The stage of a panel: one model, and as many views as the panel has.

const MOMENT = 30; // ms

export default () => {
  const views = new Set();
  const frames = makeFrames((frame) => views.forEach((view) => view.show(frame)));
  let knobs = [], clock, pin, over = false, last = 0, waiting;

  return {
    initialize({ model }) {
      const moved = () => frames.go(placeOf(knobs, clock, pin));
      // What is pinned next is not what was pinned before.
      const pinned = () => { frames.empty(); moved(); };

      // One word for all that came in a moment: each costs the kernel, and the page, a little.
      const got = (number) => {
        last = Math.max(last, number);
        waiting ??= setTimeout(() => { waiting = undefined; model.send({ got: last }); }, MOMENT);
      };

      const arrived = ({ frame }, buffers) => {
        if (!frame) return;
        if (frames.take(frame, buffers[0])) model.send({ trip: trip() });
        else got(frame.number);
      };

      // Not waited for: what it waits for may wait for this.
      const listen = async () => {
        const get = (id) => id && find(model.widget_manager, id, () => over);
        const ids = [model.get("clock"), model.get("pin"), ...model.get("knobs")];
        [clock, pin, ...knobs] = await Promise.all(ids.map(get));
        if (over) return;
        for (const knob of [clock, ...knobs]) knob?.on(MOVES, moved);
        pin.on("change:value", pinned);
        model.on("msg:custom", arrived);
        moved();
        model.send({ trip: trip() });
        const link = linkOpened();
        if (link) model.send({ link });
      };
      listen();
      return () => {
        over = true;
        clearTimeout(waiting);
        model.off("msg:custom", arrived);
        for (const knob of [clock, ...knobs]) knob?.off(MOVES, moved);
        pin?.off("change:value", pinned);
        frames.empty();
      };
    },

    render({ model, el }) {
      let waiting, ends = [];
      const spoken = document.createElement("div");
      spoken.setAttribute("role", "status");
      el.append(spoken);
      const start = () => {
        const panel = el.closest(".knobs-panel");
        const picture = panel?.querySelector("img.knobs-picture");
        const summary = panel?.querySelector(".knobs-summary .widget-html-content");
        if (!picture || !summary) { waiting = setTimeout(start, 50); return; }
        const view = makeView(panel, spoken);
        views.add(view);
        if (frames.shown) view.show(frames.shown);
        ends = [
          keepNaming(panel),
          keepFitting(panel, model),
          keepTheme(panel, model),
          keepTouching(panel, picture, model),
          keepLooking(panel, (field) => model.send({ look: field })),
          () => { views.delete(view); view.end(); },
        ];
      };
      start();
      return () => { clearTimeout(waiting); for (const end of ends) end(); };
    },
  };
};
