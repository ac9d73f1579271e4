// Sends a form so that nothing is lost: `<form data-send>`.
// The page is left only when the server has said that it has the words. A dead network, a dead server or
// an error page leaves them where they are.
const STILL_HERE = "Your words are still on this page.";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-send]") || event.defaultPrevented) return;
  event.preventDefault();
  // Enter in a box of one line presses a hidden button, which without script keeps the page. Here it stays anyway.
  if (event.submitter?.ariaHidden === "true") return;
  if (!form.dataset.sending) send(form, event.submitter);
});

async function send(form, pressed) {
  form.dataset.sending = "yes";
  pressed?.setAttribute("aria-disabled", "true");
  try {
    await understand(form, await post(form, pressed));
  } catch {
    say(form, `Not sent yet. ${STILL_HERE} Press again.`);
  } finally {
    delete form.dataset.sending;
    pressed?.removeAttribute("aria-disabled");
  }
}

function post(form, pressed) {
  const fields = new FormData(form);
  if (pressed?.name) fields.append(pressed.name, pressed.value);
  return fetch(pressed?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, {
    method: "POST",
    body: form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields),
    headers: { Accept: "application/json" },
  });
}

async function understand(form, answer) {
  const kind = answer.headers.get("Content-Type") ?? "";
  if (answer.ok && kind.startsWith("application/json")) {
    const { next } = await answer.json();
    await go(new URL(next, location.href));
  } else if (answer.ok && answer.redirected) {
    await go(new URL(answer.url));
  } else if (answer.status === 401) {
    signedOut(form, answer.headers.get("Location"), answer.headers.get("Words-Kept"));
  } else if (kind.startsWith("text/html") && answer.status < 500) {
    draw(form, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } else {
    throw new Error();
  }
}

function go(where) {
  if (where.origin !== location.origin) throw new Error();
  location.replace(where);
  // Nothing more can be pressed until the next page is here.
  return new Promise(() => {});
}

function draw(form, page) {
  const fresh = page.querySelector("main");
  // Only an answer that holds the words again may take their place.
  if (!fresh?.querySelector("form[data-send], [data-words]")) {
    say(form, `Not sent yet. ${fresh?.querySelector("h1")?.textContent ?? ""}. ${STILL_HERE}`);
    return;
  }
  document.title = page.title;
  // The focus is set below; a browser complains of being asked twice.
  for (const wanted of fresh.querySelectorAll("[autofocus]")) wanted.removeAttribute("autofocus");
  document.querySelector("main").replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new CustomEvent("drawn", { detail: fresh }));
  document.dispatchEvent(new Event("used"));
  scrollTo(0, 0);
  (fresh.querySelector(".govuk-error-summary, [data-focus]") ?? fresh).focus();
}

function signedOut(form, where, kept) {
  const says = say(form, `Not sent yet: you have been signed out. ${STILL_HERE}`);
  if (!where || new URL(where, location.href).origin !== location.origin) return;
  const link = Object.assign(document.createElement("a"), { href: where, textContent: "Sign in again" });
  says.append(" ", link, kept ? ": what you wrote comes back." : "");
}

function say(form, words) {
  form.querySelector("[data-send-status]")?.remove();
  const box = document.createElement("div");
  box.className = "govuk-error-summary";
  box.dataset.sendStatus = "";
  box.tabIndex = -1;
  const says = document.createElement("p");
  says.className = "govuk-body";
  says.setAttribute("role", "alert");
  box.append(says);
  form.prepend(box);
  says.textContent = words;
  box.focus();
  box.scrollIntoView({ block: "start" });
  return says;
}
