// The place where the knobs are, which the page knows before the kernel does.

// ipywidgets tells no "change" where the kernel moves a knob.
const MOVES = "change:index change:value change:max";

function position(knob) {
  const labels = knob.get("_options_labels");
  return labels ? labels[knob.get("index")] : knob.get("value");
}

// The end of a run is one place, however long the run.
function moment(clock) {
  const now = clock.get("value");
  return now === clock.get("max") ? null : now;
}

// widgets/places.py writes the same.
function placeOf(knobs, clock, pin) {
  return JSON.stringify([knobs.map(position), clock ? moment(clock) : null, pin.get("value")]);
}

// After a reload the models come one by one.
async function find(manager, id, isOver) {
  while (!isOver()) {
    try {
      return await manager.get_model(id);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
