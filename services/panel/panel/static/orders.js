// What lists of orders do better with a script: they load details in place, show what changes
// without moving what one looks at, and obey keys. Without it every link and form works.

const list = document.querySelector("[data-live]");
const rowOf = (node) => node?.closest?.("tbody[data-order]");
const rows = () => [...document.querySelectorAll("tbody[data-order]")];
const part = (address, quiet) =>
  fetch(quiet ? address + (address.includes("?") ? "&" : "?") + "quieto" : address, {
    headers: { "X-Parte": "1" },
    redirect: "manual",
  });
const element = (html) => {
  const frame = document.createElement("template");
  frame.innerHTML = html.trim().startsWith("<tbody") ? `<table>${html}</table>` : html;
  return frame.content;
};

// Details: loaded once, when they are opened.
document.addEventListener("toggle", async (event) => {
  const details = event.target;
  if (!details.matches?.("details[data-load]") || !details.open || details.dataset.loaded) return;
  details.dataset.loaded = "yes";
  const place = details.querySelector(".loading");
  const said = place?.firstElementChild.previousSibling ?? new Text();
  place?.prepend(said);
  said.data = "";
  const slow = setTimeout(() => { said.data = "Carregando… "; }, 150);
  const answer = await part(details.dataset.load).catch(() => null);
  clearTimeout(slow);
  if (answer?.ok) place?.replaceWith(element(await answer.text()));
  else {
    said.data = "Não foi possível carregar os detalhes. Feche e abra de novo, ou veja o pedido: ";
    delete details.dataset.loaded;
  }
}, true);

// A change that leaves the row under the pointer, or the one with the focus, where it is.
function still(change) {
  const held = document.querySelector("tbody[data-order]:hover") ?? rowOf(document.activeElement);
  const order = held?.dataset.order;
  const top = held?.getBoundingClientRect().top;
  change();
  const now = held?.isConnected ? held : rows().find((row) => row.dataset.order === order);
  if (held && now) scrollBy(0, now.getBoundingClientRect().top - top);
}

// A row that changed, put in its own place: what is open, chosen or focused in it stays so.
const places = new Map();
async function refresh(order) {
  if (places.get(order)) return;
  places.set(order, true);
  try {
    const old = rows().find((row) => row.dataset.order === order);
    if (!old) return;
    const address = old.querySelector("details[data-load]").dataset.load.replace(/detalhes$/, "linha");
    const answer = await part(`${address}?aba=${list.dataset.tab}`, true);
    if (!answer.ok) return;
    const fresh = element(await answer.text()).querySelector("tbody");
    const [before, after] = [old, fresh].map((row) => row.querySelector("details[data-load]"));
    if (old.classList.contains("here")) fresh.classList.add("here");
    const box = old.querySelector(".pick input");
    if (box?.checked) fresh.querySelector(".pick input")?.toggleAttribute("checked", true);
    const focused = old.contains(document.activeElement) && document.activeElement.matches("a.id, summary");
    const kind = document.activeElement?.matches?.(".more summary") ? ".more summary" : "a.id";
    fresh.classList.add("fresh");
    still(() => {
      old.replaceWith(fresh);
      if (!before.open) return;
      after.open = true;
      after.dataset.loaded = "yes";
      if (before.querySelector(".details")) after.querySelector(".loading").replaceWith(before.querySelector(".details"));
    });
    if (before.open) {
      const details = await part(after.dataset.load, true);
      const told = details.ok && element(await details.text());
      if (told) still(() => after.querySelector(".details, .loading")?.replaceWith(told));
    }
    if (focused) fresh.querySelector(kind)?.focus({ preventScroll: true });
    counted();
  } finally {
    places.delete(order);
  }
}

