// "Ir para" over any page: Ctrl+K, ⌘K, or its link. Without a script the link leads to a page.

const link = document.querySelector("a.jump-link");
const menu = document.querySelector("dialog.jump");

function open() {
  if (menu.open) { menu.close(); return; }
  menu.showModal();
  const field = menu.querySelector("#ir");
  field.value = "";
  field.dispatchEvent(new Event("input"));
}

// What is typed is looked for as it is typed; only the latest answer is shown.
function follow(place) {
  const [form, field] = [place.querySelector("form"), place.querySelector("#ir")];
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    const answer = await fetch("/ir", {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Parte": "1" },
      redirect: "manual",
    }).catch(() => null);
    if (!answer) return;
    if (!answer.ok) { form.submit(); return; } // the session is over: the page says so
    const frame = document.createElement("template");
    frame.innerHTML = await answer.text();
    if (mine === asked) place.querySelector("#ir-achados").replaceWith(frame.content.querySelector("#ir-achados"));
  };
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, field.value ? 120 : 0);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(waiting);
    await look();
    place.querySelector(".places a")?.click();
  });
  place.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [field, ...place.querySelectorAll(".places a")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

document.addEventListener("keydown", (event) => {
  if (!menu || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  open();
});
link?.addEventListener("click", (event) => {
  if (!menu || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
menu?.addEventListener("click", (event) => { if (event.target === menu) menu.close(); });
const place = menu ?? document.querySelector("main .jump");
if (place) follow(place);
