"use strict";
// Asks every second what was posted, and changes the page only where that is something else.
const place = document.getElementById("posted");
let shown = null;
async function look() {
  try {
    const answer = await fetch("/posted.html", { cache: "no-store" });
    const text = await answer.text();
    document.body.classList.remove("gone");
    if (answer.ok && text !== shown) {
      const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
      const held = document.activeElement && document.activeElement.value;
      const near = document.activeElement && document.activeElement.closest("section");
      place.innerHTML = text;
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      if (near && held) place.querySelector(`section[data-network="${near.dataset.network}"] button[value="${held}"]`)?.focus();
      shown = text;
    }
  } catch {
    document.body.classList.add("gone");
  }
}
place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target, event.submitter);
  await fetch("/faults", { method: "POST", body: new URLSearchParams(form) });
  await look();
});
setInterval(look, 1000);