// Live: changed rows swap in place; new ones wait behind a bar.
if (list) {
  const unseen = new Set();
  const asked = new URLSearchParams(location.search);
  const first = !asked.has("depois") && !asked.has("antes");
  const bar = document.createElement("p");
  bar.className = "news";
  bar.hidden = true;
  bar.setAttribute("role", "status");
  (document.querySelector(".scroll") ?? list).before(bar);
  const state = document.createElement("span");
  state.className = "live";
  const says = document.createElement("span");
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "quiet";
  state.append(says, pause);
  (list.querySelector(".as-of") ?? list.querySelector(".meta"))?.replaceChildren(state);
  let told = 0;
  let waiting;
  let stream;

  // At most one message every five seconds for those who listen to the page (WCAG 4.1.3).
  const show = () => {
    clearTimeout(waiting);
    const rest = told + 5000 - Date.now();
    if (rest > 0) { waiting = setTimeout(show, rest); return; }
    told = Date.now();
    const link = document.createElement("a");
    link.href = location.pathname + location.search;
    link.textContent = "Mostrar";
    const number = unseen.size;
    const what = number === 1 ? "1 pedido novo ou alterado" : `${number} pedidos novos ou alterados`;
    bar.replaceChildren(number ? what : "A lista pode ter mudado", link);
    bar.hidden = false;
  };
  const heard = (event) => {
    const news = JSON.parse(event.data);
    says.textContent = `Ao vivo, mudança às ${news.hora}`;
    for (const [tab, number] of Object.entries(news.contagens)) {
      const place = document.querySelector(`[data-count="${tab}"]`);
      if (place) place.textContent = number;
    }
    const shown = new Set(rows().map((row) => row.dataset.order));
    for (const [order, tab] of Object.entries(news.pedidos)) {
      if (shown.has(order)) refresh(order);
      else if (tab === list.dataset.tab && first) unseen.add(order);
    }
    if (news.perdidos) for (const order of shown) refresh(order);
    if (unseen.size || (news.perdidos && first)) show();
  };
  const start = () => {
    stream = new EventSource(`${list.dataset.live}?quieto`);
    stream.addEventListener("open", () => { says.textContent = "Ao vivo"; });
    stream.addEventListener("error", () => { says.textContent = "Sem conexão ao vivo"; });
    stream.addEventListener("pedidos", heard);
    stream.addEventListener("atraso", (event) => {
      const [notice, { texto }] = [document.getElementById("atraso"), JSON.parse(event.data)];
      if (notice.textContent === texto) return;
      still(() => { notice.textContent = texto; notice.hidden = !texto; });
    });
    pause.textContent = "Pausar";
  };
  pause.addEventListener("click", () => {
    if (stream) {
      stream.close();
      stream = null;
      says.textContent = "Atualização pausada";
      pause.textContent = "Continuar";
    } else start();
  });
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => { if (event.persisted && stream) start(); });
  start();
}

// Choosing: all of this page at once, and how many are chosen.
const all = document.querySelector(".pick-all");
const boxes = () => [...document.querySelectorAll(".pick input")];
function counted() {
  const number = boxes().filter((box) => box.checked).length;
  for (const label of document.querySelectorAll(".bulk .picked")) {
    label.textContent = number ? ` (${number} ${number === 1 ? "selecionado" : "selecionados"})` : " (nenhum selecionado)";
    label.closest("button").disabled = !number;
  }
  if (!all) return;
  all.querySelector("input").checked = number > 0 && number === boxes().length;
}
if (all) {
  all.hidden = false;
  all.addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
    counted();
  });
  let last;
  document.addEventListener("click", (event) => {
    if (!event.target.matches(".pick input")) return;
    const [from, to] = [boxes().indexOf(last), boxes().indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) for (const box of boxes().slice(from, to + 1)) box.checked = event.target.checked;
    last = event.target;
    counted();
  });
  counted();
}

