// Starts what every page needs: our own few scripts, then the vendored components.
// Each improves what already works without script, wherever its data- attribute stands.
import "./autosave.js";
import "./blank.js";
import "./files.js";
import "./send.js";
import "./picker.js";
import "./print.js";
import "./passkey.js";
import { initAll } from "../govuk/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
// A part of the page that was drawn anew asks for the same.
document.addEventListener("drawn", (event) => initAll(event.detail));
// On a narrow page what is to be read stands above the box that has the focus from the start.
addEventListener("load", () => {
  if (innerWidth < 960 && document.querySelector("[data-read-first] [autofocus]")) {
    requestAnimationFrame(() => requestAnimationFrame(() => scrollTo(0, 0)));
  }
});
