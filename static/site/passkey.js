// Asks the browser for a passkey: `<form data-passkey="create" or "get" data-options="...">`, which is hidden
// without script. The options come from the server, and the answer goes into the form's field `credential`.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  document.querySelector("[data-no-passkey]")?.remove();
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    ask(form).catch(() => say(form));
  });
}

async function ask(form) {
  const { publicKey } = JSON.parse(form.dataset.options);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const list of [publicKey.excludeCredentials, publicKey.allowCredentials]) {
    for (const one of list ?? []) one.id = bytes(one.id);
  }
  const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = text(made.response[part]);
  }
  const answer = { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  form.elements.credential.value = JSON.stringify(answer);
  form.requestSubmit();
}

function say(form) {
  const box = form.querySelector("[role=status]");
  box.textContent = "Your computer or telephone gave no passkey. Press the button to try again.";
}