// Reprocessing one order without leaving the list.
async function reprocess(form) {
  const row = rowOf(form);
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    redirect: "manual",
  }).catch(() => null);
  if (answer?.type !== "opaqueredirect") { form.submit(); return; }
  const chip = document.createElement("li");
  chip.className = "chip waiting";
  chip.textContent = "Reprocessando…";
  row.querySelector(".chips")?.prepend(chip);
  const menu = form.closest("details");
  if (menu) menu.open = false;
  row.querySelector("a.id").focus({ preventScroll: true });
  delete form.dataset.sent;
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!list || !form.matches(".acts form") || event.defaultPrevented) return;
  event.preventDefault();
  reprocess(form);
});

// Fresh content in the place of the old; whoever stood on a button of it still does.
function renew(place, fresh) {
  const held = place.contains(document.activeElement) ? document.activeElement.textContent : null;
  place.replaceWith(fresh);
  if (held === null) return;
  const same = [...fresh.querySelectorAll("a, button")].find((one) => one.textContent === held);
  same?.focus({ preventScroll: true });
}
// What becomes of many orders: the page asks again until all are judged.
async function again() {
  const place = document.querySelector("#andamento[data-again]");
  if (!place) return;
  const answer = await part(place.dataset.again, true).catch(() => null);
  if (answer?.ok) renew(place, element(await answer.text()).querySelector("#andamento"));
  setTimeout(again, 1500);
}
setTimeout(again, 1000);

// Keys; each of one letter can be switched off (WCAG 2.1.4).
const keys = document.getElementById("teclas");
const KEPT = "esteira-teclas";
const kept = () => { try { return localStorage.getItem(KEPT); } catch { return null; } };
if (keys) {
  const box = document.getElementById("teclas-ligadas");
  box.checked = kept() !== "nao";
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "sim" : "nao"); } catch { /* not kept, then */ }
  });
}
function go(step) {
  const shown = rows();
  const here = rowOf(document.activeElement) ?? document.querySelector("tbody.here");
  const place = shown.indexOf(here);
  const next = shown[place < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(place + step, 0), shown.length - 1)];
  if (!next) return;
  for (const row of shown) row.classList.toggle("here", row === next);
  next.querySelector("a.id").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
// Choosing by keys: x one row, Shift+x all from the one chosen last to this one.
function choose(row, range) {
  const box = row?.querySelector(".pick input");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: range }));
}
const TABS = { p: "processados", n: "pendentes", c: "cancelados" };
let going = false; // after g, the next key names a tab
const ACTS = {
  g: () => { going = true; setTimeout(() => (going = false), 1500); },
  j: () => go(1),
  k: () => go(-1),
  e: (row) => row?.querySelector(".more summary").click(),
  c: (row) => row?.querySelector('.acts a[href$="/editar"]')?.click(),
  r: (row) => row?.querySelector(".acts form button:enabled")?.click(),
  x: (row) => choose(row, false),
  X: (row) => choose(row, true),
  f: () => {
    const filters = document.querySelector("details.filters");
    filters.open = true;
    filters.querySelector("select").focus();
  },
  "/": () => document.getElementById("texto").focus(),
  "?": () => keys.showModal(),
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea") || document.querySelector("dialog[open]");
  if (!list || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (kept() === "nao" && event.key !== "?") return;
  if (going && event.key in TABS) {
    location.assign(list.dataset.live.replace(/[^/]+\/ao-vivo$/, TABS[event.key]));
    return;
  }
  if (!(event.key in ACTS)) return;
  event.preventDefault();
  ACTS[event.key](rowOf(event.target) ?? document.querySelector("tbody.here"));
});
// Back from a correction one stands on the order again; a key opens the list of keys.
document.getElementById(decodeURIComponent(location.hash.slice(1)))?.focus();
const hint = document.querySelector(".keys-hint");
if (hint) {
  hint.hidden = false;
  hint.querySelector("button").addEventListener("click", () => keys.showModal());
}
document.addEventListener("focusin", (event) => {
  const row = rowOf(event.target);
  if (row) for (const other of rows()) other.classList.toggle("here", other === row);
});
