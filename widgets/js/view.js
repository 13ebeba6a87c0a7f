// One view of a panel: the picture and the words on the page, which from now on change together.

const QUIET = 700; // ms without a change after which the words are spoken

function makeView(panel, spoken) {
  const picture = panel.querySelector("img.knobs-picture");
  const words = document.createElement("div");
  let wanted, painted, speaking;
  // With the words, in the same moment.
  picture.decoding = "sync";
  words.style.lineHeight = "1.5";

  async function show(frame) {
    wanted = frame;
    if (!frame.image.complete) {
      panel.setAttribute("aria-busy", "true");
      await frame.image.decode().catch(() => {});
      // The hand has moved on.
      if (wanted !== frame) return;
    }
    panel.removeAttribute("aria-busy");
    const repainted = picture.src !== frame.image.src;
    if (repainted) picture.src = frame.image.src;
    // On a narrow page the knobs stand below it.
    Object.assign(picture, { width: frame.width, height: frame.height });
    panel.classList.toggle("knobs-narrow", frame.narrow);
    say(frame.text);
    if (repainted) requestAnimationFrame(() => afterPaint(frame));
  }

  function say(text) {
    if (!words.isConnected)
      panel.querySelector(".knobs-summary .widget-html-content").replaceChildren(words);
    if (words.textContent === text) return;
    words.textContent = text;
    clearTimeout(speaking);
    speaking = setTimeout(() => { spoken.textContent = text; }, QUIET);
  }

  // What a task of an animation frame puts off comes after the paint.
  function afterPaint(frame) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      if (wanted !== frame || painted === frame) return;
      painted = frame;
      const { key, ahead } = frame;
      panel.dispatchEvent(new CustomEvent("knobs:painted", { bubbles: true, detail: { key, ahead } }));
    };
    port2.postMessage(0);
  }

  return { picture, show, end: () => clearTimeout(speaking) };
}
