// Picks a child from the roll while one types part of a name: the combobox with a list
// of the WAI-ARIA Authoring Practices, over `templates/parts/picker.html`, which works without it.
//
// accessible-autocomplete was tried under our content policy. It ran silently, but weighs more than all other
// script together (19 KB gzipped), builds its options as markup, so that a name is run as HTML unless escaped by
// hand, and cannot be emptied after a pick, which picking several children needs.
const PAUSE = 200;
const LEAST = 2;

for (const place of document.querySelectorAll("[data-picker]")) picker(place);
document.addEventListener("drawn", (event) => {
  for (const place of event.detail.querySelectorAll("[data-picker]")) picker(place);
});

function picker(place) {
  const part = (selector) => place.querySelector(selector);
  const input = part("input[name=find]");
  const picked = part("[data-picked]");
  const options = make("ul", { id: "find-options", className: "picker__options-list" }, { role: "listbox", "aria-label": "Children found" });
  const note = make("p", { className: "picker__note" });
  const box = make("div", { className: "picker__options", hidden: true });
  let offered = [];
  let active = -1;
  let asking = null;
  let pause = 0;

  box.append(options, note);
  input.after(box);
  part("[data-find]").remove();
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": options.id, "aria-expanded": "false",
  })) input.setAttribute(name, value);
  for (const tick of picked.querySelectorAll("[data-tick]")) {
    const child = tick.querySelector("input");
    keep(tick.closest("li"), { uid: child.value, label: tick.closest("li").dataset.label });
    tick.remove();
  }

  input.addEventListener("input", () => {
    clearTimeout(pause);
    asking?.abort();
    if (input.value.trim().length < LEAST) close();
    else pause = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", key);
  // Kept from the box, so that a press on an option does not first leave it.
  box.addEventListener("pointerdown", (event) => event.preventDefault());
  options.addEventListener("click", (event) => {
    const index = [...options.children].indexOf(event.target.closest("li"));
    if (index >= 0) pick(offered[index]);
  });

  async function ask() {
    asking = new AbortController();
    const typed = input.value.trim();
    try {
      const answer = await fetch(place.dataset.picker, {
        method: "POST",
        body: new URLSearchParams({ part: typed }),
        headers: { "X-CSRFToken": input.form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error();
      const { children, more } = await answer.json();
      document.dispatchEvent(new Event("used"));
      if (document.activeElement === input) offer(children, more);
    } catch (problem) {
      if (problem.name !== "AbortError") open([], "Names cannot be looked up just now. Describe the child in words instead.");
    }
  }

  function offer(children, more) {
    if (!children.length) open([], "Nobody matches. Try a shorter part of the name, or describe the child.");
    else open(children, more ? "There are more. Type more of the name." : "");
  }

  function open(children, words) {
    offered = children;
    active = -1;
    options.replaceChildren(...children.map(option));
    options.hidden = !children.length;
    note.textContent = words;
    note.hidden = !words;
    box.hidden = false;
    input.setAttribute("aria-expanded", String(children.length > 0));
    input.removeAttribute("aria-activedescendant");
    const found = children.length === 1 ? "1 child found" : `${children.length} children found`;
    say(children.length ? `${found}. Choose with the up and down arrows. ${words}` : words);
  }

  function option(child, index) {
    const line = make("li", { id: `find-option-${index}`, textContent: child.label }, { role: "option", "aria-selected": "false" });
    line.append(" ", make("small", { textContent: child.detail }));
    return line;
  }

  function close() {
    clearTimeout(pause);
    asking?.abort();
    box.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function key(event) {
    const showing = !box.hidden && offered.length > 0;
    if (event.key === "Enter") {
      // In this box Enter picks; it never sends the form.
      event.preventDefault();
      const chosen = offered[active] ?? (offered.length === 1 ? offered[0] : null);
      if (showing && chosen) pick(chosen);
    } else if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      close();
    } else if (showing && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const from = active < 0 && event.key === "ArrowUp" ? 0 : active;
      move((from + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length);
    }
  }

  function move(to) {
    options.children[active]?.setAttribute("aria-selected", "false");
    active = to;
    const line = options.children[active];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", line.id);
  }

  function pick(child) {
    input.value = "";
    close();
    if ([...place.querySelectorAll("input[name=child]:not([type=checkbox]), input[name=child]:checked")].some((one) => one.value === child.uid)) {
      say(`${child.label} is picked already.`);
      return;
    }
    const line = make("li");
    const words = make("span", { textContent: `${child.label} ` });
    words.append(make("small", { textContent: child.detail }));
    line.append(words);
    picked.append(line);
    keep(line, child);
    say(`${child.label} picked.`);
    changed();
  }

  function keep(line, child) {
    const remove = make("button", { type: "button", className: "govuk-button govuk-button--secondary", textContent: "Remove" });
    remove.append(make("span", { className: "govuk-visually-hidden", textContent: ` ${child.label}` }));
    remove.addEventListener("click", () => {
      line.remove();
      say(`${child.label} removed.`);
      input.focus();
      changed();
    });
    line.append(make("input", { type: "hidden", name: "child", value: child.uid, autocomplete: "off" }), remove);
  }

  function changed() {
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function say(words) {
    part("[data-said]").textContent = words;
  }
}

function make(name, properties = {}, attributes = {}) {
  const element = Object.assign(document.createElement(name), properties);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}
