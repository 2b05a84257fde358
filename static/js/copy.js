// A button beside a text that is to be copied. Without this file the text can be selected and copied by hand.
(() => {
  for (const field of document.querySelectorAll("[data-copy]")) {
    const button = field.querySelector("button");
    const source = field.querySelector("textarea, input");
    const done = field.querySelector("[data-copied]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      try {
        await navigator.clipboard.writeText(source.value);
      } catch {
        document.execCommand("copy");
      }
      done.textContent = done.dataset.copied;
    });
  }
})();
