// Tabs for listings in two ways, such as ethers and viem. A choice holds on all pages of the site.
const KEY = "track";
const groups = [...document.querySelectorAll(".tracks")].map((group) => ({
  group,
  panels: [...group.querySelectorAll(":scope > .track")],
}));

function choose(name) {
  for (const { panels, tabs } of groups) {
    if (!panels.some((panel) => panel.dataset.track === name)) continue;
    for (const [i, panel] of panels.entries()) {
      const isChosen = panel.dataset.track === name;
      panel.hidden = !isChosen;
      tabs[i].setAttribute("aria-selected", String(isChosen));
      tabs[i].tabIndex = isChosen ? 0 : -1;
    }
  }
}

function tabOf(panel, id) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.setAttribute("role", "tab");
  tab.textContent = panel.dataset.track;
  panel.id = id;
  panel.setAttribute("role", "tabpanel");
  tab.setAttribute("aria-controls", id);
  tab.addEventListener("click", () => {
    localStorage.setItem(KEY, panel.dataset.track);
    choose(panel.dataset.track);
  });
  return tab;
}

for (const [i, each] of groups.entries()) {
  each.tabs = each.panels.map((panel, at) => tabOf(panel, `track-${i}-${at}`));
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.append(...each.tabs);
  list.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
    if (step === 0) return;
    const next = each.tabs[(each.tabs.indexOf(document.activeElement) + step + each.tabs.length) % each.tabs.length];
    next.click();
    next.focus();
  });
  each.group.prepend(list);
}
const [first] = groups;
if (first !== undefined) {
  choose(first.panels[0].dataset.track);
  choose(localStorage.getItem(KEY));
}
