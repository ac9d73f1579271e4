// Shows how far the files of a form have been sent: `<form data-files>`.
// Without script the browser sends the form and shows nothing meanwhile. A network that fails loses nothing but
// the files: the page stays, and says so.
const CUT = "We do not know whether the files were added. What you wrote is not affected. Press Add again: no file is added twice.";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-files]") || event.defaultPrevented) return;
  event.preventDefault();
  if (!form.dataset.sending) send(form);
});

function send(form) {
  const box = form.querySelector("[data-files-sending]");
  const bar = box.querySelector("progress");
  const request = new XMLHttpRequest();
  const end = (words) => {
    delete form.dataset.sending;
    box.hidden = true;
    form.querySelector("[data-files-says]").textContent = words;
  };
  form.dataset.sending = "yes";
  box.hidden = false;
  bar.value = 0;
  tell(form, "");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((100 * event.loaded) / event.total);
    // Whoever waits for a long file is at the page, though they press nothing.
    document.dispatchEvent(new Event("used"));
  });
  request.upload.addEventListener("load", () => tell(form, "Sent. They are being checked."));
  request.addEventListener("load", () => {
    const kind = request.getResponseHeader("Content-Type") ?? "";
    const there = new URL(request.responseURL);
    if (request.status < 400 && there.origin === location.origin) {
      location.assign(there);
    } else if (request.status < 500 && kind.startsWith("text/html")) {
      draw(form, new DOMParser().parseFromString(request.responseText, "text/html"), end);
    } else {
      end(CUT);
    }
  });
  request.addEventListener("error", () => end(CUT));
  request.addEventListener("abort", () => end(CUT));
  request.open("POST", form.getAttribute("action") ?? location.href);
  request.send(new FormData(form));
}

function tell(form, words) {
  form.querySelector("[data-files-says]").textContent = words;
}

function draw(form, page, end) {
  const fresh = page.querySelector("main");
  if (!fresh?.querySelector("form[data-files]")) {
    end(`Not added. ${fresh?.querySelector("h1")?.textContent ?? ""}.`);
    return;
  }
  document.title = page.title;
  document.querySelector("main").replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new CustomEvent("drawn", { detail: fresh }));
  scrollTo(0, 0);
  (fresh.querySelector(".govuk-error-summary") ?? fresh).focus();
}
