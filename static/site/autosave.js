// Saves words while they are written: `<form data-autosave="/address/">`.
// Every 10 seconds if something changed, and on leaving a field. The server keeps them, the browser nothing.
const EVERY = 10_000;
// What the server holds, by address: a form that is drawn again goes on from there.
const held = new Map();

keepAll(document);
document.addEventListener("drawn", (event) => keepAll(event.detail));

function keepAll(place) {
  for (const form of place.querySelectorAll("form[data-autosave]")) keep(form);
}

function keep(form) {
  const says = form.querySelector("[data-autosave-status]") ?? form.appendChild(document.createElement("p"));
  says.classList.add("saved");
  says.setAttribute("role", "status");
  const where = form.dataset.autosave;
  if (!held.has(where)) held.set(where, words(form));
  let saving = false;

  const save = async (leaving = false) => {
    const now = words(form);
    // While it is being sent, the sending has the last word.
    if (now === held.get(where) || (saving && !leaving) || form.dataset.sending || !form.isConnected) return;
    saving = true;
    try {
      const answer = await fetch(where, {
        method: "POST",
        body: new URLSearchParams(written(form)),
        headers: { Accept: "application/json" },
        keepalive: leaving,
      });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      held.set(where, now);
      tell(`Saved at ${told.saved}`);
      document.dispatchEvent(new Event("used"));
    } catch (problem) {
      tell(
        problem.message === "401"
          ? "Not saved yet: you have been signed out. Your words are still on this page. Sign in again in another window."
          : "Not saved yet. Your words are still on this page, and we keep trying to save them.",
        true,
      );
    } finally {
      saving = false;
    }
  };
  const tell = (told, not = false) => {
    if (says.textContent !== told) says.textContent = told;
    says.classList.toggle("saved--not", not);
  };

  setInterval(save, EVERY);
  form.addEventListener("change", () => save());
  addEventListener("pagehide", () => save(true));
}

function written(form) {
  // Files go with the sending, never with a draft.
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function words(form) {
  // The tokens are other ones each time the form is drawn.
  const tokens = ["csrfmiddlewaretoken", "keep"];
  return JSON.stringify(written(form).filter(([name]) => !tokens.includes(name)));
}
