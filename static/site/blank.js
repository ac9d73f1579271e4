// Blanks the page once its reader has gone: on leaving, on Back, and when left idle.
// `no-store` is not enough: a browser may bring a left page back from memory, names and all.
const body = document.body;
const idle = Number(body.dataset.idleSeconds) * 1000;
const WARN = 2 * 60 * 1000;

addEventListener("pagehide", () => body.replaceChildren());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

if (idle) watch();

function watch() {
  // Another page of the same session that was used keeps this one awake too.
  const others = new BroadcastChannel("used");
  let until = Date.now() + idle;
  let box = null;

  const used = () => {
    until = Date.now() + idle;
    box?.remove();
    box = null;
  };
  // Our other scripts say "used" whenever the server has answered them.
  document.addEventListener("used", () => {
    used();
    others.postMessage("used");
  });
  others.onmessage = used;
  others.postMessage("used");

  // The clock is asked, not a long timer: a sleeping laptop's timers stand still.
  const clock = setInterval(() => {
    if (Date.now() >= until) {
      clearInterval(clock);
      leave();
    } else if (!box && Date.now() >= until - WARN) {
      box = warn();
    }
  }, 1000);
}

function warn() {
  const box = element("dialog", { className: "site-dialog" });
  const title = element("h2", { className: "govuk-heading-m", id: "idle-title", textContent: "Are you still there?" });
  const words = element("p", {
    className: "govuk-body",
    textContent: "You will be signed out in 2 minutes, because nothing has been pressed for a while.",
  });
  const problem = element("p", { className: "govuk-error-message" });
  problem.setAttribute("role", "alert");
  const stay = element("button", { type: "button", className: "govuk-button", textContent: "Stay signed in" });
  stay.addEventListener("click", () => extend(problem));
  box.setAttribute("aria-labelledby", title.id);
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    extend(problem);
  });
  box.append(title, words, problem, stay);
  body.append(box);
  box.showModal();
  return box;
}

async function extend(problem) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(body.dataset.extend, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
    });
    if (!answer.ok) throw new Error();
    document.dispatchEvent(new Event("used"));
  } catch {
    problem.textContent = "That did not work. Press again. If it still does not work, copy what you wrote to somewhere safe.";
  }
}

function leave() {
  const words = element("p", { className: "govuk-body", textContent: "You were signed out, because nothing was pressed for a while." });
  const again = element("a", { className: "govuk-link", href: location.pathname, textContent: "Sign in again" });
  const main = element("main", { className: "govuk-width-container govuk-main-wrapper" });
  const way = element("p", { className: "govuk-body" });
  way.append(again);
  main.append(element("h1", { className: "govuk-heading-l", textContent: "This page was closed" }), words, way);
  body.replaceChildren(main);
  again.focus();
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
