// Opens a summary from the inputs after `#`: they go into the body of one request, into no address.
"use strict";
(() => {
  const form = document.getElementById("shared");
  const given = new URLSearchParams(location.hash.slice(1));
  document.documentElement.classList.add("has-scripts");

  const show = name => {
    document.getElementById("opening").hidden = true;
    document.getElementById(name).hidden = false;
  };

  const open = async () => {
    given.delete("token");
    const body = new URLSearchParams([...new FormData(form), ...given]);
    const found = await fetch(form.action, { method: "POST", body, redirect: "error" });
    if (!found.ok && found.status !== 422) throw new Error("no summary");
    const page = new DOMParser().parseFromString(await found.text(), "text/html");
    document.getElementById("main").replaceWith(page.getElementById("main"));
  };

  // another link in the same window; the link to the content has no inputs
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) location.reload();
  });
  if ([...given.keys()].length) open().catch(() => show("failed"));
  else show("wrong");
})();
