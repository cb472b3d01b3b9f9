import type { ComponentChildren } from "preact";
import { Icon } from "./shape.tsx";

interface MenuProps {
  readonly label: ComponentChildren;
  readonly kind?: "bare" | "primary";
  readonly children: ComponentChildren;
}

/** Button that opens a panel over the page; Escape and a press outside close it. */
export function Menu({ label, kind = "bare", children }: MenuProps) {
  return (
    <details class={`menu ${kind === "primary" ? "primary" : ""}`}>
      <summary class={`button ${kind}`}>
        {label}
        <Icon name="down" />
      </summary>
      <div>{children}</div>
    </details>
  );
}

/** Closes the open menus but the one that has the element. */
export function closeMenus(but: Node | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
    if (but === null || !menu.contains(but)) menu.open = false;
}
