// The link with which the page was opened, if its address ended with one. Lab takes that end away
// while it loads; the browser remembers it, until the page is loaded anew.

function linkOpened() {
  const addresses = [location.href, ...performance.getEntriesByType("navigation").map(({ name }) => name)];
  return addresses.map((address) => new URL(address).hash).find((end) => end.startsWith("#knobs="));
}
