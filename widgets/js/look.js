// Which knob the learner looks at: the one that the pointer rests on, or else the one that has the
// focus. The kernel draws ahead for no other, and for none where nobody would see it.

const DWELL = 80; // ms that a pointer that passes by does not stay
const KNOB = "[class*='knob-'], .knobs-play";

function fieldOf(target) {
  const node = target?.closest?.(KNOB);
  if (!node) return null;
  const name = [...node.classList].find((name) => name.startsWith("knob-"));
  return name ? name.slice("knob-".length) : "time";
}

// `tell(field)` is called with a knob's field, or null. Returns a function that ends it.
function keepLooking(panel, tell) {
  let over = null, focused = null, told = null, waiting;

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const nobody = document.hidden || navigator.connection?.saveData;
      const field = nobody ? null : over ?? focused;
      if (field !== told) tell((told = field));
    }, DWELL);
  }

  // A pointer that drags one knob may come over another.
  const events = {
    pointerover: (event) => { if (!event.buttons) over = fieldOf(event.target); },
    pointerleave: (event) => { if (!event.buttons) over = null; },
    pointerup: (event) => { over = fieldOf(event.target); },
    focusin: (event) => { focused = fieldOf(event.target); },
    focusout: () => { focused = null; },
  };
  const listeners = Object.entries(events).map(([name, note]) => [
    name, (event) => { note(event); soon(); },
  ]);
  for (const [name, listener] of listeners) panel.addEventListener(name, listener);
  document.addEventListener("visibilitychange", soon);
  return () => {
    clearTimeout(waiting);
    for (const [name, listener] of listeners) panel.removeEventListener(name, listener);
    document.removeEventListener("visibilitychange", soon);
    if (told !== null) tell(null);
  };
}
