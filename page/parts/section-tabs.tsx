/** Buttons that lead to sections of the page by their titles; nothing for less than two. */
export function SectionTabs({ titles }: { readonly titles: readonly string[] }) {
  if (titles.length < 2) return null;
  return (
    <nav class="segments tabs" aria-label="sections of this page">
      {titles.map((title) => (
        <button key={title} onClick={() => leadTo(title)}>
          {title}
        </button>
      ))}
    </nav>
  );
}

/** Addresses of the page are routes, so a section has none. */
function leadTo(title: string): void {
  const heading = [...document.querySelectorAll("h2")].find(({ textContent }) => textContent === title);
  if (heading === undefined) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
}
