// The list of cases by keys: j and k go down and up, o opens, / goes to finding, x chooses. They do nothing while
// somebody types, nor together with Ctrl, Alt or the like. Without this file all of it is done with Tab and Enter.
(() => {
  const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

  function listRows() {
    return [...document.querySelectorAll("[data-row]")];
  }

  // The row that the focus is in, so that a checkbox counts as well as the link beside it.
  function findPlace(rows) {
    const row = document.activeElement?.closest("tr");
    return row === null || row === undefined ? -1 : rows.findIndex((each) => row.contains(each));
  }

  function move(step) {
    const rows = listRows();
    if (rows.length === 0) return;
    const place = findPlace(rows);
    const next = place < 0 ? 0 : Math.min(Math.max(place + step, 0), rows.length - 1);
    rows[next].focus();
  }

  const ACTS = {
    j: () => move(1),
    k: () => move(-1),
    o: () => listRows()[findPlace(listRows())]?.click(),
    x: () => listRows()[findPlace(listRows())]?.closest("tr").querySelector("[name=cases]")?.click(),
    "/": () => document.querySelector("[data-find]")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING)) return;
    const act = Object.hasOwn(ACTS, event.key) ? ACTS[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
})();
