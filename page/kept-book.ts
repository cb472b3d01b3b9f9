import { useEffect, useState } from "preact/hooks";
import { bookAsJson, readBook, type AddressBook } from "./address-book.ts";

/**
 * Storage key of this browser. Other pages of this machine on the same port can read it, so it holds no
 * secrets.
 */
const KEPT_AS = "hyperchain-labels";

/** The reader's address book, which the browser keeps, and how it is changed; what another tab changes stands here too. */
export function useKeptBook(): readonly [AddressBook, (book: AddressBook) => void] {
  const [book, set] = useState(kept);
  useEffect(() => {
    const follow = ({ key }: StorageEvent): void => {
      if (key === KEPT_AS || key === null) set(kept());
    };
    addEventListener("storage", follow);
    return () => removeEventListener("storage", follow);
  }, []);
  const keep = (next: AddressBook): void => {
    localStorage.setItem(KEPT_AS, bookAsJson(next));
    set(next);
  };
  return [book, keep];
}

function kept(): AddressBook {
  try {
    return readBook(localStorage.getItem(KEPT_AS) ?? "{}");
  } catch {
    // Another page of this machine has been on this port before.
    return {};
  }
}
