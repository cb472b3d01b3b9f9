import { Wallet } from "ethers";
import type { EdrConnect } from "../../chain/execution/connection.ts";
import type { Clock } from "../../chain/clock.ts";
import { isProvenVersion } from "../../protocol/no-proof.ts";
import type { Hex } from "../../protocol/hex.ts";
import { createProver } from "../../prover/prover.ts";
import { createL1Contact } from "../chains/l1-contact.ts";
import { createNoProver } from "../chains/no-prover.ts";
import { serveChain } from "../chains/serve-chain.ts";
import type { SettledBatch } from "../chains/settled-batch.ts";
import { createSettlementView } from "../chains/settlement-view.ts";
import { startOrClose } from "../closing.ts";
import type { Closing } from "../closing.ts";
import { L1ReorgError } from "../l1/l1-inputs.ts";
import { l1Request } from "../l1/l1-request.ts";
import { regularly } from "../regularly.ts";
import { connectHttp } from "../relaying.ts";
import type { ProverMode } from "../view/ecosystem-info.ts";
import { continueChain } from "./continue-chain.ts";
import type { ContinuedChain } from "./continue-chain.ts";
import type { Reconstruction } from "./reconstruct.ts";

export interface OperatedChainOptions {
  /** JSON-RPC URL of L1. */
  readonly l1Url: string;
  /** Of the new operator, who must be a validator of the chain, and pays on L1: 0x and 64 hexadecimal digits. */
  readonly key: Hex;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Age at which a batch is sealed. */
  readonly batchAgeMs: number;
  /** Between two looks at L1. */
  readonly pollIntervalMs: number;
  readonly minGasPriceWei: bigint;
  /** Threads of the prover; default: all cores. */
  readonly proverWorkers?: number;
}

export interface OperatedChainDependencies {
  readonly connect: EdrConnect;
  readonly clock: Clock;
  readonly onSettled: (batch: SettledBatch) => void;
  /** The chain waits for L1, for this reason, and goes on by itself; undefined once it has gone on. */
  readonly onWait: (reason: string | undefined) => void;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/** A chain that somebody else goes on with, served to its users. */
export interface OperatedChain {
  readonly url: string;
  /** What checks its batches: its protocol version says so. */
  readonly proverMode: ProverMode;
  readonly continued: ContinuedChain;
  close(): Promise<void>;
}

/**
 * Goes on with a rebuilt rollup as its operator: serves it, takes over from L1 what is new, and settles its batches. Rejects with
 * ContinuationError, ReconstructionError BytecodeMissing, PortInUseError, or with L1's error.
 */
export function operateChain(reconstruction: Reconstruction, options: OperatedChainOptions, dependencies: OperatedChainDependencies): Promise<OperatedChain> {
  return startOrClose("the chain", (closing) => start(reconstruction, options, dependencies, closing));
}

async function start(
  reconstruction: Reconstruction,
  { l1Url, key, host, port, batchAgeMs, pollIntervalMs, minGasPriceWei, proverWorkers }: OperatedChainOptions,
  { connect, clock, onSettled, onWait, onStop }: OperatedChainDependencies,
  closing: Closing,
): Promise<OperatedChain> {
  const { settlementChainId, hyperchain, factory, bridge, registry, configuration } = reconstruction.contract;
  const { chainId, protocolVersion, baseToken } = configuration;
  const l1 = connectHttp(settlementChainId, l1Request(l1Url));
  closing.add(() => l1.destroy());
  const proverMode = isProvenVersion(protocolVersion) ? "stark" : "none";
  const prover = proverMode === "none" ? createNoProver() : createProver(proverWorkers === undefined ? {} : { workers: proverWorkers });
  closing.add(() => prover.close());
  const contact = createL1Contact(onWait);
  const continued = await continueChain(
    reconstruction,
    { blocks: { type: "instant" }, batches: { maxAgeMs: batchAgeMs, maxTransactions: undefined }, minGasPriceWei },
    { l1, l1MayBeBehind: true, clock, prover, connect, operator: new Wallet(key, l1), onSettled, onStop, onTrouble: (trouble) => contact.settlementWaits(trouble) },
  );
  closing.add(() => continued.close());
  const settlement = createSettlementView(
    { settlementChainId, l2ChainId: chainId, contracts: { bridgehub: factory, hyperchain, bridge }, roots: registry, baseToken, fromBlock: reconstruction.fromBlock },
    { provider: l1 },
  );
  const { url } = await serveChain(continued.chain, { name: `chain ${chainId}`, host, port, gasPriceWei: minGasPriceWei, development: false, settlement }, closing);
  await continued.pollL1();
  closing.add(
    regularly(clock, pollIntervalMs, () => continued.pollL1().then(() => contact.looked()), (error) => {
      if (error instanceof L1ReorgError) {
        onStop(error);
        return false;
      }
      contact.looked(error);
      return true;
    }),
  );
  return { url, proverMode, continued, close: () => closing.close() };
}
