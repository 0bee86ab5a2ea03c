// What the page of an order does better with a script; without it everything is there all the same.

import { offerCopies } from "./copy.js";

const EVERY_MS = 3000;
let looks = 60;

// An order that is on its way somewhere is looked at again, for a few minutes; never under a focus.
async function lookAgain() {
  const shown = document.getElementById("inteiro");
  if (!shown || !("moving" in shown.dataset) || looks === 0) return;
  looks -= 1;
  if (!document.hidden && !shown.contains(document.activeElement)) {
    const here = new URL(location.href);
    here.searchParams.delete("aviso");
    const answer = await fetch(here).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById("inteiro");
    if (fresh && !shown.contains(document.activeElement)) {
      shown.replaceWith(fresh);
      offerCopies(fresh);
      if (fresh.dataset.said !== shown.dataset.said) {
        document.getElementById("dito").textContent = fresh.dataset.said;
      }
    }
  }
  setTimeout(lookAgain, EVERY_MS);
}

setTimeout(lookAgain, EVERY_MS);
