import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { EcosystemInfo } from "../view/books/ecosystem-info.ts";
import type { LiveBridges, LiveBridgesDependencies } from "./live-bridges.ts";

/** Dependencies of opening; without a `projectFolder` packages are searched in the working directory of the process. */
interface BridgeOpening extends Pick<LiveBridgesDependencies, "opening" | "chains" | "faults"> {
  readonly projectFolder?: string;
  /** Description of the ecosystem without its bridges. */
  readonly info: () => EcosystemInfo;
}

/**
 * Opens the bridges that the options name, on all current chains, and adds them to the ecosystem's description. Without
 * such an option nothing is loaded. Rejects with PublishedCodeError or BridgeSetUpError.
 */
export async function openBridges(
  { opening, chains, faults, projectFolder: folder = process.cwd(), info }: BridgeOpening,
  closing: Disposer,
): Promise<{ readonly bridges: LiveBridges | undefined; readonly info: () => EcosystemInfo }> {
  const option = opening.options.bridges;
  if (option === undefined || Object.values(option).every((each) => each === undefined)) return { bridges: undefined, info };
  const { createLiveBridges } = await import("./live-bridges.ts");
  const kinds = [
    ...(option.layerzero === undefined ? [] : [(await import("./layerzero.ts")).layerzero]),
    ...(option.hyperlane === undefined ? [] : [(await import("./hyperlane.ts")).hyperlane]),
    ...(option.ccip === undefined ? [] : [(await import("./ccip.ts")).ccip]),
    ...(option.superchain === undefined ? [] : [(await import("./superchain.ts")).superchain]),
  ];
  const bridges = createLiveBridges({ option, kinds, opening, chains, faults, folder, info });
  closing.add(() => bridges.close());
  await bridges.setUp(chains.current());
  return { bridges, info: () => ({ ...info(), bridges: bridges.named() }) };
}
