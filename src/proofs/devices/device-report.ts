import type { DeviceFault } from "./proving-backends.ts";

/** Requested device of proofs: a graphics card if it is faster, WebAssembly, or a card in any case. */
export type DeviceWish = "auto" | "wasm" | "gpu";

/** "found": a card that has not been measured yet. "lost": also a card that fails, or does not answer. */
export type DeviceState = "not-asked" | "not-installed" | "absent" | "software" | "found" | "used" | "slower" | "lost" | "wrong";

/** Device of proofs, and the reason. Plain data. */
export interface DeviceReport {
  readonly on: "wasm" | "gpu";
  readonly state: DeviceState;
  /** Name of the card; absent if none was found. */
  readonly card?: string;
  /** Times as fast as WebAssembly that the card made a proof; absent where it was not measured. */
  readonly gain?: number;
  /** Reason, as text. */
  readonly why: string;
}

/** From this many times as fast on, a card is asked first: below it the way to the card, and the check, take what it gains. */
export const MIN_GAIN = 1.3;

/** Maximum wait for a card's driver to report: a loaded machine takes seconds to load it. */
export const DRIVER_LIMIT_MS = 30_000;

/** On what, and why, behind "proofs are made". */
export function madeOn({ on, why }: DeviceReport): string {
  return `${on === "gpu" ? "on the graphics card" : "by WebAssembly"}: ${why}`;
}

/** Result of the search for a card. "lost": its driver has not answered. */
export interface FoundCard {
  readonly state: "not-installed" | "absent" | "software" | "lost" | "found";
  /** Name of the card; absent if there is none. */
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
    case "lost":
      return `the graphics card's driver has not answered for ${DRIVER_LIMIT_MS / 1000} seconds`;
    case "found":
      return `${card ?? "a graphics card"} is measured before its first proof`;
  }
}

/** A card that was lost once may have been asleep: the next thread opens it again. */
const MOST_FAILURES = 2;

/** Facts about a card. */
interface KnownCard {
  /** Undefined where no card is wished for. */
  readonly search: FoundCard | undefined;
  readonly gain: number | undefined;
  readonly faults: readonly DeviceFault[];
  /** Whether it is asked first whatever it gains. */
  readonly isForced: boolean;
}

/** Device of proofs, by the facts about the card. */
export function deviceReport({ search, gain, faults, isForced }: KnownCard): DeviceReport {
  if (search === undefined) return { on: "wasm", state: "not-asked", why: 'prover.device is "wasm"' };
  if (search.state !== "found") return { on: "wasm", ...search, why: absenceReason(search) };
  const { card = "the graphics card" } = search;
  const told = { card, ...(gain === undefined ? {} : { gain }) };
  const bad = decisive(faults);
  if (bad?.kind === "wrong")
    return { on: "wasm", state: "wrong", ...told, why: `a proof of ${card} does not hold: ${bad.reason}` };
  if (bad !== undefined) return { on: "wasm", state: "lost", ...told, why: `${card} failed: ${bad.reason}` };
  // Of a card that is asked all the same.
  const last = faults.at(-1);
  const failed = last === undefined ? "" : `; it failed last because ${last.reason}`;
  if (gain === undefined) return { on: "wasm", state: "found", ...told, why: `${absenceReason(search)}${failed}` };
  const measured = `${card} makes a proof ${gain.toFixed(1)} times as fast as WebAssembly`;
  if (gain >= MIN_GAIN) return { on: "gpu", state: "used", ...told, why: `${measured}${failed}` };
  return isForced
    ? { on: "gpu", state: "used", ...told, why: `prover.device is "gpu"; ${measured}${failed}` }
    : { on: "wasm", state: "slower", ...told, why: `${measured}, and is asked from ${MIN_GAIN} on` };
}

/** The fault after which the card is not asked again. */
function decisive(faults: readonly DeviceFault[]): DeviceFault | undefined {
  const wrong = faults.find(({ kind }) => kind === "wrong");
  const failures = faults.filter(({ kind }) => kind === "failed" || kind === "lost");
  return wrong ?? (failures.length >= MOST_FAILURES ? failures.at(-1) : undefined);
}
