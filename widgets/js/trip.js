// How long the way to the server and back is, in seconds: as long as the quickest answer took of all
// that made up the page. The kernel cannot know, for it may have been busy.

function trip() {
  const times = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((entry) => entry.transferSize > 0 && entry.requestStart > 0)
    .map((entry) => entry.responseStart - entry.requestStart);
  return times.length ? Math.min(...times) / 1000 : 0;
}
