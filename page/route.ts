import { useLayoutEffect, useState } from "preact/hooks";
import type { EcosystemInfo } from "./answers.ts";

/** Position of the reader: `#/alpha/block/12` is ["alpha", "block", "12"]. */
export type Route = readonly string[];

export function useRoute(): Route {
  const [route, set] = useState(routeNow);
  // Before the page is painted: a click on a link that came before would be lost.
  useLayoutEffect(() => {
    const follow = (): void => {
      set(routeNow());
      scrollTo(0, 0);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function routeNow(): Route {
  return location.hash
    .replace(/^#\/?/, "")
    .replace(/\?.*$/, "")
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
}

/** True if the reader is at the route; pages receive a new link a moment later. */
export function isAt(...route: readonly string[]): boolean {
  return to(...routeNow()) === to(...route);
}

/** Decodes a part of a link; a link that was cut in the middle of an escape remains unchanged. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const HASH = /^0x[0-9a-f]{64}$/i;
const NUMBER = /^\d{1,15}$/;
/** Items that a link names after a member, with their form. */
const NAMED = new Map([
  ["tx", { what: "a transaction", form: HASH }],
  ["address", { what: "an address", form: /^0x[0-9a-f]{40}$/i }],
  ["block", { what: "a block", form: NUMBER }],
  ["batch", { what: "a batch", form: NUMBER }],
]);

/** Part of a link that cannot be an item of its kind, because any account can write links. */
export function misspelt([first, second = "", third = ""]: Route): { readonly text: string; readonly what: string } | undefined {
  if (first === "message") {
    if (NUMBER.test(second) && HASH.test(third)) return undefined;
    return { text: `${second}/${third}`, what: "a message" };
  }
  const named = NAMED.get(second);
  return first === "search" || named === undefined || named.form.test(third) ? undefined : { text: third, what: named.what };
}

/** Link to a page of this page. */
export function to(...route: readonly (string | number)[]): string {
  return `#/${route.map((part) => encodeURIComponent(part)).join("/")}`;
}

/**
 * State of a page in its link, after "?", and a function that changes it: a copied link includes the state.
 */
export function useLinkState(): readonly [URLSearchParams, (name: string, value: string | undefined) => void] {
  const [text, set] = useState(linkState);
  useLayoutEffect(() => {
    const follow = (): void => set(linkState());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const change = (name: string, value: string | undefined): void => {
    const state = new URLSearchParams(linkState());
    if (value === undefined || value === "") state.delete(name);
    else state.set(name, value);
    const [page = "#/"] = location.hash.split("?");
    history.replaceState(null, "", `${page === "" ? "#/" : page}${state.size === 0 ? "" : `?${state.toString()}`}`);
    set(linkState());
  };
  return [new URLSearchParams(text), change];
}

function linkState(): string {
  return location.hash.split("?")[1] ?? "";
}

/** A member by its name, as links and the page's server name it; undefined where there is none. */
export function memberNamed(
  { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">,
  name: string,
): { readonly chain: string; readonly member: string } | undefined {
  if (name === l1.name) return { chain: name, member: "l1" };
  const chainId = chains.find((each) => each.name === name)?.chainId;
  return chainId === undefined ? undefined : { chain: name, member: String(chainId) };
}
