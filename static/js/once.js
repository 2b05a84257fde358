// A form is sent once: the second press of a hurried hand would come with a cookie that has just been replaced.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
