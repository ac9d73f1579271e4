// Turns each sentence that tells how a page is printed into a button that prints it. Its words stand in data-print.
for (const sentence of document.querySelectorAll("[data-print]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = sentence.dataset.print;
  button.addEventListener("click", () => print());
  sentence.replaceChildren(button);
}
