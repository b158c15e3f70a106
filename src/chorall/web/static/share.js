// Links that hold the inputs after `#`: browsers do not send that part to any server.
"use strict";
(() => {
  const form = document.getElementById("patient-form");
  const kept = "token";
  document.documentElement.classList.add("has-scripts");

  // false where the form of this bank does not ask it, or not with this answer
  const fill = (name, value) => {
    const field = form.elements.namedItem(name);
    if (!field || name === kept) return false;
    if (field.type !== "checkbox") {
      const before = field.value;
      field.value = value;
      if (field.value !== value) field.value = before;
      return field.value === value;
    }
    field.checked = field.value === value;
    return field.checked;
  };

  const tell = (bank, left) => {
    const said = [];
    if (bank && bank !== form.dataset.bank)
      said.push("This link was made with another bank: its numbers were others.");
    if (left.length) said.push(`Left out, for this bank does not ask it so: ${left.join(", ")}.`);
    document.getElementById("share-told").textContent = said.join(" ");
  };

  const given = new URLSearchParams(location.hash.slice(1));
  const bank = given.get("bank");
  given.delete("bank");
  if ([...given.keys()].length) {
    tell(bank, [...given].filter(([name, value]) => !fill(name, value)).map(([name]) =>
      name.replace(/^m:/, "").replaceAll("_", " ")));
    document.querySelectorAll("details").forEach(one => {
      one.open = one.open || !!one.querySelector("input:checked:not([value=not_tested])");
    });
    // not before the form has been made ready: what changes earlier is not asked. htmx says so
    // once, so this file stands before it in the page: deferred scripts run in that order
    document.addEventListener("htmx:after:process", () =>
      form.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
  }

  const link = (path, further = {}) => {
    const filled = [...new FormData(form)].filter(([name, value]) =>
      name !== kept && value !== "" && value !== "not_tested");
    return `${location.origin}${path}#${new URLSearchParams([...filled, ...Object.entries(further)])}`;
  };

  const copy = async (address, said, otherwise) => {
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied. Who has the link sees the inputs.";
    } catch {
      said.textContent = `${otherwise} Who has it sees the inputs.`;
    }
  };

  document.getElementById("share").addEventListener("click", () => {
    const address = link(location.pathname, { bank: form.dataset.bank });
    history.replaceState(null, "", address);
    copy(address, document.getElementById("share-said"), "The link is in the address bar.");
  });

  // the buttons come anew with every answer
  document.addEventListener("click", async event => {
    const { summary, bank } = event.target.closest("[data-summary]")?.dataset ?? {};
    if (!summary) return;
    const made = new Date().toISOString().slice(0, 10);
    const said = document.getElementById("summary-said");
    const opened = document.createElement("a");
    opened.href = link(summary, { bank, made });
    opened.textContent = "The link";
    await copy(opened.href, said, "Copy the link from here.");
    said.append(" ", opened);
  });
})();
