// Leaving quickly: the link hides the page at once, and three presses of Shift within five seconds do the same.
// Without this file the link works as it is: it ends the session and goes on to another site.
(() => {
  const link = document.querySelector("[data-leave]");
  if (!link) return;
  const SPAN_MS = 5000;
  const PRESSES = 3;
  let pressedAt = [];

  function leave() {
    document.documentElement.classList.add("is-leaving");
    window.location.replace(link.href);
  }

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      pressedAt = [];
      return;
    }
    if (event.repeat) return;
    const now = Date.now();
    pressedAt = pressedAt.filter((moment) => now - moment < SPAN_MS).concat(now);
    if (pressedAt.length >= PRESSES) leave();
  });

  // A page brought back from the browser's memory must not be seen hidden, nor shown after leaving: it is asked for again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
