import { Wallet } from "ethers";
import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { findChain } from "../../client/ecosystem.ts";
import { connectHttp } from "../../devnet/relaying.ts";
import { reconstruct } from "../../devnet/reconstruction/reconstruct.ts";
import type { ReconstructionOptions, Reconstruction, ReconstructionProgress } from "../../devnet/reconstruction/reconstruct.ts";
import { privateKey, wholeNumber } from "../../options/values.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { AnswerLimits } from "../discovery/json-rpc.ts";
import { pluginError } from "../plugin-error.ts";
import { protocolGenesis } from "../protocol-genesis.ts";
import { readSender, signerOf } from "./accounts.ts";
import type { EcosystemArguments } from "./arguments.ts";
import { createOutput } from "./output.ts";
import type { Output } from "./output.ts";
import { withEcosystem } from "./session.ts";
import { explained } from "./task-error.ts";

/** Where the chain may have been created. */
export const L1_BLOCK = wholeNumber(0, Number.MAX_SAFE_INTEGER, 1);

/** How a task names a chain that need not run any more. */
export interface ChainOnL1Arguments extends EcosystemArguments {
  /** Name or id, or the address of its contract on L1. */
  readonly chain: string;
  readonly settlementUrl: string | undefined;
}

/** A chain's contract on L1, whether the chain runs or not. */
export interface ChainOnL1 {
  /** Of what it settles on: L1, or another chain. */
  readonly l1: string;
  readonly hyperchain: Hex;
  readonly output: Output;
  /** Asks the chain itself; absent where only its contract is known. */
  readonly chain?: (method: string, params: readonly unknown[], limits: AnswerLimits) => Promise<unknown>;
  /** Whether it was found in a running ecosystem, of which development accounts can be named. */
  readonly runs: boolean;
  /** Does work with an account there that `from` names, or HYPERCHAIN_PRIVATE_KEY's. */
  withSigner(from: string | undefined, l1ChainId: bigint, work: (signer: Wallet) => Promise<void>): Promise<void>;
}

/** Finds a chain's contract in the running ecosystem, or on the L1 that `--settlement-url` names, and does the task's work. */
export async function withChainOnL1(
  args: ChainOnL1Arguments,
  hre: HardhatRuntimeEnvironment,
  work: (chain: ChainOnL1) => Promise<void>,
): Promise<void> {
  const { chain, settlementUrl } = args;
  if (settlementUrl === undefined) {
    return withEcosystem(args, hre, (session) => {
      const { info, output } = session;
      const known = info.chains.find((each) =>
        isAddress(chain) ? each.hyperchain === chain.toLowerCase() : each.chainId === findChain(info, chain).chainId,
      );
      const base = known?.settlesOn ?? info.l1;
      return work({
        l1: base.url,
        hyperchain: known?.hyperchain ?? (chain as Hex),
        output,
        ...(known === undefined ? {} : { chain: (method, params, limits) => session.ask(known.chainId, method, params, limits) }),
        runs: true,
        withSigner: async (from, _chainId, act) => act(signerOf(session, await readSender(session, from, base.name))),
      });
    });
  }
  if (!/^https?:\/\//.test(settlementUrl))
    throw pluginError(`--settlement-url must be a URL such as http://127.0.0.1:8545, got '${settlementUrl}'`);
  if (!isAddress(chain))
    throw pluginError(`with --settlement-url the chain is named by its contract there: 0x and 40 hex digits, got '${chain}'`);
  await work({
    l1: settlementUrl,
    hyperchain: chain,
    output: createOutput(args.json),
    runs: false,
    withSigner: (from, l1ChainId, act) => withOwnKey(from, settlementUrl, l1ChainId, act),
  }).catch((error: unknown) => {
    throw explained(error);
  });
}

async function withOwnKey(
  from: string | undefined,
  l1: string,
  l1ChainId: bigint,
  work: (signer: Wallet) => Promise<void>,
): Promise<void> {
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (from !== undefined || !v.is(privateKey, key))
    throw pluginError(
      "with --settlement-url the account's key is taken from HYPERCHAIN_PRIVATE_KEY: 0x and 64 hex digits, no --from",
    );
  const provider = connectHttp(l1ChainId, l1);
  try {
    await work(new Wallet(key, provider));
  } finally {
    provider.destroy();
  }
}

/** Rebuilds the chain from L1 alone, and tells how far it is. */
export async function rebuild(
  { l1, hyperchain, output }: Pick<ChainOnL1, "l1" | "hyperchain" | "output">,
  options: Partial<Pick<ReconstructionOptions, "upTo" | "fromBlock">>,
): Promise<Reconstruction> {
  const { genesis } = await protocolGenesis();
  output.progress(`reading ${hyperchain} from L1 at ${l1}…`);
  return reconstruct({ l1, hyperchain, genesis, onProgress: progressOf(output), ...options });
}

/** Tells how far it is about once a second, since there can be many thousand blocks. */
function progressOf(output: Output): (progress: ReconstructionProgress) => void {
  let toldAt = performance.now();
  return ({ blockNumber, toBlock, batchesApplied, batchesTotal }) => {
    if (performance.now() - toldAt < 1_000) return;
    toldAt = performance.now();
    output.progress(`L1 block ${blockNumber} of ${toBlock}, ${batchesApplied} of ${batchesTotal} batches`);
  };
}

function isAddress(text: string): text is Hex {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}
