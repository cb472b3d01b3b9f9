import { readFile } from "node:fs/promises";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { checkExecution } from "../../devnet/execution/check-execution.ts";
import type { CheckedExecution } from "../../devnet/execution/check-execution.ts";
import { ExecutionCheckError, readServedExecution } from "../../devnet/execution/served-execution.ts";
import { NamedError } from "../../errors/named-error.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import { l1Request } from "../../devnet/l1/l1-request.ts";
import { connectHttp } from "../../devnet/relaying.ts";
import { printable } from "../../runtime/printable.ts";
import { wholeNumber } from "../../options/values.ts";
import { callJsonRpc } from "../discovery/json-rpc.ts";
import { pluginError } from "../plugin-error.ts";
import { protocolGenesis } from "../protocol-genesis.ts";
import { readNumber } from "./arguments.ts";
import { L1_BLOCK, withChainOnL1 } from "./chain-on-l1.ts";
import type { ChainOnL1, ChainOnL1Arguments } from "./chain-on-l1.ts";
import { strong, warning } from "./output.ts";

interface VerifyArguments extends ChainOnL1Arguments {
  readonly batch: string;
  readonly proof: string | undefined;
  readonly chainUrl: string | undefined;
  readonly fromBlock: string | undefined;
}

const BATCH = wholeNumber(0, Number.MAX_SAFE_INTEGER, 3);

/** `hyperchain:verify`: checks a batch's execution by L1's record of it and a proof that anybody may serve. */
const action: NewTaskActionFunction<VerifyArguments> = (args, hre) =>
  withChainOnL1(args, hre, async (chain) => {
    const batch = readNumber("batch", args.batch, BATCH) ?? 0;
    const fromBlock = readNumber("fromBlock", args.fromBlock, L1_BLOCK);
    try {
      const served = readServedExecution(await servedAnswer(args, chain, batch));
      chain.output.progress(`checking batch ${batch} against L1 at ${chain.l1}…`);
      const checked = await check(chain, { batchNumber: BigInt(batch), served, fromBlock });
      chain.output.result(() => checkedText(checked), { verified: true, ...checked });
    } catch (error) {
      if (!(error instanceof NamedError)) throw error;
      const { name, code, message } = error as NamedError<string | number>;
      chain.output.result(() => warning(`batch ${batch} is NOT verified: ${message} (${code})`), {
        verified: false,
        batchNumber: batch,
        error: { name, code, message },
      });
      process.exitCode = 1;
    }
  });

async function check(
  { l1, hyperchain }: ChainOnL1,
  options: Pick<Parameters<typeof checkExecution>[0], "batchNumber" | "served"> & { readonly fromBlock: number | undefined },
): Promise<CheckedExecution> {
  const { fromBlock, ...what } = options;
  const chainId = BigInt((await callJsonRpc(l1, "eth_chainId")) as string);
  const provider = connectHttp(chainId, l1Request(l1));
  try {
    const { genesis } = await protocolGenesis();
    return await checkExecution({
      ...{ ...what, l1: provider, hyperchain: hyperchain.toLowerCase() as typeof hyperchain, genesis },
      ...(fromBlock === undefined ? {} : { fromBlock }),
    });
  } finally {
    provider.destroy();
  }
}

/** What is said of the batch's proof, by a file or by the chain. Nothing of it is believed. */
async function servedAnswer({ proof, chainUrl }: VerifyArguments, chain: ChainOnL1, batch: number): Promise<unknown> {
  if (proof !== undefined && chainUrl !== undefined)
    throw pluginError("--proof and --chain-url both say where the proof is; leave one of the two out");
  if (proof !== undefined) return fromFile(proof);
  const asked: ChainOnL1["chain"] =
    chainUrl === undefined ? chain.chain : (method, params) => callJsonRpc(chainUrl, method, params);
  if (asked === undefined)
    throw pluginError("the proof is served by the chain or kept in a file: name it by --chain-url or --proof");
  try {
    return await asked("hyperchain_getExecutionProof", [batch]);
  } catch (error) {
    throw new ExecutionCheckError("ChainSilent", `no proof of batch ${batch} is served: ${printable(reasonOf(error))}`, {
      cause: error,
    });
  }
}

/** Answers as the chain gave them, alone or as JSON-RPC carries them. */
async function fromFile(path: string): Promise<unknown> {
  try {
    const answer: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : answer;
  } catch (error) {
    throw new ExecutionCheckError("Unreadable", `${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function checkedText(checked: CheckedExecution): string {
  const { chainId, batchNumber, stage, oldStateRoot, newStateRoot, cheatCount, coinbase, chunks, provenBits } = checked;
  const cheats = cheatCount === 0n ? "" : warning(`\n${cheatCount} of its changes are cheats, which no account has signed.`);
  return `${strong(`batch ${batchNumber} of chain ${chainId} is verified`)}, which L1 has ${stage}: its transactions, ${
    cheatCount === 0n ? "and nothing else, lead" : "and its cheats, lead"
  } from the state ${oldStateRoot}
to the state ${newStateRoot}, with fees to ${coinbase}.
${chunks} ${chunks === 1 ? "proof" : "proofs"} of at least ${provenBits} proven bits each. L1 itself has checked the published changes and the quorum's signatures, not this.${cheats}`;
}

export default action;
