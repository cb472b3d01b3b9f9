import type { JsonRpcProvider } from "ethers";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { checkExecution, type CheckedExecution } from "../../../devnet/execution/check-execution.ts";
import { readServedExecution } from "../../../devnet/execution/served-execution.ts";
import { NamedError } from "../../../errors/named-error.ts";
import { l1Request } from "../../../devnet/l1/request/l1-request.ts";
import { connectHttp } from "../../../devnet/relaying/relaying.ts";
import { wholeNumber } from "../../../options/fields/values.ts";
import type { Hex } from "../../../protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { packageBridges, packageGenesis } from "../../protocol-genesis.ts";
import { readNumber } from "../session/arguments.ts";
import { L1_BLOCK, withChainOnL1, type FoundOnL1 } from "./chain-on-l1.ts";
import { warning } from "../session/output.ts";
import { checkedText } from "./checked-text.ts";
import { nothingServes, proofFromFile, servedProofs } from "./served-proof.ts";
import { watchExecution } from "./watch-execution.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type VerifyArguments = ArgumentsOf<(typeof fromL1Tasks)["verify"]>;

const BATCH = wholeNumber(0, Number.MAX_SAFE_INTEGER, 3);

/** `hyperchain:verify`: checks batches' executions by L1's records of them and proofs that anybody may serve. */
const action: NewTaskActionFunction<VerifyArguments> = (args, hre) =>
  withChainOnL1(args, hre, "reads", async (chain) => {
    const given = readNumber("batch", args.batch === "" ? undefined : args.batch, BATCH);
    const fromBlock = readNumber("fromBlock", args.fromBlock, L1_BLOCK);
    if (args.watch) return watch(args, chain, { fromBatch: given, fromBlock });
    if (args.failFast) throw pluginError("--fail-fast is for --watch");
    if (given === undefined) throw pluginError("which batch? Give its number, or --watch for all that come");
    const batch = given;
    try {
      const served = readServedExecution(await servedAnswer(args, chain, batch));
      chain.output.progress(`checking batch ${batch} against ${chain.layer} at ${chain.l1}…`);
      const checked = await check(chain, { batchNumber: BigInt(batch), served, fromBlock });
      chain.output.result(() => checkedText(checked, chain.layer), { verified: true, ...checked });
    } catch (error) {
      if (!(error instanceof NamedError)) throw error;
      const { name, code, message } = error as NamedError<string | number>;
      chain.output.result(() => refusedText(batch, { code, message }), {
        verified: false,
        batchNumber: batch,
        error: { name, code, message },
      });
      process.exitCode = 1;
    }
  });

async function watch(
  { proof, chainUrl, failFast }: VerifyArguments,
  chain: FoundOnL1,
  from: { readonly fromBatch: number | undefined; readonly fromBlock: number | undefined },
): Promise<void> {
  if (proof !== undefined) throw pluginError("--watch asks for proofs as they come, and a file has one; leave --proof out");
  const served = servedProofs(chain, chainUrl);
  if (served === undefined) throw nothingServes();
  await withL1(chain, (l1) => watchExecution({ ...from, chain, l1, served, failFast }));
}

async function check(
  chain: FoundOnL1,
  options: Pick<Parameters<typeof checkExecution>[0], "batchNumber" | "served"> & { readonly fromBlock: number | undefined },
): Promise<CheckedExecution> {
  const { fromBlock, ...what } = options;
  const [genesis, bridges] = await Promise.all([packageGenesis(), packageBridges()]);
  return withL1(chain, (l1) =>
    checkExecution({
      ...{ ...what, l1, hyperchain: chain.hyperchain.toLowerCase() as Hex, genesis, bridges },
      ...(fromBlock === undefined ? {} : { fromBlock }),
    }),
  );
}

async function withL1<Result>({ l1 }: FoundOnL1, work: (l1: JsonRpcProvider) => Promise<Result>): Promise<Result> {
  const chainId = BigInt((await callJsonRpc(l1, "eth_chainId")) as string);
  const provider = connectHttp(chainId, l1Request(l1));
  try {
    return await work(provider);
  } finally {
    provider.destroy();
  }
}

/** What is said of the batch's proof, by a file or by the chain. */
async function servedAnswer({ proof, chainUrl }: VerifyArguments, chain: FoundOnL1, batch: number): Promise<unknown> {
  if (proof !== undefined && chainUrl !== undefined)
    throw pluginError("--proof and --chain-url both say where the proof is; leave one of the two out");
  if (proof !== undefined) return proofFromFile(proof);
  const served = servedProofs(chain, chainUrl);
  if (served === undefined) throw nothingServes();
  return served(BigInt(batch));
}

/** That a proof is still to be made says nothing against the batch. */
function refusedText(batch: number, { code, message }: Pick<NamedError<string | number>, "code" | "message">): string {
  if (code !== "NotMade") return warning(`batch ${batch} is NOT verified: ${message} (${code})`);
  return `batch ${batch} is not verified yet: ${message}, when 'npx hardhat hyperchain:status' counts it as proven (${code})`;
}

export default action;
