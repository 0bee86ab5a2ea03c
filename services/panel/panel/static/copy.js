// Numbers, links and documents are copied with a press, where the browser lets us.
export function offerCopies(within) {
  if (!navigator.clipboard) return;
  for (const button of within.querySelectorAll(".copy")) {
    const words = button.innerHTML;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copyFrom);
      await navigator.clipboard.writeText(source ? source.textContent : button.dataset.copy);
      button.textContent = "Copiado";
      setTimeout(() => { button.innerHTML = words; }, 2000);
    });
  }
}

offerCopies(document);
