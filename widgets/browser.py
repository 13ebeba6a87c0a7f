"""The panel's part in the browser: names for assistive technology, and how fine the screen is.

ipywidgets writes a slider's name beside it but does not tell the browser that the two belong
together, and reads a logarithmic slider's value as its exponent. This widget, which shows nothing,
mends both for the panel that it stands in. It also tells the kernel how many pixels the screen has
for each pixel of the page, so that the picture can be as sharp as the screen and no slower.
"""

import anywidget
import traitlets


class Browser(anywidget.AnyWidget):
    """Name sliders, buttons and picture for screen readers, and report the screen's density."""

    density = traitlets.Int(1, help="pixels of the screen per pixel of the page, 1 or 2").tag(
        sync=True
    )

    _esm = """
    function tell(panel) {
      for (const slider of panel.querySelectorAll(".widget-slider")) {
        const handle = slider.querySelector(".noUi-handle");
        const label = slider.querySelector(".widget-label");
        const readout = slider.querySelector(".widget-readout");
        if (!handle || !label || !readout) continue;
        set(handle, "aria-label", label.textContent);
        set(handle, "aria-valuetext", readout.textContent);
      }
      for (const button of panel.querySelectorAll(".knobs-play button")) {
        const icon = button.querySelector("i, svg");
        const kind = (icon ? icon.getAttribute("class") : "") || "";
        const names = { "fa-play": "play", "fa-pause": "pause", "fa-stop": "stop and go back",
                        "fa-retweet": "repeat" };
        for (const [mark, name] of Object.entries(names))
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

    export default {
      render({ model, el }) {
        let observer, waiting;
        const density = window.devicePixelRatio > 1 ? 2 : 1;
        if (model.get("density") !== density) {
          model.set("density", density);
          model.save_changes();
        }
        const start = () => {
          const panel = el.closest(".knobs-panel");
          if (!panel) { waiting = setTimeout(start, 100); return; }
          observer = new MutationObserver(() => tell(panel));
          observer.observe(panel, { childList: true, subtree: true, characterData: true,
                                    attributeFilter: ["aria-valuetext"] });
          tell(panel);
        };
        start();
        return () => { clearTimeout(waiting); observer?.disconnect(); };
      },
    };
    """
