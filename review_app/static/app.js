// What scripts add to pages that work without them: live counters, focus on errors, a warning before unsaved text is lost.

const number = new Intl.NumberFormat(document.documentElement.lang);

for (const counter of document.querySelectorAll("[data-counter]")) {
  const field = document.getElementById(counter.dataset.counter);
  const limit = Number(counter.dataset.limit);
  // Heard by screen readers only when typing rests, so it does not talk over the writer.
  const spoken = document.createElement("p");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  counter.after(spoken);
  let rest;
  field?.addEventListener("input", () => {
    const written = field.value.length;
    const isOver = written > limit;
    const words = (isOver ? counter.dataset.over : counter.dataset.within).replace("{n}", number.format(written));
    counter.textContent = words;
    counter.classList.toggle("counter--over", isOver);
    clearTimeout(rest);
    rest = setTimeout(() => { spoken.textContent = written > limit * 0.9 ? words : ""; }, 1500);
  });
}

document.querySelector("[data-focus]")?.focus();

for (const link of document.querySelectorAll(".govuk-error-summary a[href^='#']")) {
  link.addEventListener("click", (event) => {
    const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.closest("fieldset") ?? field.closest(".field") ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

for (const field of document.querySelectorAll("input[data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary show-password";
  button.textContent = field.dataset.show;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.textContent = isShown ? field.dataset.hide : field.dataset.show;
  });
  field.form?.addEventListener("submit", () => { field.type = "password"; });
  field.after(button);
}

// Forms that say data-keep hold somebody's writing.
let unsaved = false;
for (const form of document.querySelectorAll("form[data-keep]")) {
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
}
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
addEventListener("pageshow", (event) => { if (event.persisted) unsaved = false; });

// A second press on a button that already sent the form would send it twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) event.preventDefault();
    form.dataset.sent = Date.now();
  });
}
