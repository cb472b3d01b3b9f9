/** What proofs are to be made on: a graphics card where it is faster, WebAssembly, or a card in any case. */
export type DeviceWish = "auto" | "wasm" | "gpu";

/** "found": a card that has not been measured yet. "lost": also a card that fails, or does not answer. */
type DeviceState = "not-asked" | "not-installed" | "absent" | "software" | "found" | "used" | "slower" | "lost" | "wrong";

/** What proofs are made on, and why. Plain data. */
export interface DeviceReport {
  readonly on: "wasm" | "gpu";
  readonly state: DeviceState;
  /** What the card calls itself; absent where none was found. */
  readonly card?: string;
  /** Times as fast as WebAssembly that the card made a proof; absent where it was not measured. */
  readonly gain?: number;
  /** Why, in words. */
  readonly why: string;
}

/** From this many times as fast on, a card is asked first: below it the way to the card, and the check, take what it gains. */
export const LEAST_GAIN = 1.3;

/** On what, and why, behind "proofs are made". */
export function madeOn({ on, why }: DeviceReport): string {
  return `${on === "gpu" ? "on the graphics card" : "by WebAssembly"}: ${why}`;
}

/** What was found when a card was looked for. */
export interface FoundCard {
  readonly state: "not-installed" | "absent" | "software" | "found";
  /** What it calls itself; absent where there is none. */
  readonly card?: string;
}

/** Why, of a card that is not asked. */
export function absenceReason({ state, card }: FoundCard): string {
  switch (state) {
    case "not-installed":
      return "the package webgpu, which talks to graphics cards, is not installed";
    case "absent":
      return "no graphics card was found";
    case "software":
      return `${card ?? "the card"} is software on the processor`;
    case "found":
      return `${card ?? "a graphics card"} is measured before its first proof`;
  }
}
