// Documents and CEPs as people write them, while they are typed. The server takes them either way.

const digits = (text) => text.replace(/\D/g, "");
const marks = (text, shape) => {
  let rest = text;
  let written = "";
  for (const place of shape) {
    if (!rest) break;
    if (place === "#") {
      written += rest[0];
      rest = rest.slice(1);
    } else written += place;
  }
  return written + rest;
};

const WRITTEN = {
  cep: (text) => marks(digits(text).slice(0, 8), "#####-###"),
  telefone: (text) => {
    const plain = text.replace(/[ ()-]/g, "");
    if (!/^\d{1,11}$/.test(plain)) return text;
    return marks(plain, plain.length > 10 ? "(##) #####-####" : "(##) ####-####");
  },
  // Eleven digits are a CPF; a CNPJ has fourteen places, and may have letters in the first twelve.
  documento: (text) => {
    const plain = text.toUpperCase().replace(/[^0-9A-Z]/g, "");
    const cpf = plain.length <= 11 && /^\d*$/.test(plain);
    return marks(plain.slice(0, 14), cpf ? "###.###.###-##" : "##.###.###/####-##");
  },
};

for (const field of document.querySelectorAll("[data-mask]")) {
  field.addEventListener("input", (event) => {
    // Only at the end of the text: in the middle the cursor would jump.
    if (field.selectionStart !== field.value.length || event.inputType?.startsWith("delete")) return;
    field.value = WRITTEN[field.dataset.mask](field.value);
  });
  field.addEventListener("blur", () => { field.value = WRITTEN[field.dataset.mask](field.value); });
}
