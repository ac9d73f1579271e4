// Saves words while they are written: `<form data-autosave="/address/">`.
// Every 10 seconds if something changed, and on leaving a field. The server keeps them, the browser nothing.
// The form carries the version of the draft it shows, the name of this window and the number of the save,
// so that the server never puts an older copy in a newer one's place.
const EVERY = 10_000;
const GONE =
  "Not saved: this form has been sent, or is not yours. Your words are still on this page. Copy them before you leave it.";
// What the server holds of each form, by where it is sent: a form that is drawn again goes on from there.
const held = new Map();

keepAll(document);
document.addEventListener("drawn", (event) => keepAll(event.detail));
document.addEventListener("submit", throwAway, true);

function keepAll(place) {
  for (const form of place.querySelectorAll("form[data-autosave]")) keep(form);
}

function keep(form) {
  const says = form.querySelector("[data-autosave-status]") ?? form.appendChild(document.createElement("p"));
  says.classList.add("saved");
  says.setAttribute("role", "status");
  const where = form.dataset.autosave;
  const action = form.getAttribute("action");
  if (!held.has(action)) held.set(action, { words: words(form), window: newName(), order: 0, ended: false });
  const mine = held.get(action);
  box(form, "draft_window").value = mine.window;
  box(form, "draft_order").value = mine.order;
  let saving = false;
  let waiting = false;

  const save = async (leaving = false) => {
    const now = words(form);
    // While it is being sent, the sending has the last word.
    if (mine.ended || now === mine.words || form.dataset.sending || !form.isConnected) return;
    if (saving && !leaving) {
      waiting = true;
      return;
    }
    saving = true;
    box(form, "draft_order").value = ++mine.order;
    try {
      const answer = await fetch(where, {
        method: "POST",
        body: new URLSearchParams(written(form)),
        headers: { Accept: "application/json" },
        keepalive: leaving,
      });
      if (!answer.ok) throw answer;
      const told = await answer.json();
      if (told.gone) {
        tell(GONE, true);
        return;
      }
      mine.words = now;
      if (told.version) box(form, "draft_version").value = told.version;
      tell(`Saved at ${told.saved}`);
      if (told.beside) tellBoth(told);
      document.dispatchEvent(new Event("used"));
    } catch (problem) {
      tell(whyNot(problem), true);
    } finally {
      saving = false;
    }
    if (waiting) {
      waiting = false;
      save();
    }
  };
  const tell = (told, not = false) => {
    if (says.textContent !== told) says.textContent = told;
    says.classList.toggle("saved--not", not);
  };
  const tellBoth = (told) => {
    tell(`Saved at ${told.saved}. You typed something else into this form on another page. Both are saved. `);
    const link = Object.assign(document.createElement("a"), { href: told.beside, textContent: "See both" });
    link.className = "govuk-link";
    says.append(link);
  };

  setInterval(save, EVERY);
  form.addEventListener("change", () => save());
  addEventListener("pagehide", () => save(true));
}

function whyNot(problem) {
  if (problem.status === 401) {
    return problem.headers.get("Words-Kept")
      ? "Saved, but you have been signed out. Sign in again in another window to go on."
      : "Not saved yet: you have been signed out. Your words are still on this page. Sign in again in another window.";
  }
  if (problem.status === 404) {
    return GONE;
  }
  return "Not saved yet. Your words are still on this page, and we keep trying to save them.";
}

// What is thrown away is not saved again by the window that threw it away.
function throwAway(event) {
  const form = event.target;
  if (!form.matches("form[data-throws-away]")) return;
  const token = form.elements.namedItem("keep").value;
  const forms = [...document.querySelectorAll("form[data-autosave]")];
  const thrown = forms.find((one) => one.elements.namedItem("keep").value === token);
  const mine = held.get(thrown?.getAttribute("action"));
  if (!mine) return;
  mine.ended = true;
  box(form, "draft_window").value = mine.window;
}

function box(form, name) {
  const there = form.elements.namedItem(name);
  if (there) return there;
  return form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
}

function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function written(form) {
  // Files go with the sending, never with a draft.
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function words(form) {
  // What the form carries is another each time it is drawn, and is nobody's answer.
  const carried = ["csrfmiddlewaretoken", "keep", "once", "version"];
  return JSON.stringify(written(form).filter(([name]) => !carried.includes(name) && !name.startsWith("draft_")));
}
