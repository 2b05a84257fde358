// Says at the desk, two minutes before, that the session is about to end; one press goes on. What is typed stays where
// it is. Without this file nothing is said, and a form that comes too late is kept until its member has signed in again.
(() => {
  const WARN_S = 120;
  const AGAIN_S = 20;
  const box = document.querySelector("[data-session]");
  const stay = box.querySelector("form");
  let timer;

  // "soon": it can be gone on with; "last": the day's hours are over; "over": it has ended.
  function show(state) {
    for (const each of box.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
    stay.hidden = state !== "soon";
    box.classList.toggle("session-end--shown", state !== undefined);
  }

  function lookIn(seconds) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1, seconds) * 1000);
  }

  function tell({ left, goes_on: goesOn }) {
    if (left > WARN_S) {
      show();
      lookIn(left - WARN_S);
      return;
    }
    if (left > 0) {
      show(goesOn ? "soon" : "last");
      lookIn(Math.min(left, AGAIN_S));
    } else show("over");
  }

  async function ask(address, body) {
    try {
      const answer = await fetch(address, { method: body ? "POST" : "GET", body, cache: "no-store" });
      tell(await answer.json());
    } catch {
      lookIn(AGAIN_S); // no network, or the server starts anew: asked again, and nothing is claimed meanwhile
    }
  }

  function look() {
    ask(box.dataset.session);
  }

  stay.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(stay.action, new FormData(stay));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  lookIn(Number(box.dataset.lasts) - WARN_S);
})();
