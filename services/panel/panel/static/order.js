// Copying numbers and documents of an order; without a script, or the right to copy, nothing shows.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll(".copy")) {
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
