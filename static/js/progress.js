// Asks for the page again while work is going on in the background, and swaps in only the part that shows progress.
// Without this file there is a link that loads the page again.
(() => {
  const PAUSE_MS = 2000;
  const ON_THE_WAY_MS = 30000; // to load the page again now would take back the link that was just followed
  let leavingSince = -Infinity;
  const box = () => document.querySelector("[data-progress]");

  async function look() {
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    const isLeaving = performance.now() - leavingSince < ON_THE_WAY_MS;
    if (!fresh && !isLeaving) {
      window.location.reload();
      return;
    }
    if (fresh) box().replaceWith(document.importNode(fresh, true));
    window.setTimeout(look, PAUSE_MS);
  }

  window.addEventListener("beforeunload", () => {
    leavingSince = performance.now();
  });
  if (box()) window.setTimeout(look, PAUSE_MS);
})();
