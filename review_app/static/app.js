// What scripts add to pages that work without them: live counters, focus on errors, answers saved while they are typed.

const number = new Intl.NumberFormat(document.documentElement.lang);

// One region speaks for the whole page, at most once a minute: what came last meanwhile is said when the minute is over.
const region = document.createElement("p");
region.className = "govuk-visually-hidden";
region.setAttribute("role", "status");
document.body.append(region);
let spokenAt = -Infinity;
let speaking;
function announce(words) {
  clearTimeout(speaking);
  if (!words || words === region.textContent) return;
  speaking = setTimeout(() => {
    spokenAt = performance.now();
    region.textContent = words;
  }, Math.max(0, spokenAt + 60_000 - performance.now()));
}

for (const counter of document.querySelectorAll("[data-counter]")) {
  const field = document.getElementById(counter.dataset.counter);
  const limit = Number(counter.dataset.limit);
  let rest;
  field?.addEventListener("input", () => {
    const written = field.value.length;
    const isOver = written > limit;
    const words = (isOver ? counter.dataset.over : counter.dataset.within).replace("{n}", number.format(written));
    counter.textContent = words;
    counter.classList.toggle("counter--over", isOver);
    clearTimeout(rest); // said only when typing rests, so that it does not talk over the writer
    if (written > limit * 0.9) rest = setTimeout(() => announce(words), 1500);
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

// Answers are saved while they are typed: each by itself, to the address of its form, with the row version its page has seen.
// What waits lies in memory only, since the computer may be anybody's.
const REST = 2_000; // after the last key
const PATIENCE = 30_000; // for an answer of the server
const OUTLIVES = 60_000; // bytes in flight that a browser still sends when the page is left
let inFlight = 0;
const afterEvent = () => new Promise((done) => setTimeout(done)); // while its submit event runs, a form cannot be submitted anew

class Trouble extends Error {
  constructor(kind, why = "") { super(kind); Object.assign(this, { kind, why }); }
}

function held(control, isPristine) {
  if (control.type === "checkbox" || control.type === "radio") {
    return (isPristine ? control.defaultChecked : control.checked) ? control.value : null;
  }
  if (control.tagName !== "SELECT") return isPristine ? control.defaultValue : control.value;
  const options = [...control.options];
  return isPristine ? (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? null : control.value;
}

class Answer {
  constructor(saving, box) {
    Object.assign(this, { saving, box, code: box.dataset.answer });
    this.version = box.querySelector(`[name="seen-${CSS.escape(this.code)}"], [data-seen]`);
    this.stored = box.dataset.unsaved === undefined ? this.content(true) : null; // else kept from before signing in
    box.addEventListener("input", () => this.rest());
    box.addEventListener("focusout", ({ relatedTarget }) => { if (!box.contains(relatedTarget)) this.send(); });
  }

  pairs(isPristine = false) {
    const controls = [...this.box.querySelectorAll("input, select, textarea")];
    return controls
      .filter((control) => control.name && control !== this.version && !control.disabled && control.type !== "file")
      .map((control) => [control.name, held(control, isPristine)])
      .filter(([, text]) => text !== null);
  }

  content(isPristine) { return JSON.stringify(this.pairs(isPristine)); }
  get isUnsaved() { return this.content() !== this.stored; }
  get isRefused() { return this.isUnsaved && this.content() === this.refused?.content; }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.send(), REST);
    this.saving.show();
  }

  send() {
    clearTimeout(this.resting);
    if (!this.flight && (this.unanswered || (this.isUnsaved && !this.isRefused))) {
      this.flight = this.deliver().finally(() => { this.flight = null; this.saving.show(); });
      this.saving.show();
    }
    return this.flight;
  }

  async deliver() {
    // What was sent and not answered is sent again as it was: the server may have it, and then answers as it did.
    const sent = this.unanswered ??= {
      content: this.content(), fields: [...this.saving.common(this), [this.version.name, this.version.value], ...this.pairs()],
    };
    try {
      const answer = await this.saving.post(sent.fields);
      this.unanswered = null;
      this.stored = sent.content;
      this.version.value = answer.seen[this.code];
      this.mark(answer.conflicts[this.code]);
      this.saving.succeed(answer.time);
      if (this.isUnsaved) this.rest();
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (trouble.kind === "refused" || trouble.kind === "signed-out") this.unanswered = null;
      if (trouble.kind === "refused") this.refused = { content: sent.content, why: trouble.why };
      this.saving.fail(trouble);
    }
  }

  mark(conflict) {
    this.isContested = Boolean(conflict);
    this.box.querySelector("[data-conflict-of]")?.remove();
    if (!conflict) return;
    const template = this.saving.form.querySelector("[data-conflict-note]");
    const note = template.content.cloneNode(true);
    const { by, byNobody } = template.dataset;
    note.querySelector("[data-name]").textContent = conflict.by ? by.replace("{name}", conflict.by) : byNobody;
    note.querySelector("[data-theirs]").innerHTML = conflict.theirs; // as the server writes answers on every page: escaped
    note.querySelector("[data-compare]").href = conflict.page;
    this.box.prepend(note);
  }
}

class Saving {
  constructor(form) {
    this.form = form;
    this.sign = form.querySelector("[data-sign]");
    this.title = document.title;
    const boxes = [...form.querySelectorAll("[data-answer]")].filter((box) => !box.querySelector("[type=file]")); // files wait for the button
    this.answers = boxes.map((box) => new Answer(this, box));
    this.pause = REST;
    form.querySelector("[name=content_lang]")?.addEventListener("change", () => this.relabel());
    form.addEventListener("submit", (event) => this.submit(event), { capture: true });
    form.addEventListener("keydown", (event) => {
      if (!(event.key === "s" && (event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      this.send();
    });
    this.sign.hidden = false;
    this.show();
    if (form.elements.kept && !this.unsaved.length && this.answers.length) this.answers[0].stored = null; // to say that it is done with
    this.send();
  }

  get unsaved() { return this.answers.filter((answer) => answer.isUnsaved || answer.unanswered); }

  async send() {
    if (!this.form.elements.kept) return Promise.all(this.unsaved.map((answer) => answer.send()));
    for (const answer of this.unsaved) await answer.send(); // the last one tells that the kept form is done with
  }

  // The language of the page is that of all its answers.
  relabel() {
    for (const answer of this.answers) answer.stored = null;
    this.send().then(() => {
      if (!this.unsaved.length) this.form.elements.content_lang_seen.value = this.form.elements.content_lang.value;
    });
  }

  // What goes with each answer. A form kept from before signing in is done with when its last answer is saved.
  common(answer) {
    const isLast = this.unsaved.every((other) => other === answer);
    const names = ["once", "content_lang", "content_lang_seen", ...(isLast ? ["kept"] : [])];
    return names.filter((name) => this.form.elements[name]).map((name) => [name, this.form.elements[name].value]);
  }

  async post(fields, isRenewed = false) {
    const body = JSON.stringify([["csrf_token", this.form.elements.csrf_token.value], ...fields]);
    const bytes = new Blob([body]).size;
    let response;
    inFlight += bytes;
    try {
      response = await fetch(this.form.action, {
        method: "POST", body, headers: { "Content-Type": "application/json" }, redirect: "manual",
        keepalive: inFlight <= OUTLIVES, signal: AbortSignal.timeout(PATIENCE),
      });
      const told = await response.json().catch(() => ({}));
      if (told.seen) return told;
      if (told.csrf_token && !isRenewed) {
        for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = told.csrf_token;
        return await this.post(fields, true);
      }
      const isOut = response.status === 401 || response.type === "opaqueredirect";
      if (isOut) throw new Trouble("signed-out");
      if (response.status >= 500 || response.status === 429 || response.ok) throw new Trouble("broken");
      const says = [403, 409, 422].includes(response.status) && told.words;
      throw new Trouble("refused", `${told.title ?? response.status}. ${says || ""}`.trim());
    } catch (error) {
      throw error instanceof Trouble ? error : new Trouble("offline");
    } finally {
      inFlight -= bytes;
    }
  }

  succeed(time) {
    this.time = time;
    this.trouble = null;
    this.pause = REST;
  }

  fail(trouble) {
    if (trouble.kind === "refused") return;
    this.trouble = trouble;
    clearTimeout(this.retrying);
    if (trouble.kind === "signed-out") return; // until somebody comes back to the page, who may have signed in elsewhere
    this.retrying = setTimeout(() => this.send(), this.pause);
    this.pause = Math.min(this.pause * 2, 60_000);
  }

  get state() {
    if (!this.unsaved.length) {
      return this.answers.some((answer) => answer.isContested) ? "conflict" : this.time ? "saved" : "idle";
    }
    if (this.trouble) return this.trouble.kind;
    return this.answers.some((answer) => answer.isRefused) ? "refused" : "saving";
  }

  show() {
    const { state, sign } = this;
    const count = this.unsaved.length;
    const why = this.answers.find((answer) => answer.isRefused)?.refused.why;
    const sentence = (count === 1 && sign.dataset[`${state}One`]) || sign.dataset[state === "signed-out" ? "signedOut" : state];
    const words = sentence.replace("{time}", this.time).replace("{count}", number.format(count)).replace("{why}", why);
    sign.querySelector("[data-sign-words]").textContent = words;
    sign.querySelector("[data-sign-in]").hidden = state !== "signed-out";
    sign.dataset.state = state;
    const isSaved = ["idle", "saving", "saved", "conflict"].includes(state);
    document.title = isSaved ? this.title : `${sign.dataset.notSaved}: ${this.title}`;
    announce(["idle", "saving"].includes(state) ? "" : words);
  }

  // The button waits until everything typed has arrived, so that no answer is sent on two ways at once, and nothing is lost on a dead line.
  async submit(event) {
    if (!this.unsaved.length || this.isLeaving) {
      this.isLeaving = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.isWaiting) return;
    this.isWaiting = true;
    await this.send();
    await afterEvent();
    this.isWaiting = false;
    if (this.unsaved.length && this.trouble && this.trouble.kind !== "signed-out") return;
    this.isLeaving = true;
    this.form.requestSubmit(event.submitter);
  }
}

const savings = [...document.querySelectorAll("form[data-autosave]")].map((form) => new Saving(form));
const isWaiting = () => savings.some((saving) => saving.unsaved.length && !saving.isLeaving);
const sendAll = () => Promise.all(savings.map((saving) => saving.send()));

// A link, or the button of another form, waits for what is on its way. What still waits then, the browser asks about.
let isGoing = false;
async function goAfterSaving(event, go) {
  if (isGoing || !isWaiting()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await sendAll();
  await afterEvent();
  isGoing = true;
  go();
  isGoing = false;
}
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !link?.target;
  const isElsewhere = link && link.href.split("#")[0] !== location.href.split("#")[0];
  if (isElsewhere && isPlain) goAfterSaving(event, () => { location.href = link.href; });
}, { capture: true });
addEventListener("submit", (event) => {
  if (event.target.dataset.autosave !== undefined) return;
  goAfterSaving(event, () => event.target.requestSubmit(event.submitter));
}, { capture: true });

if (savings.length) {
  addEventListener("online", sendAll);
  addEventListener("focus", sendAll);
  addEventListener("pagehide", sendAll);
  document.addEventListener("visibilitychange", sendAll);
  addEventListener("beforeunload", (event) => {
    if (!isWaiting()) return;
    event.preventDefault();
    sendAll();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const saving of savings) saving.isLeaving = false;
  });
}

// Once a minute, while the page is looked at: who else is at the report.
const presence = document.querySelector("[data-presence]");
async function look() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(presence.dataset.presence, { redirect: "manual" }).catch(() => null);
  if (answer?.ok) presence.innerHTML = await answer.text(); // a part of a page, as the server writes it
}
if (presence) {
  setInterval(look, 60_000);
  document.addEventListener("visibilitychange", look);
}

// A second press on a button that already sent the form would send it twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) event.preventDefault();
    form.dataset.sent = Date.now();
  });
}
