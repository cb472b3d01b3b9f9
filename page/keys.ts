import { closeMenus } from "./parts/menu.tsx";
import { PAGES } from "./parts/rail.tsx";
import { to } from "./route.ts";

/** Storage key of the browser; with it single keys do nothing (WCAG 2.1.4). */
const OFF = "hyperchain-keys-off";
/** Time between "g" and the letter of a page. */
const CHORD_MS = 1_000;

/** Keys and their effects, for the list that "?" opens. */
export const KEYS: Readonly<Record<string, string>> = {
  "/": "search",
  "j k": "next and previous row",
  Enter: "unfold the row",
  o: "open the row's page",
  c: "copy the row as a test",
  f: "failures only",
  p: "fold the lanes",
  h: "hold the page",
  ".": "show new rows",
  "[ ]": "previous and next block or batch",
  ...Object.fromEntries(Object.values(PAGES).map(({ name, key }) => [`g ${key}`, name])),
  "g 0…9": "L1 and the chains",
  "?": "this list",
};

export function areKeysOff(): boolean {
  return localStorage.getItem(OFF) !== null;
}

export function switchKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

/** Follows the keyboard and presses outside of menus. An element that a key presses has it in `aria-keyshortcuts`. */
export function followKeys(): void {
  let chordAt = -Infinity;
  addEventListener("pointerdown", ({ target }) => closeMenus(target as Node));
  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (key === "Escape") return escaped(target as HTMLElement);
    if (ctrlKey || metaKey || altKey || isField(target as HTMLElement) || areKeysOff()) return;
    const isChord = event.timeStamp - chordAt < CHORD_MS;
    chordAt = key === "g" && !isChord ? event.timeStamp : -Infinity;
    if (isChord ? opened(key) : pressed(key)) event.preventDefault();
  });
}

function isField(target: HTMLElement): boolean {
  return target.matches("input, textarea, select") || target.isContentEditable;
}

function escaped(target: HTMLElement): void {
  const menu = target.closest<HTMLDetailsElement>("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary")?.focus();
  if (isField(target) && menu === null) target.blur();
}

/** Opens the page or the member of a key after "g"; false if there is none. */
function opened(key: string): boolean {
  const page = Object.entries(PAGES).find((each) => each[1].key === key)?.[0];
  const member = /^\d$/.test(key) ? document.querySelectorAll<HTMLAnchorElement>(".rail .chains a")[Number(key)] : undefined;
  if (page === undefined && member === undefined) return false;
  location.hash = (member?.getAttribute("href") ?? to(...(page === "" || page === undefined ? [] : [page]))).slice(1);
  return true;
}

/** Presses the element of a key; false if the page has none. */
function pressed(key: string): boolean {
  if (key === "j" || key === "k") return moved(key === "j" ? 1 : -1);
  const row = document.activeElement?.closest("li")?.querySelector(".row");
  if (key === "o") return clicked(row?.querySelector("a.age"));
  if (key === "c") return clicked(row?.querySelector(".acts [aria-keyshortcuts=c]") ?? shortcut(key));
  return clicked(shortcut(key));
}

function shortcut(key: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`)].find(
    (element) => element.getClientRects().length > 0,
  );
}

function clicked(element: Element | null | undefined): boolean {
  if (!(element instanceof HTMLElement)) return false;
  if (element instanceof HTMLInputElement) element.focus();
  else element.click();
  return true;
}

/** Moves the focus by rows of the feed. */
function moved(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>(".feed > li")].flatMap((each) => {
    const button = each.querySelector<HTMLElement>(".row > button");
    return button === null ? [] : [button];
  });
  const here = rows.findIndex((button) => button.closest("li")?.contains(document.activeElement));
  const next = rows[here === -1 && by > 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))];
  next?.focus();
  return next !== undefined;
}
