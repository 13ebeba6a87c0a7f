// Whether the page is dark, by what is seen behind the panel: every front end has its own word for
// it, but all of them have a ground.

function isDark(panel) {
  for (let node = panel; node; node = node.parentElement) {
    const [red, green, blue, alpha = 1] = getComputedStyle(node).backgroundColor.match(/[\d.]+/g).map(Number);
    if (alpha > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return false;
}

// Returns a function that ends it. A theme is an attribute of the page or of its body; its style
// sheet may come a little later.
function keepTheme(panel, model) {
  let waiting = [];
  const look = () => {
    const dark = isDark(panel);
    if (model.get("dark") === dark) return;
    model.set("dark", dark);
    model.save_changes();
  };
  const end = () => waiting.forEach(clearTimeout);
  const observer = new MutationObserver(() => {
    end();
    waiting = [100, 500, 2000].map((ms) => setTimeout(look, ms));
  });
  for (const node of [document.documentElement, document.body])
    observer.observe(node, { attributes: true });
  look();
  return () => { end(); observer.disconnect(); };
}
