import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { ChainContractReader } from "../../../../ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { findCreation } from "../../../../ecosystem/devnet/chain-on-l1/l1-history.ts";
import { l1Request } from "../../../../ecosystem/devnet/l1/request/l1-request.ts";
import { checkBatch, type CheckedBatch } from "../../../../ecosystem/devnet/proofs/check-batch.ts";
import { connectHttp } from "../../../../ecosystem/devnet/relaying/relaying.ts";
import { NamedError } from "../../../../ground/errors/named-error.ts";
import { wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { readNumber } from "../session/arguments.ts";
import { strong, warning } from "../session/output.ts";
import { L1_BLOCK, withChainOnL1, type FoundOnL1 } from "./chain-on-l1.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type VerifyArguments = ArgumentsOf<(typeof fromL1Tasks)["verify"]>;

const BATCH = wholeNumber(0, Number.MAX_SAFE_INTEGER, 3);

/** `hyperchain:verify`: checks a batch's proof again, by L1's data alone. */
const action: NewTaskActionFunction<VerifyArguments> = (args, hre) =>
  withChainOnL1(args, hre, "reads", async (chain) => {
    const batch = readNumber("batch", args.batch, BATCH);
    if (batch === undefined) throw pluginError("which batch? Give its number");
    chain.output.progress(`checking the proof of batch ${batch} that ${chain.layer} has at ${chain.l1}…`);
    try {
      const checked = await check(chain, BigInt(batch), readNumber("fromBlock", args.fromBlock, L1_BLOCK));
      chain.output.result(() => text(checked, chain.layer), { verified: true, ...checked });
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

async function check(chain: FoundOnL1, batchNumber: bigint, fromBlock: number | undefined): Promise<CheckedBatch> {
  const l1ChainId = BigInt((await callJsonRpc(chain.l1, "eth_chainId")) as string);
  const l1 = connectHttp(l1ChainId, l1Request(chain.l1));
  try {
    const hyperchain = chain.hyperchain.toLowerCase() as Hex;
    const head = await l1.getBlockNumber();
    const { chainId } = (await new ChainContractReader(l1, hyperchain, head).facts()).configuration;
    const since = fromBlock ?? (await findCreation(l1, hyperchain, head));
    return await checkBatch({ l1, l1ChainId, chainId, hyperchain, fromBlock: since }, batchNumber);
  } finally {
    l1.destroy();
  }
}

/** Result of a check, and what the proof does not show. */
function text({ chainId, batchNumber, kind, stage, bytes, batches, ...of }: CheckedBatch, layer: string): string {
  const title = strong(`the proof of batch ${batchNumber} of chain ${chainId} holds`);
  const from = `${bytes.toLocaleString("en")} bytes in transaction ${of.transactionHash} on ${layer}, which has ${stage} the batch`;
  const roots = `from the state ${of.oldStateRoot}\nto the state ${of.newStateRoot}`;
  const shared = batches === 1 ? "" : ` It covers ${batches} batches.`;
  return kind === "execution"
    ? `${title}: ${from}.\nIts transactions lead by the rules of the EVM and the protocol ${roots}.${shared}`
    : `${title}: ${from}.\nThe published changes, and no others, lead ${roots}. That its transactions lead to these changes is trusted to the chain's signers.`;
}

export default action;
