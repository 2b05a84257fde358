// A call saves itself: some seconds after the last letter, and at once where the answer decides whom to call. The server
// answers with the page anew, of which only whom to call and where to save next is taken: what is being typed stays.
// Without this file the call is saved by its button.
(() => {
  const WAIT_MS = 4000;
  const AT_ONCE = new Set(["country", "under_18", "danger", "suicide"]);
  let timer;
  let sending = false;
  let waiting = false;
  let isPressed = false;

  function take(page, form) {
    const answered = page.querySelector("#call");
    if (answered === null) return;
    form.setAttribute("action", answered.getAttribute("action"));
    form.elements.version.value = answered.elements.version.value;
    document.querySelector("#help").replaceWith(page.querySelector("#help"));
    document.querySelector("#saved").textContent = page.querySelector("#saved").textContent;
    window.history.replaceState(null, "", answered.getAttribute("action"));
  }

  // One at a time: the next one carries the version that this one is answered with.
  async function save(form) {
    if (isPressed) return;
    if (sending) {
      waiting = true;
      return;
    }
    sending = true;
    const typed = new FormData(form);
    typed.append("auto", "y");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(typed) });
      if (answer.ok && !answer.redirected) take(new DOMParser().parseFromString(await answer.text(), "text/html"), form);
    } catch {
      // No connection: the button says so when it is pressed, and what was typed stays.
    }
    sending = false;
    if (waiting) {
      waiting = false;
      await save(form);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("#call");
    if (form === null) return;
    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => save(form), AT_ONCE.has(event.target.name) ? 0 : WAIT_MS);
    });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      waiting = false;
      if (!sending) {
        isPressed = true;
        return;
      }
      // The answer that is on its way has the version that this press needs.
      event.preventDefault();
      setTimeout(() => form.requestSubmit(event.submitter), 100);
    });
  });
})();
