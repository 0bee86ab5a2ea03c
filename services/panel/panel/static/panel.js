// What the pages do better with a script; without it every link and form works all the same.

// A menu closes when one leaves it or presses Escape, which leads back to what opened it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// An exact time that shows goes on Escape, until one comes back to it (WCAG 1.4.13).
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const time of document.querySelectorAll(".ago:is(:hover, :focus)")) {
    time.classList.add("shut");
    for (const left of ["blur", "pointerleave"]) {
      time.addEventListener(left, () => time.classList.remove("shut"), { once: true });
    }
  }
});

// A form goes once: a second press while the answer is on its way is not sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (event.submitter?.hasAttribute("data-takes")) return; // a file comes, and the page stays
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Two minutes before an idle session ends, one is asked whether to go on (WCAG 2.2.1).
const ending = document.getElementById("sessao-termina");
if (ending) {
  const WARNED_BEFORE_MS = 120_000;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    ending.hidden = true;
    timer = setTimeout(() => (ending.hidden = false), ending.dataset.idle * 1000 - WARNED_BEFORE_MS);
  };
  ending.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch("/sessao", { redirect: "manual" });
    if (answer.ok) wait();
    else location.reload();
  });
  document.addEventListener("htmx:after:request", wait);
  wait();
}
