import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { EcosystemInfo } from "../view/books/ecosystem-info.ts";
import type { LiveBridges, LiveBridgesDependencies } from "./live-bridges.ts";

/** What opening needs; without a `projectFolder` packages are looked for where the process runs. */
interface BridgeOpening extends Pick<LiveBridgesDependencies, "opening" | "chains" | "faults"> {
  readonly projectFolder?: string;
  /** Of the ecosystem without its bridges. */
  readonly info: () => EcosystemInfo;
}

/**
 * The bridges that the options name, on all chains of now, and what the ecosystem tells with them; none where the options name
 * none, and then nothing of it is loaded. Rejects with PublishedCodeError or BridgeSetUpError.
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
