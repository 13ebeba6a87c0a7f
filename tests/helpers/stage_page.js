// A page with one panel and a kernel that is only played, for the tests of the stage.
//
// Its frames are of one color, which is their number in the list of all that were made: so what is
// seen is read from the pixels. The road takes a random time for every message, whose order is lost.

const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Model {
  constructor(state) { this.state = state; this.listeners = []; this.sent = () => {}; }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.trigger(`change:${name}`);
  }
  save_changes() {}
  on(names, listener) { for (const name of names.split(" ")) this.listeners.push([name, listener]); }
  off(names, gone) { this.listeners = this.listeners.filter((pair) => pair[1] !== gone); }
  trigger(name, ...what) {
    for (const [event, listener] of [...this.listeners]) if (event === name) listener(...what);
  }
  send(message) { this.sent(message); }
}

// One pixel of this color, without any loss.
function bitmap(color) {
  const bytes = new Uint8Array(58);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  for (const [at, value] of [[2, 58], [10, 54], [14, 40], [18, 1], [22, 1], [34, 4]])
    view.setUint32(at, value, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  bytes.set([color & 255, (color >> 8) & 255, color >> 16], 54);
  return view;
}

function makePage(stage, { seed, delay, ahead }) {
  const chance = random(seed);
  document.body.innerHTML = `<div class="knobs-panel"><div class="knob-a"></div>
    <img class="knobs-picture" width="1"><div class="knobs-summary"><div class="widget-html-content">
    </div></div><div class="stage"></div></div>`;
  const panel = document.querySelector(".knobs-panel");
  const picture = panel.querySelector("img"), el = panel.querySelector(".stage");
  const models = {
    a: new Model({ _options_labels: ["0.1", "0.2", "0.5", "1", "2"], index: 0 }),
    b: new Model({ value: 0 }),
    clock: new Model({ value: 9, max: 9 }),
    pin: new Model({ value: false }),
  };
  const model = new Model({ knobs: ["a", "b"], clock: "clock", pin: "pin", areas: [],
                            room: 1000, ratio: 1, dark: false });
  model.widget_manager = { get_model: async (id) => models[id] };
  const made = [], problems = [];
  const arrived = new Map(); // key -> the newest drawn for a move that has come, or one ahead
  let held = new Map(), generation = 0, number = 0, under_way = 0, arrivedIn = 0;

  const place = (a, b, time, pinned) => JSON.stringify([[a, b], time, pinned]);
  const labels = models.a.get("_options_labels");
  const present = () => {
    const { value, max } = models.clock.state;
    return place(labels[models.a.get("index")], models.b.get("value"), value === max ? null : value,
                 models.pin.get("value"));
  };

  const road = async (deliver) => {
    under_way++;
    await pause(delay * chance());
    deliver();
    under_way--;
  };

  // --- the kernel that is played ---

  function frame(key, isAhead) {
    if (isAhead && held.has(key)) return;
    // Now and then what was drawn ahead is coarser than what is drawn for the move.
    const known = held.get(key);
    const same = known !== undefined && (!made[known].ahead || chance() < 0.5);
    const color = same ? known : made.length;
    number++;
    if (!same) made.push({ key, ahead: isAhead, number });
    held.set(key, color);
    const message = { key, number, generation, ahead: isAhead, text: `${key} ${color}`,
                      picture: made[color].number, kind: "bmp",
                      width: 1, height: 1, narrow: false };
    road(() => {
      note(message, color, same);
      model.trigger("msg:custom", { frame: message }, same ? [] : [bitmap(color)]);
    });
  }

  // What the page has to know now, written down apart from it.
  function note({ key, ...message }, color, same) {
    if (message.generation < arrivedIn) return;
    if (message.generation > arrivedIn) arrived.clear();
    arrivedIn = message.generation;
    const before = arrived.get(key);
    if (same && before?.color !== color) return;
    if (!before || (!message.ahead && message.number > before.number))
      arrived.set(key, { ...message, color });
  }

  function neighbors() {
    const { index } = models.a.state, b = models.b.get("value");
    const [, time, pinned] = JSON.parse(present());
    for (const label of labels) if (label !== labels[index]) frame(place(label, b, time, pinned), true);
  }

  let last;
  function moved() {
    const key = present();
    road(() => {
      // Of what has waited the kernel takes the newest.
      if (key !== last && chance() < 0.3) return;
      frame(last = key, false);
      if (ahead && chance() < 0.7) neighbors();
    });
  }

  function renew() { generation++; held = new Map(); }

  model.sent = (message) => {
    if ("trip" in message) road(() => { renew(); frame(present(), false); });
  };

  // --- what is seen ---

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function seen() {
    canvas.drawImage(picture, 0, 0);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red << 16) | (green << 8) | blue;
  }

  let painted = 0, ofAhead = 0;
  panel.addEventListener("knobs:painted", ({ detail }) => {
    painted++;
    ofAhead += detail.ahead;
    const color = seen(), key = present(), right = arrived.get(key);
    const words = panel.querySelector(".knobs-summary").textContent.trim();
    const shown = made[color];
    const say = (what) => problems.push(`${what}: ${JSON.stringify({ color, key, shown, detail, words })}`);
    if (shown.key !== detail.key) say("the event names another key than the picture has");
    if (words !== `${shown.key} ${color}`) say("the words are not those of the picture");
    if (right && shown.key !== key) say("there is a frame for this place, and another is shown");
  });

  async function play(moves) {
    const lifecycle = stage();
    lifecycle.initialize({ model });
    lifecycle.render({ model, el });
    for (const knob of [models.a, models.b, models.clock]) knob.on("change:index change:value", moved);
    models.pin.on("change:value", () => road(() => { renew(); frame(present(), false); }));
    for (let k = 0; k < moves; k++) {
      const which = chance();
      if (which < 0.5) models.a.set("index", Math.floor(5 * chance()));
      else if (which < 0.75) models.b.set("value", Math.floor(3 * chance()));
      else if (which < 0.99) models.clock.set("value", Math.floor(10 * chance()));
      else models.pin.set("value", !models.pin.get("value"));
      if (chance() < 0.5) await pause(4 * chance());
      if (k % 500 === 499) await rest();
    }
    return { problems: problems.slice(0, 5), painted, ofAhead, made: made.length };
  }

  // The hand rests, and in the end the kernel draws for the place where it is.
  async function rest() {
    while (under_way) await pause(1);
    frame(present(), false);
    while (under_way) await pause(1);
    for (let k = 0; k < 100 && panel.ariaBusy; k++) await pause(1);
    await pause(60);
    const shown = made[seen()], want = arrived.get(present());
    if (!want || want.ahead || seen() !== want.color)
      problems.push(`at rest: ${JSON.stringify({ shown, want, seen: seen(), key: present() })}`);
  }

  return { play };
}
