import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { ActInfo } from "./act-book.ts";

/** An act in one line, as the page's feed and the terminal tell it. */
export function actWords({ text, times, refused }: Pick<ActInfo, "text" | "times" | "refused">): string {
  const repeated = times > 1 ? ` (${times} times)` : "";
  return refused === undefined ? `${text}${repeated}` : `not done, ${text}${repeated}: ${refused}`;
}

/** The member that it was done to; `ecosystem` where that is all members. */
export function placeWords({ chainId }: Pick<ActInfo, "chainId">, { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">): string {
  if (chainId === undefined) return "ecosystem";
  return [l1, ...chains].find((member) => member.chainId === chainId)?.name ?? `chain ${chainId}`;
}
