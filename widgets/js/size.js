// How many pixels the screen has for the picture, so that it is drawn at just that size: as sharp
// as can be, and no slower.

// A narrow page shows the picture smaller than it is; whole pixels keep it sharp.
function fit(picture, model) {
  const own = Number(picture.getAttribute("width"));
  const pixels = Math.round(picture.clientWidth * window.devicePixelRatio);
  const density = Math.min(Math.max(pixels / own, 0.1), 2);
  if (model.get("density") === density) return;
  model.set("density", density);
  model.save_changes();
}

// Returns a function that ends it. Only when the page is made wider or narrower: a second view of
// the same panel may have another width, and neither must answer the other.
function keepFitting(picture, model) {
  let resting, width = 0;
  const look = (pause) => {
    if (!picture.clientWidth || picture.clientWidth === width) return;
    width = picture.clientWidth;
    clearTimeout(resting);
    resting = setTimeout(() => fit(picture, model), pause);
  };
  look(0);
  const observer = new ResizeObserver(() => look(200));
  observer.observe(picture);
  return () => { clearTimeout(resting); observer.disconnect(); };
}
