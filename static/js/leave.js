// Leaving quickly: the link hides the page at once, and three presses of Shift within five seconds do the same.
// After that *Back* shows nothing of this site: a page that is come back to in a window that was left sends on at once.
// Without this file the link works as it is: it ends the session and goes on to another site.
(() => {
  const HERE = "here"; // in the window's own memory, which ends with it, with leaving, and when the browser is asked to forget
  const AWAY = "/leave";
  const SPAN_MS = 5000;
  const PRESSES = 3;
  let pressedAt = [];

  // Some browsers are told to keep nothing at all. Then nobody can know who left, and pages show as they always did.
  function remember(act) {
    try {
      return act(window.sessionStorage);
    } catch {
      return undefined;
    }
  }

  function cameBack() {
    const [entry] = performance.getEntriesByType("navigation");
    return entry?.type === "back_forward";
  }

  function isLeft() {
    return remember((kept) => kept.getItem(HERE)) === null;
  }

  function leave(address = AWAY) {
    document.documentElement.classList.add("is-leaving");
    remember((kept) => kept.removeItem(HERE));
    window.location.replace(address);
  }

  // This runs before the page is drawn, so that nothing of it is seen.
  if (cameBack() && isLeft()) {
    leave();
    return;
  }
  remember((kept) => kept.setItem(HERE, "1"));

  document.addEventListener("DOMContentLoaded", () => {
    const link = document.querySelector("[data-leave]");
    link?.addEventListener("click", (event) => {
      event.preventDefault();
      leave(link.href);
    });
  });

  // At the desk a slip of Shift in the middle of a sentence would end the session and lose the sentence.
  function isTyping(event) {
    const field = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
    return document.querySelector(".desk-nav") !== null && event.target.closest?.(field) !== null;
  }

  // Shift that is held while something is chosen with the mouse is no way to leave.
  document.addEventListener("mousedown", (event) => {
    if (event.shiftKey) pressedAt = [];
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      pressedAt = [];
      return;
    }
    if (event.repeat || isTyping(event)) return;
    const now = Date.now();
    pressedAt = pressedAt.filter((moment) => now - moment < SPAN_MS).concat(now);
    if (pressedAt.length >= PRESSES) leave();
  });

  // A page brought back from the browser's memory must not be seen hidden, nor shown after leaving: it is asked for again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if (isLeft()) leave();
    else window.location.reload();
  });
})();
