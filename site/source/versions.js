// Select of the documentation's version. The list is next to the versions' folders, so that pages of an old version show newer ones.
const selects = [...document.querySelectorAll("select.versions")];

function optionOf({ name, path, isReleased }, base) {
  return new Option(isReleased ? `v${name}` : `v${name} (next)`, path, path === base, path === base);
}

async function showVersions() {
  const { base } = selects[0].dataset;
  const answer = await fetch(new URL("../versions.json", new URL(base, location.href)));
  // A folder that is served alone has no list: the select then shows its version.
  if (!answer.ok) return;
  const versions = await answer.json();
  for (const select of selects) {
    select.replaceChildren(...versions.map((version) => optionOf(version, base)));
    select.addEventListener("change", () => location.assign(select.value));
  }
}

if (selects.length > 0) showVersions();
