// How much room the page has for the picture, so that it is drawn at just that size: as sharp as
// can be, and no slower; and so that, where there is little, its parts stand below each other.

function fit(panel, model) {
  const room = panel.clientWidth, ratio = window.devicePixelRatio;
  if (model.get("room") === room && model.get("ratio") === ratio) return;
  model.set({ room, ratio });
  model.save_changes();
}

// Returns a function that ends it. Only when the page is made wider or narrower: a second view of
// the same panel may have another width, and neither must answer the other.
function keepFitting(panel, model) {
  let resting, width = 0;
  const look = (pause) => {
    if (!panel.clientWidth || panel.clientWidth === width) return;
    width = panel.clientWidth;
    clearTimeout(resting);
    resting = setTimeout(() => fit(panel, model), pause);
  };
  look(0);
  const observer = new ResizeObserver(() => look(200));
  observer.observe(panel);
  return () => { clearTimeout(resting); observer.disconnect(); };
}
