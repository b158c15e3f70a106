// A link that holds the inputs after `#`: browsers do not send that part to any server.
"use strict";
(() => {
  const form = document.getElementById("patient-form");
  const button = document.getElementById("share");
  const said = document.getElementById("share-said");
  const kept = "token";

  const fill = (name, value) => {
    const field = form.elements.namedItem(name);
    if (!field || name === kept) return;
    if (field.type === "checkbox") field.checked = field.value === value;
    else field.value = value;
  };

  const given = new URLSearchParams(location.hash.slice(1));
  if ([...given.keys()].length) {
    given.forEach((value, name) => fill(name, value));
    document.querySelectorAll("details").forEach(one => {
      one.open = one.open || !!one.querySelector("input:checked:not([value=not_tested])");
    });
    // not before the form has been made ready: what changes earlier is not asked. htmx says so
    // once, so this file stands before it in the page: deferred scripts run in that order
    document.addEventListener("htmx:after:process", () =>
      form.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
  }

  const link = () => {
    const filled = [...new FormData(form)].filter(([name, value]) =>
      name !== kept && value !== "" && value !== "not_tested");
    return `${location.origin}${location.pathname}#${new URLSearchParams(filled)}`;
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    history.replaceState(null, "", link());
    try {
      await navigator.clipboard.writeText(link());
      said.textContent = "Copied. Who has the link sees the inputs.";
    } catch {
      said.textContent = "The link is in the address bar. Who has it sees the inputs.";
    }
  });
})();
