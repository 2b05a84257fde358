// Does the small sum that a busy network is asked for, beside the page, and puts the answer into the form.
// Without this file, or without what it needs from the browser, the person waits for the time that the page says.
(() => {
  const field = document.querySelector("[data-work]");
  if (!field || !window.Worker || !window.crypto?.subtle) return;
  const words = document.querySelector("[data-work-says]");
  const challenge = JSON.parse(field.dataset.work);
  const worker = new Worker(new URL("work-worker.js", document.currentScript.src));
  const waiting = words.textContent;

  worker.addEventListener("message", (event) => {
    worker.terminate();
    field.value = btoa(JSON.stringify({ challenge, solution: event.data }));
    words.textContent = words.dataset.worked;
    if ("sendWhenWorked" in field.form.dataset) field.form.requestSubmit();
  });

  worker.addEventListener("error", () => {
    worker.terminate();
    words.textContent = waiting;
  });

  words.textContent = words.dataset.working;
  worker.postMessage(challenge.parameters);
})();
