// Frames: pictures with their words, each under the key of the place of the knobs it belongs to.
//
// Some are drawn ahead, for places where the hand may go next; the others are what the kernel drew
// for a move. A frame of the place where the knobs are is always right. Where none has come yet,
// the newest that was drawn for a move stands in for it.

const HELD = 32e6; // bytes that are kept
const PLACES = 1000; // of the hand that are remembered

// `show(frame)` puts a frame on the page.
function makeFrames(show) {
  const frames = new Map(); // by key, the oldest first
  const places = new Map(); // key -> when the hand was there last
  let held = 0, generation = 0, moment = 0, newest = -1;
  let here, shown;

  // The hand is at another place.
  function go(key) {
    here = key;
    places.delete(key);
    places.set(key, ++moment);
    if (places.size > PLACES) places.delete(places.keys().next().value);
    if (frames.has(key)) put(frames.get(key));
  }

  // A frame has come; without bytes, if its picture came before, with the frame of that number.
  // Returns whether it did not.
  function take(frame, bytes) {
    if (frame.generation < generation) return false;
    if (frame.generation > generation) empty();
    generation = frame.generation;
    const before = frames.get(frame.key);
    // What was drawn ahead never takes the place of what was drawn for a move, nor old of new.
    const late = before && (frame.ahead || frame.number < before.number);
    if (!late) {
      if (!bytes && before?.picture !== frame.picture) return true;
      keep({ ...(bytes ? load(frame, bytes) : before), ...frame });
    }
    const latest = !frame.ahead && frame.number > newest;
    if (latest) newest = frame.number;
    if (frames.has(here)) put(frames.get(here));
    else if (latest && !isBehind(frame.key)) put(frames.get(frame.key));
    return false;
  }

  // Whether the hand was at this place before it was at the one that is shown.
  function isBehind(key) {
    return shown && places.has(key) && places.get(key) < (places.get(shown.key) ?? 0);
  }

  function load(frame, bytes) {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([bytes], { type: `image/${frame.kind}` }));
    return { image, size: bytes.byteLength };
  }

  function keep(frame) {
    drop(frames.get(frame.key));
    frames.set(frame.key, frame);
    held += frame.size;
    for (const old of frames.values()) {
      if (held <= HELD) break;
      if (old !== frame) drop(old);
    }
  }

  function drop(frame) {
    if (!frame) return;
    frames.delete(frame.key);
    held -= frame.size;
    release(frame);
  }

  function empty() {
    for (const frame of [...frames.values()]) drop(frame);
  }

  function put(frame) {
    if (frame === shown) return;
    const before = shown;
    shown = frame;
    show(frame);
    if (before) release(before);
  }

  // An address is given back when its picture is neither kept nor shown, and has been loaded: else
  // the browser would look for it in vain. One that was confirmed is in two frames for a moment.
  function release({ key, image }) {
    setTimeout(() => {
      const inUse = image === shown?.image || image === frames.get(key)?.image;
      const giveBack = () => URL.revokeObjectURL(image.src);
      if (!inUse) image.complete ? giveBack() : image.addEventListener("load", giveBack);
    });
  }

  return { go, take, empty, get shown() { return shown; } };
}
