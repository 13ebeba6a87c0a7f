// Touch: a pointer on the picture, by mouse, finger or pen, in parts of the picture from its lower
// left corner. Where something can be touched the pointer has a ring, and a word of help. Moves come
// with all points where the pointer has been, so that a stroke is smooth however busy the kernel is.

const LONGEST = 1000; // points that one message tells

// `areas` are told by the model, `tell(message, done)` takes what happened. Returns a function that
// ends it.
function keepTouching(panel, picture, model) {
  const layer = document.createElement("div");
  layer.className = "knobs-touch";
  panel.append(layer);
  const queue = [];
  let busy = false;

  // The picture may be anywhere in the panel, and of any size.
  const place = () => {
    for (const [side, length] of [["left", picture.offsetLeft], ["top", picture.offsetTop],
                                  ["width", picture.clientWidth], ["height", picture.clientHeight]])
      layer.style[side] = `${length}px`;
  };
  const resized = new ResizeObserver(place);
  resized.observe(panel);
  resized.observe(picture);

  // The kernel gets one message after the other; moves that wait become one.
  const tell = (message) => {
    const last = queue.at(-1);
    if (message.phase === "move" && last?.phase === "move") {
      queue.pop();
      message.before = [...last.before, [last.x, last.y], ...message.before].slice(-LONGEST);
    }
    queue.push(message);
    next();
  };
  const next = () => {
    if (busy || !queue.length) return;
    busy = true;
    model.send({ touch: queue.shift() });
  };
  const heard = ({ touched }) => { if (touched) { busy = false; next(); } };
  model.on("msg:custom", heard);

  const show = () => {
    layer.replaceChildren(...model.get("areas").map((area) => makeArea(area, picture, tell)));
    place();
  };
  model.on("change:areas", show);
  show();
  return () => {
    resized.disconnect();
    model.off("msg:custom", heard);
    model.off("change:areas", show);
    layer.remove();
  };
}

function makeArea({ name, box: [left, bottom, width, height], help }, picture, tell) {
  const area = document.createElement("div"), ring = document.createElement("div");
  area.append(ring);
  area.title = help;
  for (const [side, part] of [["left", left], ["bottom", bottom], ["width", width], ["height", height]])
    area.style[side] = `${100 * part}%`;

  let last;
  // A browser tells of a quick pointer once per paint, and then where it was in between.
  const report = (phase, event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    const place = ({ clientX, clientY }) => [(clientX - left) / width, 1 - (clientY - top) / height];
    const [x, y] = place(event);
    const between = phase === "move" ? event.getCoalescedEvents?.() ?? [] : [];
    tell({ name, phase, x, y, before: between.slice(0, -1).map(place) });
    last = { name, x, y, before: [] };
  };
  const follow = (event) => {
    const { left, top } = area.getBoundingClientRect();
    ring.style.transform = `translate(${event.clientX - left}px, ${event.clientY - top}px)`;
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    area.setPointerCapture(event.pointerId);
    // No text is selected, and Lab goes into no other mode.
    event.preventDefault();
    follow(event);
    report("down", event);
  });
  area.addEventListener("pointermove", (event) => {
    follow(event);
    if (area.hasPointerCapture(event.pointerId)) report("move", event);
  });
  // Taken up, or taken away by the system.
  area.addEventListener("lostpointercapture", () => { if (last) tell({ ...last, phase: "up" }); });
  return area;
}
