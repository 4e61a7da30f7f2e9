// Convenience only: the page reads the same without it.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const tools = document.getElementById("tools");
  const status = document.getElementById("shown");
  const search = document.getElementById("search");
  const level = document.getElementById("level");
  const buttons = all("[data-show]", tools);
  const provisions = all(".provision");
  let verdict = "all";

  const apply = () => {
    const words = search.value.trim().toLowerCase();
    let shown = 0;
    for (const provision of provisions) {
      const fits = (verdict === "all" || provision.dataset.verdict === verdict) &&
        (level.value === "all" || provision.dataset.level === level.value) &&
        (words === "" || provision.textContent.toLowerCase().includes(words));
      provision.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const principle of all(".principle")) {
      principle.hidden = all(".provision:not([hidden])", principle).length === 0;
    }
    status.textContent = `${shown} of ${provisions.length} shown`;
  };

  for (const button of buttons) {
    button.addEventListener("click", () => {
      verdict = button.dataset.show;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      apply();
    });
  }
  search.addEventListener("input", apply);
  level.addEventListener("change", apply);
  const unfold = document.getElementById("unfold");
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    for (const provision of provisions) provision.open = open;
  });

  // A link to something folded or filtered away shows it.
  const reveal = (id) => {
    const target = id === "" ? null : document.getElementById(id);
    if (target === null) return;
    if (target.closest("[hidden]") !== null) {
      search.value = "";
      level.value = "all";
      buttons[0].click();
    }
    for (let at = target; at !== null; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", () => reveal(decodeURIComponent(location.hash.slice(1))));
  // In the wheel a sector leads to its principle; with a script, a cell leads to its provision.
  for (const cell of all(".wheel [data-to]")) {
    cell.addEventListener("click", (event) => {
      event.preventDefault();
      location.hash = cell.dataset.to;
      reveal(cell.dataset.to);
    });
  }

  // On paper nothing is folded, also where the style sheet alone cannot unfold it.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  tools.hidden = false;
  apply();
  reveal(decodeURIComponent(location.hash.slice(1)));
})();
