"""The panel's part in the browser: names for assistive technology, and how fine the screen is.

ipywidgets writes a slider's name beside it but does not tell the browser that the two belong
together, and reads a logarithmic slider's value as its exponent. This widget, which shows nothing,
mends both for the panel that it stands in. It also tells the kernel how many pixels the screen has
for the picture, so that it is drawn at just that size: as sharp as can be, and no slower.
"""

import anywidget
import traitlets


class Browser(anywidget.AnyWidget):
    """Name sliders, buttons and picture for screen readers, and report how large the picture is."""

    density = traitlets.Float(
        1, min=0.1, max=2, help="pixels of the screen per pixel of the picture's own width"
    ).tag(sync=True)

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

    // A narrow page shows the picture smaller than it is; whole pixels keep it sharp.
    function fit(picture, model) {
      const own = Number(picture.getAttribute("width"));
      const pixels = Math.round(picture.clientWidth * window.devicePixelRatio);
      const density = Math.min(Math.max(pixels / own, 0.1), 2);
      if (model.get("density") === density) return;
      model.set("density", density);
      model.save_changes();
    }

    export default {
      render({ model, el }) {
        let names, size, waiting, resting, width = 0;
        const start = () => {
          const panel = el.closest(".knobs-panel");
          const picture = panel?.querySelector("img.knobs-picture");
          if (!picture) { waiting = setTimeout(start, 100); return; }
          names = new MutationObserver(() => tell(panel));
          names.observe(panel, { childList: true, subtree: true, characterData: true,
                                 attributeFilter: ["aria-valuetext"] });
          tell(panel);
          // Only when the page is made wider or narrower: a second view of the same panel may have
          // another width, and neither must answer the other.
          const look = (pause) => {
            if (!picture.clientWidth || picture.clientWidth === width) return;
            width = picture.clientWidth;
            clearTimeout(resting);
            resting = setTimeout(() => fit(picture, model), pause);
          };
          look(0);
          size = new ResizeObserver(() => look(200));
          size.observe(picture);
        };
        start();
        return () => {
          clearTimeout(waiting);
          clearTimeout(resting);
          names?.disconnect();
          size?.disconnect();
        };
      },
    };
    """
