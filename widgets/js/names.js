// Names for assistive technology.
//
// ipywidgets writes a slider's name beside it but does not tell the browser that the two belong
// together, and reads a logarithmic slider's value as its exponent.

const PLAY = { "fa-play": "play", "fa-pause": "pause", "fa-stop": "stop and go back",
               "fa-retweet": "repeat" };

function nameControls(panel) {
  for (const slider of panel.querySelectorAll(".widget-slider")) {
    const handle = slider.querySelector(".noUi-handle");
    const label = slider.querySelector(".widget-label");
    const readout = slider.querySelector(".widget-readout");
    if (!handle || !label || !readout) continue;
    set(handle, "aria-label", label.textContent);
    set(handle, "aria-valuetext", readout.textContent);
  }
  for (const button of panel.querySelectorAll(".knobs-play button")) {
    const kind = button.querySelector("i, svg")?.getAttribute("class") ?? "";
    for (const [mark, name] of Object.entries(PLAY))
      if (kind.includes(mark)) { set(button, "aria-label", name); set(button, "title", name); }
  }
  const picture = panel.querySelector("img.knobs-picture");
  const summary = panel.querySelector(".knobs-summary");
  if (picture && summary) set(picture, "alt", summary.textContent.trim());
}

// Writing what is there already would wake the observer again, without end.
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Returns a function that ends it.
function keepNaming(panel) {
  const observer = new MutationObserver(() => nameControls(panel));
  observer.observe(panel, { childList: true, subtree: true, characterData: true,
                            attributeFilter: ["aria-valuetext"] });
  nameControls(panel);
  return () => observer.disconnect();
}
